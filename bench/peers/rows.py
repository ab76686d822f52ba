# SPDX-License-Identifier: Apache-2.0
"""The problems on which peers are compared, and what the right result of each is at a few places."""
import csv
import math
from pathlib import Path

import numpy as np

from worker import PERIOD, DY_START, Problem, beta_of, from_bf16_bits, gamma_of, pattern, to_bf16_bits

SUITES = Path(__file__).resolve().parents[2] / "tools" / "tune" / "suites.csv"

# Of every kind one: a U-Net's, a VAE's, a classifier's, a detector's, small ones.
QUICK = [
    "g32mb2ic320ih64iw64", "g32mb2ic1280ih16iw16", "g32mb1ic512ih64iw64", "g32mb1ic256ih256iw256",
    "g32mb32ic256ih56iw56", "g32mb2ic256ih13iw13", "g1mb8ic512iw3999", "g8mb256ic256iw16",
]
TOLERANCE = {"f32": 2e-4, "f16": 4e-3, "bf16": 3e-2}


def row(problem, dtype, layout, act, op):
    return {"problem": problem, "dtype": dtype, "layout": layout, "act": act, "op": op}


def plain_and_backward(problems, pairs):
    """Plain, with silu, and backward of these problems, in these types and layouts."""
    kinds = (("fwd", "none"), ("fwd", "silu"), ("bwd", "none"))
    return [row(p, dtype, layout, act, op) for op, act in kinds for dtype, layout in pairs for p in problems]


def core():
    """The core rows of the suites; of an epilogue with parts before its activation, the activation alone."""
    rows = []
    with open(SUITES, newline="", encoding="utf-8") as file:
        for r in csv.DictReader(file):
            if r["core"] == "core":
                act = r["epilogue"].split("+")[-1]
                for layout in ("nchw", "nhwc") if r["layout"] == "both" else (r["layout"],):
                    rows.append(row(r["problem"], r["dtype"], layout, act, "fwd"))
    return rows


def choose(quick, most_mib):
    """-> rows, rows left out for their size."""
    rows = plain_and_backward(QUICK, [("f32", "nchw")])
    if not quick:
        others = [("f32", "nhwc"), ("f16", "nchw"), ("f16", "nhwc"), ("bf16", "nchw"), ("bf16", "nhwc")]
        for r in core() + plain_and_backward(QUICK[:3], others):
            if r not in rows:
                rows.append(r)
    small = [r for r in rows if Problem(r).bytes <= most_mib << 20]
    return small, [r for r in rows if r not in small]


def round_to(dtype, values):
    if dtype == "bf16":
        return from_bf16_bits(to_bf16_bits(values)).astype(np.float64)
    return values.astype({"f32": np.float32, "f16": np.float16}[dtype]).astype(np.float64)


# The pattern once, since every group's numbers are picked from it.
BLOCK = pattern(PERIOD)


def numbers(dtype, index, start):
    """The input at these places, as its type holds it."""
    return round_to(dtype, BLOCK[(index % PERIOD + start) % PERIOD if start else index % PERIOD])


def activated(act, v):
    from math import erf

    if act == "relu":
        return np.maximum(v, 0.0)
    if act == "leaky_relu":
        return np.where(v > 0.0, v, 0.01 * v)
    if act == "gelu":
        return 0.5 * v * (1.0 + np.vectorize(erf)(v / np.sqrt(2.0)))
    if act == "silu":
        return v / (1.0 + np.exp(-v))
    if act == "mish":
        return v * np.tanh(np.log1p(np.exp(v)))
    return v


def places(p, sample, group):
    """Where a group's elements lie, channel by channel."""
    per = p.c // p.groups
    channels = np.arange(group * per, (group + 1) * per)[:, None]
    points = np.arange(p.s)[None, :]
    if p.layout == "nchw":
        return (sample * p.c + channels) * p.s + points
    return (sample * p.s + points) * p.c + channels


def expected(order):
    """-> places, right results there: four of the first group, four of the last."""
    p = Problem(order)
    indices, values = [], []
    for sample, group in ((0, 0), (p.n - 1, p.groups - 1)):
        index = places(p, sample, group)
        per = index.shape[0]
        channels = slice(group * per, (group + 1) * per)
        gamma = gamma_of(p.c).astype(np.float64)[channels, None]
        beta = beta_of(p.c).astype(np.float64)[channels, None]
        x = numbers(p.dtype, index, 0)
        rstd = 1.0 / np.sqrt(x.var() + p.eps)
        normal = (x - x.mean()) * rstd
        if p.op == "bwd":
            # worker.c repeats its block of dy from DY_START on.
            dz = numbers(p.dtype, index, DY_START) * gamma
            result = rstd * (dz - dz.mean() - normal * (dz * normal).mean())
        else:
            result = normal * gamma + beta
        chosen = np.linspace(0, index.size - 1, 4).astype(int)
        indices += [int(i) for i in index.reshape(-1)[chosen]]
        values += [float(v) for v in activated(p.act if p.op == "fwd" else "none", result.reshape(-1)[chosen])]
    return indices, values


def error_of(order, got, wanted):
    """The largest error, in units of what is allowed; infinite where a value is missing."""
    if len(got) != len(wanted):
        return math.inf
    allowed = TOLERANCE[order["dtype"]] * (8.0 if order["op"] == "bwd" else 1.0)
    return max(abs(g - w) / (allowed * (1.0 + abs(w))) for g, w in zip(got, wanted))
