# SPDX-License-Identifier: Apache-2.0
"""clgn next to what else normalises on this machine: one run, one table.

compare.py BUILD-DIR, with the Python of the virtual environment that setup.sh made. Every peer is a process that has a
problem's tensors ready, in buffers used in turn; in each round each is asked once to run for a moment, clgn-tune bench
among them. Medians over the rounds. A peer whose result is wrong does not count.
"""
import argparse
import ctypes.util
import json
import math
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import rows as problems

HERE = Path(__file__).resolve().parent
PYTHON_PEERS = {
    "torch": ["peer_torch.py"],
    "torch-compile": ["peer_torch.py", "compile"],
    "torch-cuda": ["peer_torch.py", "cuda"],
    "onnxruntime": ["peer_onnxruntime.py"],
    "openvino": ["peer_openvino.py"],
}
PROGRAM_PEERS = ("onednn", "clblast", "usual")
DEFAULT_PEERS = "torch,onnxruntime,openvino,onednn,clblast,usual"


def allocator(options):
    """Environment in which PyTorch's freed results keep their memory: with glibc's, calls pay for page faults."""
    if not options.jemalloc:
        return {}
    return {"LD_PRELOAD": options.jemalloc, "MALLOC_CONF": "thp:always,dirty_decay_ms:-1,muzzy_decay_ms:-1"}


class Peer:
    """A peer's process."""

    def __init__(self, name, options):
        self.name = name
        environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads), KMP_BLOCKTIME="1", ONEDNN_VERBOSE="0")
        if name in PYTHON_PEERS:
            command = [sys.executable, str(HERE / PYTHON_PEERS[name][0]), *PYTHON_PEERS[name][1:]]
            environment.update(allocator(options) if name.startswith("torch") else {})
        else:
            command = [str(Path(options.build) / "bench" / f"peer_{name}"), *filter(None, [options.device])]
        if name == "onednn":
            # The package's CPU engine runs on the OpenCL of its own environment.
            library = Path(sys.prefix) / "lib"
            environment.update(LD_LIBRARY_PATH=str(library), OCL_ICD_FILENAMES=str(library / "libintelocl.so"),
                               OCL_ICD_VENDORS=str(Path(sys.prefix) / "etc" / "OpenCL" / "vendors"))
            command = command[:1]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=environment)

    def greeting(self):
        return self.receive()

    def receive(self):
        line = self.process.stdout.readline()
        if not line:
            return {"error": f"{self.name} died with status {self.process.wait()}"}
        return json.loads(line)

    def ask(self, order):
        try:
            self.process.stdin.write(order + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        return self.receive()

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:  # it is gone
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def open_peers(options):
    """-> the peers that start; what they are."""
    started = []
    for name in options.peers.split(","):
        if name not in PYTHON_PEERS and name not in PROGRAM_PEERS:
            sys.exit(f"compare.py: --peers: \"{name}\" is not one of {', '.join((*PYTHON_PEERS, *PROGRAM_PEERS))}")
        try:
            started.append(Peer(name, options))
        except OSError as e:
            print(f"{name}: left out: {e}", file=sys.stderr)
    peers, versions = [], {}
    for peer in started:
        greeting = peer.greeting()
        if "error" in greeting:
            print(f"{peer.name}: left out: {greeting['error']}", file=sys.stderr)
        else:
            peers.append(peer)
            versions[peer.name] = greeting["version"]
    return peers, versions


def clgn(row, options):
    """One run of clgn-tune bench -> its JSON."""
    command = [str(Path(options.build) / "tools" / "clgn-tune"), "bench", "--json", "--seconds",
               str(3 * options.seconds), "--dt", row["dtype"], "--layout", row["layout"], "--act", row["act"],
               "--op", row["op"]]
    command += ["-d", options.device] if options.device else []
    done = subprocess.run([*command, row["problem"]], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} {row['problem']}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def prepare(peers, row, place, wanted):
    """-> the peers that have the problem ready; why the others have not."""
    ready, refused = [], {}
    for peer in peers:
        answer = peer.ask("prepare " + json.dumps({**row, "probe": place}))
        if "error" in answer:
            refused[peer.name] = answer["error"]
            continue
        error = problems.error_of(row, answer["probe"], wanted)
        if error <= 1.0:
            ready.append(peer)
        else:
            refused[peer.name] = f"wrong: {error:.3g} of what is allowed"
            peer.ask("release")
    return ready, refused


def measure(peers, row, options):
    """-> one result."""
    ready, refused = prepare(peers, row, *problems.expected(row))
    samples = {peer.name: [] for peer in ready}
    own = []
    for turn in range(options.rounds):
        own.append(clgn(row, options))
        for peer in ready[turn % len(ready):] + ready[:turn % len(ready)] if ready else []:
            time.sleep(0.02)
            answer = peer.ask(f"run {options.seconds}")
            samples[peer.name] += answer.get("ns", [])
            if "error" in answer:
                refused[peer.name] = answer["error"]
    results = sorted((o["results"][0] for o in own), key=lambda r: r["ns"]["median"])
    middle = results[len(results) // 2]
    return {
        **row, "ns": middle["ns"]["median"], "efficiency": statistics.median(r["efficiency"] for r in results),
        "config": middle["config"], "from": middle["from"], "bytes_min": middle["bytes_min"],
        "peers": {name: statistics.median(s) for name, s in samples.items() if s and name not in refused},
        "refused": refused,
    }, own[0]["device"]


def best(result):
    """-> name and ns of the fastest peer, or None."""
    return min(result["peers"].items(), key=lambda item: item[1], default=None)


def mean_of(results):
    """How much faster clgn is than the best peer: geometric mean; on how many, of how many."""
    gains = [best(r)[1] / r["ns"] for r in results if best(r)]
    if not gains:
        return None
    mean = math.exp(sum(math.log(g) for g in gains) / len(gains))
    return mean, min(gains), sum(g > 1.0 for g in gains), len(gains)


KINDS = (
    ("plain", lambda r: r["op"] == "fwd" and r["act"] == "none"),
    ("with an epilogue", lambda r: r["op"] == "fwd" and r["act"] != "none"),
    ("backward", lambda r: r["op"] == "bwd"),
)


def table(document):
    """Markdown."""
    names = [n for n in document["peers"]]
    lines = ["| problem | op | type | layout | act | clgn us | eff. | " + " | ".join(names) + " | best peer |",
             "|---|---|---|---|---|---|---|" + "---|" * len(names) + "---|"]
    for r in document["results"]:
        cells = [r["problem"], r["op"], r["dtype"], r["layout"], r["act"], f"{r['ns'] / 1e3:.1f}",
                 f"{r['efficiency']:.2f}"]
        cells += [f"{r['peers'][n] / 1e3:.1f}" if n in r["peers"] else "-" for n in names]
        cells.append(f"{best(r)[1] / r['ns']:.2f}x {best(r)[0]}" if best(r) else "-")
        lines.append("| " + " | ".join(cells) + " |")
    lines.append("")
    for kind, of_kind in KINDS:
        mean = mean_of([r for r in document["results"] if of_kind(r)])
        if mean:
            lines.append(f"* {kind}: the best peer takes {mean[0]:.2f} times as long (geometric mean; at least "
                         f"{mean[1]:.2f}); clgn is faster on {mean[2]} of {mean[3]}")
    return "\n".join(lines)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="the build folder")
    parser.add_argument("--peers", default=DEFAULT_PEERS, help="separated by commas; also torch-compile, torch-cuda")
    parser.add_argument("--quick", action="store_true", help="eight problems in f32: plain, silu, backward")
    parser.add_argument("--minutes", type=float, default=10.0, help="then no problem is begun; default 10")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.1, help="of each peer in each round; default 0.1")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--most-mib", type=int, default=128, help="of x; larger problems are left out; default 128")
    parser.add_argument("--device", help="P:D for clgn, CLBlast and the usual kernel; default as clgn-tune's")
    parser.add_argument("--json", metavar="FILE", help="results are kept here; those there are not measured again")
    return parser.parse_args()


