#!/usr/bin/env python3
"""Times products of single tiles on the software Wormhole, alone and in batches: microseconds for each tile.

  PYTHONPATH=build/python python3 benchmarks/small_products.py [--kernel avx2] [--threads 2] [--cpu-clock]

Attention over few tokens is made of them. Exits with 1 when one in a batch costs more than the promised 20 us.
compare_ops.py --rows 32 --cols 32 times every op of the table on one tile.
"""
import argparse
import os
import sys
import time

import numpy as np

import wattention

PROMISED_US = 20
BATCHES = (1, 12, 24, 96)
SIDES = (32, 64)  # of each [side, 32] x [32, side] product


def least_us(call, clock, calls=200):
    call()
    best = float("inf")
    for _ in range(calls):
        start = clock()
        call()
        best = min(best, clock() - start)
    return best * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel", default="", help="of the software Wormhole, as avx2")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--cpu-clock", action="store_true", help="CPU instead of wall time; with --threads 1")
    options = parser.parse_args()
    device = wattention.open_device("wormhole", kernel=options.kernel, threads=options.threads)
    clock = time.process_time if options.cpu_clock else time.perf_counter
    draw = np.random.default_rng(789)

    def send(*shape):
        values = draw.standard_normal(shape).astype(np.float32)
        return wattention.to_device(wattention.Tensor(values).to("bf16"), device)

    print(f"{'batch':>6}{'product':>22}{'us for a tile':>16}")
    worst = 0
    for batch in BATCHES:
        for side in SIDES:
            a, b = send(batch, side, 32), send(batch, 32, side)
            tiles = batch * (side // 32) ** 2
            each = least_us(lambda: wattention.matmul(a, b), clock) / tiles
            worst = max(worst, each if batch > 1 else 0)
            print(f"{batch:>6}{f'[{side}, 32] x [32, {side}]':>22}{each:16.2f}")
    return 0 if worst <= PROMISED_US else 1


if __name__ == "__main__":
    sys.exit(main())
