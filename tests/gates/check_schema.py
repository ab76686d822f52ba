#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""check_schema.py SCHEMA DUMP_TUNING [FILE...]: the JSON schema of tuning files says what the library's loader says.

FILEs, those that the library carries, are right.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: no python3-jsonschema")
    sys.exit(77)


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    root = pathlib.Path(sys.argv[1]).parents[1]
    config = schema["definitions"]["config"]["pattern"]
    params = re.findall(r"^CLGN_PARAM\((\w+),", (root / "src" / "params.inc").read_text(), re.MULTILINE)
    counts = {"good": 0, "bad": 0, "beyond": 0}
    failed = [f"{p} is a param, but not one of the schema's" for p in params if not re.match(config, f"v,{p}=1")]
    for path in sys.argv[3:]:
        if not validator.is_valid(json.loads(pathlib.Path(path).read_text())):
            failed.append(f"{path} is shipped, but the schema refuses it")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[2], folder], check=True)
        for path in sorted(pathlib.Path(folder).iterdir()):
            kind = path.name.split("-")[0]
            counts[kind] += 1
            try:
                valid = validator.is_valid(json.loads(path.read_text()))
            except json.JSONDecodeError:
                valid = False
            if kind != "beyond" and valid != (kind == "good"):
                failed.append(f"the loader finds it {kind}, the schema {valid}: {path.read_text()}")
    print(*failed, sep="\n")
    print("check_schema:", counts)
    return 1 if failed or counts["good"] < 4 or counts["bad"] < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
