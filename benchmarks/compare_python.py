#!/usr/bin/env python3
"""What a call from Python adds to a tiny op: the same calls from C++ and from Python, by turns, minima of each.

  PYTHONPATH=build/python python3 benchmarks/compare_python.py build/bin/bench_python_overhead [--rounds 7]

Exits with 1 when a call adds more than the promised 5 microseconds.
"""
import argparse
import subprocess
import sys
import time

import numpy as np
import wattention
from wattention import ttnn

PROMISED_NS = 5000
BATCHES, CALLS = 50, 200


def least_ns(call):
    best = float("inf")
    for _ in range(BATCHES):
        start = time.perf_counter_ns()
        for _ in range(CALLS):
            call()
        best = min(best, (time.perf_counter_ns() - start) / CALLS)
    return best


def calls():
    """(name, the same call in C++, the call)."""
    host = wattention.zeros((1, 1))
    card = wattention.open_device("wormhole", threads=1)
    tile = wattention.to_device(host, card)
    device = ttnn.Device(card, 0)
    tensor = ttnn.from_torch(np.zeros((1, 1), np.float32), dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device)
    return [
        ("wattention.add", "cpu_add", lambda: wattention.add(host, host)),
        ("wattention.matmul", "cpu_matmul", lambda: wattention.matmul(host, host)),
        ("wattention.multiply on wormhole", "wormhole_multiply", lambda: wattention.multiply(tile, 0.5)),
        ("ttnn.multiply", "wormhole_multiply", lambda: ttnn.multiply(tensor, 0.5)),
        ("ttnn.matmul", "wormhole_matmul", lambda: ttnn.matmul(tensor, tensor)),
    ]


def cpp_ns(program):
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: float(ns) for name, ns in (line.split() for line in lines)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    table = calls()
    python, cpp = {}, {}
    for _ in range(options.rounds):
        for name, ns in cpp_ns(options.program).items():
            cpp[name] = min(cpp.get(name, ns), ns)
        for name, _, call in table:
            python[name] = min(python.get(name, float("inf")), least_ns(call))
    print(f"{'call':34}{'C++ us':>9}{'Python us':>11}{'added us':>10}")
    worst = 0
    for name, same, _ in table:
        added = python[name] - cpp[same]
        worst = max(worst, added)
        print(f"{name:34}{cpp[same] / 1e3:9.2f}{python[name] / 1e3:11.2f}{added / 1e3:10.2f}")
    return 0 if worst <= PROMISED_NS else 1


if __name__ == "__main__":
    sys.exit(main())
