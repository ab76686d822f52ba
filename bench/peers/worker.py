# SPDX-License-Identifier: Apache-2.0
"""The peers written in Python: they take the same orders from stdin as worker.c, and have the same numbers."""
import json
import sys
import time

import numpy as np

PERIOD = 1000003
DY_START = 500009
COLD_BYTES = 256 << 20
MOST_PAIRS = 4096
LEAST_BATCH_NS = 2000000
MOST_CALLS = 100000


class Unsupported(Exception):
    """The peer has no such normalisation; the text says which."""


def pattern(count, start=0):
    """count numbers of the pattern, as float64."""
    index = (np.arange(start, start + min(count, PERIOD), dtype=np.uint64) % PERIOD).astype(np.uint32)
    h = index * np.uint32(2654435761)
    h ^= h >> np.uint32(15)
    h *= np.uint32(2246822519)
    h ^= h >> np.uint32(13)
    values = 0.25 + 2.0 * ((h >> np.uint32(8)).astype(np.float64) / 8388608.0 - 1.0)
    return np.resize(values, count)


def gamma_of(c):
    return (1.0 + (np.arange(c) % 7) / 16.0).astype(np.float32)


def beta_of(c):
    return ((np.arange(c) % 5) / 8.0 - 0.25).astype(np.float32)


def to_bf16_bits(values):
    """float -> uint16, to nearest even."""
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)).astype(np.uint16)


def from_bf16_bits(bits):
    return (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)


def parse_size(text):
    """benchdnn's grammar -> groups, n, c, spatial sizes."""
    sizes = {}
    i = 0
    while i < len(text):
        key = next((k for k in ("mb", "ic", "id", "ih", "iw", "g") if text.startswith(k, i)), None)
        if key is None:
            raise ValueError(f"{text}: not understood at {text[i:]}")
        i += len(key)
        end = i
        while end < len(text) and text[end].isdigit():
            end += 1
        sizes[key] = int(text[i:end])
        i = end
    spatial = [sizes[k] for k in ("id", "ih", "iw") if k in sizes]
    return sizes["g"], sizes.get("mb", 2), sizes["ic"], spatial


class Problem:
    """A problem with its data: x (and dy) flat, in storage order, as float64."""

    def __init__(self, order):
        self.text = order["problem"]
        self.dtype = order["dtype"]
        self.layout = order["layout"]
        self.act = order["act"]
        self.op = order["op"]
        self.groups, self.n, self.c, spatial = parse_size(self.text)
        self.s = int(np.prod(spatial)) if spatial else 1
        # Two axes whose product is s, for those that know images only.
        self.h, self.w = (int(np.prod(spatial[:-1])), spatial[-1]) if len(spatial) > 1 else (1, self.s)
        self.eps = 1e-5
        self.count = self.n * self.c * self.s
        self.bytes = self.count * {"f32": 4, "f16": 2, "bf16": 2}[self.dtype]
        self.tensors = 3 if self.op == "bwd" else 2
        self.pairs = max(2, min(MOST_PAIRS, COLD_BYTES // (self.tensors * self.bytes) + 1))

    def x(self):
        return pattern(self.count)

    def dy(self):
        return pattern(self.count, DY_START)

    def shape(self):
        """As it lies in memory."""
        return (self.n, self.c, self.s) if self.layout == "nchw" else (self.n, self.s, self.c)


class Worker:
    """Serves orders for a peer: an object with name, version, prepare(problem) -> calls, result, finish()."""

    def __init__(self, peer):
        self.peer = peer
        self.calls = None
        self.turn = 0

    def batch(self, count):
        calls, pairs, turn = self.calls, len(self.calls), self.turn
        start = time.perf_counter_ns()
        for _ in range(count):
            calls[turn]()
            turn = turn + 1 if turn + 1 < pairs else 0
        self.peer.finish()
        ns = time.perf_counter_ns() - start
        self.turn = turn
        return ns

    def prepare(self, order):
        self.release()
        self.calls = self.peer.prepare(Problem(order))
        self.turn = 0
        # No page of a result is touched for the first time later, nor of those that live while another is made.
        self.batch(len(self.calls) + 2)
        result = self.peer.result(0)
        return {"probe": [float(result[i]) for i in order["probe"]]}

    def run(self, seconds):
        end = time.perf_counter_ns() + seconds * 1e9
        count = 1
        ns = self.batch(1)  # warms up
        while ns < LEAST_BATCH_NS and count < MOST_CALLS:
            count *= 2
            ns = self.batch(count)
        samples = [self.batch(count) / count]
        while time.perf_counter_ns() < end:
            samples.append(self.batch(count) / count)
        return {"ns": samples}

    def release(self):
        self.calls = None
        self.peer.release()
        return {}

    def answer(self, line):
        verb, _, rest = line.strip().partition(" ")
        try:
            if verb == "prepare":
                return self.prepare(json.loads(rest))
            if verb == "run":
                return self.run(float(rest))
            if verb == "release":
                return self.release()
            return {"error": "prepare, run or release"}
        except Exception as e:  # whatever a peer throws is its answer
            self.release()
            return {"error": f"{type(e).__name__}: {str(e).strip()[:300]}"}

    def serve(self):
        print(json.dumps({"peer": self.peer.name, "version": self.peer.version}), flush=True)
        for line in sys.stdin:
            print(json.dumps(self.answer(line)), flush=True)
