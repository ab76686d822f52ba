# SPDX-License-Identifier: Apache-2.0
"""PyTorch: torch.nn.functional.group_norm and the activation, eager; or compiled with "compile"; or on CUDA."""
import sys

import torch
import torch.nn.functional as F

from worker import Unsupported, Worker, beta_of, gamma_of

TYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
ACTS = {
    "none": None,
    "relu": lambda y: F.relu(y, inplace=True),
    "silu": lambda y: F.silu(y, inplace=True),
    "leaky_relu": lambda y: F.leaky_relu(y, 0.01, inplace=True),
    "gelu": F.gelu,
    "mish": lambda y: F.mish(y, inplace=True),
}


class Torch:
    def __init__(self, device, compiled):
        self.name = "torch" + ("-compile" if compiled else "") + ("-cuda" if device == "cuda" else "")
        self.version = f"PyTorch {torch.__version__}"
        self.device = device
        self.compiled = compiled
        self.outputs = None
        torch.set_grad_enabled(False)

    def tensor(self, p, values):
        t = torch.from_numpy(values).to(TYPES[p.dtype]).to(self.device)
        if p.layout == "nchw":
            return t.view(p.n, p.c, p.h, p.w)
        return t.view(p.n, p.h, p.w, p.c).permute(0, 3, 1, 2)

    def params(self, p):
        # PyTorch wants the parameters in x's type, or, for bf16 and f16 on the CPU, in float32.
        gamma, beta = torch.from_numpy(gamma_of(p.c)), torch.from_numpy(beta_of(p.c))
        kind = TYPES[p.dtype] if self.device == "cuda" else torch.float32
        return gamma.to(self.device, kind), beta.to(self.device, kind)

    def prepare(self, p):
        x = self.tensor(p, p.x())
        gamma, beta = self.params(p)
        self.outputs = [None] * p.pairs
        self.layout = p.layout
        xs = [x] + [x.clone(memory_format=torch.preserve_format) for _ in range(p.pairs - 1)]
        if p.op == "bwd":
            return self.backward(p, xs, gamma)
        act = ACTS[p.act]

        def norm(x):
            y = F.group_norm(x, p.groups, gamma, beta, p.eps)
            return act(y) if act else y

        if self.compiled:
            torch._dynamo.reset()
            norm = torch.compile(norm)
        outputs = self.outputs

        def call(i):
            def one():
                outputs[i] = norm(xs[i])

            return one

        return [call(i) for i in range(p.pairs)]

    def backward(self, p, xs, gamma):
        if p.act != "none" or self.compiled:
            raise Unsupported("backward of the normalisation alone, eager")
        dy = self.tensor(p, p.dy())
        dys = [dy] + [dy.clone(memory_format=torch.preserve_format) for _ in range(p.pairs - 1)]
        beta = torch.zeros_like(gamma)
        _, mean, rstd = torch.ops.aten.native_group_norm(xs[0], gamma, beta, p.n, p.c, p.s, p.groups, p.eps)
        outputs = self.outputs

        def call(i):
            def one():
                outputs[i] = torch.ops.aten.native_group_norm_backward(
                    dys[i], xs[i], mean, rstd, gamma, p.n, p.c, p.s, p.groups, [True, True, True]
                )[0]

            return one

        return [call(i) for i in range(p.pairs)]

    def finish(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def result(self, i):
        y = self.outputs[i].float().cpu()
        if self.layout == "nhwc":
            y = y.permute(0, 2, 3, 1)
        return y.contiguous().view(-1).numpy()

    def release(self):
        self.outputs = None


if __name__ == "__main__":
    Worker(Torch("cuda" if "cuda" in sys.argv else "cpu", "compile" in sys.argv)).serve()
