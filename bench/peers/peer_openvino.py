# SPDX-License-Identifier: Apache-2.0
"""OpenVINO on the CPU: GroupNormalization and the activation, which its compiler fuses where it can."""
import os

import numpy as np
import openvino as ov
from openvino import opset12 as ops

from worker import Unsupported, Worker, beta_of, from_bf16_bits, gamma_of, to_bf16_bits

TYPES = {"f32": (ov.Type.f32, np.float32), "f16": (ov.Type.f16, np.float16), "bf16": (ov.Type.bf16, np.uint16)}


class OpenVino:
    name = "openvino"
    version = f"OpenVINO {ov.get_version()}"

    def __init__(self):
        self.core = ov.Core()
        self.ys = None

    def model(self, p):
        kind = TYPES[p.dtype][0]
        x = ops.parameter([p.n, p.c, p.h, p.w], kind)
        gamma = ops.constant(gamma_of(p.c))
        beta = ops.constant(beta_of(p.c))
        if p.dtype != "f32":
            gamma, beta = ops.convert(gamma, kind.get_type_name()), ops.convert(beta, kind.get_type_name())
        y = ops.group_normalization(x, gamma, beta, p.groups, p.eps)
        if p.act == "relu":
            y = ops.relu(y)
        elif p.act == "silu":
            y = ops.swish(y, ov.op.Constant(kind, ov.Shape([]), [1.0]))
        elif p.act != "none":
            raise Unsupported(f"no {p.act} here")
        return ov.Model([ops.result(y)], [x], "norm")

    def prepare(self, p):
        if p.op == "bwd" or p.layout != "nchw":
            raise Unsupported("forward with channels first only")
        kind, numpy_type = TYPES[p.dtype]
        config = {"INFERENCE_NUM_THREADS": int(os.environ["OMP_NUM_THREADS"]), "PERFORMANCE_HINT": "LATENCY"}
        if p.dtype == "bf16":
            config["INFERENCE_PRECISION_HINT"] = "bf16"
        compiled = self.core.compile_model(self.model(p), "CPU", config)
        values = p.x()
        x = (to_bf16_bits(values) if p.dtype == "bf16" else values.astype(numpy_type)).reshape(p.n, p.c, p.h, p.w)
        self.dtype = p.dtype
        self.xs = [x.copy() for _ in range(p.pairs)]
        self.ys = [np.zeros_like(x) for _ in range(p.pairs)]
        request = compiled.create_infer_request()
        shape = ov.Shape(x.shape)
        tensors = [(ov.Tensor(a, shape, kind), ov.Tensor(b, shape, kind)) for a, b in zip(self.xs, self.ys)]

        def call(i):
            given, wanted = tensors[i]

            def one():
                request.set_input_tensor(given)
                request.set_output_tensor(wanted)
                request.infer()

            return one

        return [call(i) for i in range(p.pairs)]

    def finish(self):
        pass

    def result(self, i):
        y = self.ys[i].reshape(-1)
        return from_bf16_bits(y) if self.dtype == "bf16" else y

    def release(self):
        self.xs = self.ys = None


if __name__ == "__main__":
    Worker(OpenVino()).serve()