def load(options):
    try:
        with open(options.json or "", encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {"format": "clgn-peers", "date": time.strftime("%Y-%m-%d"), "threads": options.threads, "device": {},
                "peers": {}, "results": []}


def save(options, document):
    if options.json:
        with open(options.json + ".part", "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
        os.replace(options.json + ".part", options.json)


def main():
    options = parse()
    options.jemalloc = ctypes.util.find_library("jemalloc")
    if not options.jemalloc:
        print("compare.py: no jemalloc (Debian: libjemalloc2): large results cost PyTorch page faults", file=sys.stderr)
    end = time.monotonic() + 60.0 * options.minutes
    document = load(options)
    done = [{k: r[k] for k in ("problem", "dtype", "layout", "act", "op")} for r in document["results"]]
    chosen, large = problems.choose(options.quick, options.most_mib)
    left, failed = [r for r in chosen if r not in done], []
    peers, document["peers"] = open_peers(options) if left else ([], document["peers"])
    while left and time.monotonic() < end:
        row = left.pop(0)
        print(f"{len(left)} left: {' '.join(row.values())}", file=sys.stderr)
        try:
            result, document["device"] = measure(peers, row, options)
        except RuntimeError as e:
            print(f"compare.py: {e}", file=sys.stderr)
            failed.append(row)
            continue
        finally:
            for peer in peers:
                peer.ask("release")
        document["results"].append(result)
        save(options, document)
    for peer in peers:
        peer.close()
    print(table(document))
    if left or large:
        print(f"\nLeft out: {len(left)} for want of time, {len(large)} because x is over {options.most_mib} MiB.")
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
