#!/usr/bin/env python3
"""Random fills beside torch's: the same tensor, the same number of threads, by turns, medians of each.

  python3 benchmarks/compare_random.py build/bin/bench_random_fill [--threads 2] [--rounds 15]

Torch comes from the interpreter that runs this script. Each round times a batch of torch.randn(1024, 2048) and
then a batch of this library's randn, so that a busy machine disturbs both; the spread is printed as well.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time

SHAPE = (1024, 2048)
BATCH = 20  # tensors timed together, about 0.2 s of torch


def torch_ms(make):
    make()
    start = time.perf_counter()
    for _ in range(BATCH):
        make()
    return (time.perf_counter() - start) / BATCH * 1e3


def ours_ms(program, name):
    command = [program, f"--benchmark_filter=^{name}$", "--benchmark_format=json", "--benchmark_min_time=0.1"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = json.loads(output)["benchmarks"]
    if len(rows) != 1:
        sys.exit(f"expected one benchmark named {name} in {program}; found {len(rows)}")
    scale = {"ns": 1e-6, "us": 1e-3, "ms": 1.0}[rows[0]["time_unit"]]
    return rows[0]["real_time"] * scale


def line(name, theirs, ours):
    def text(times):
        return f"{statistics.median(times):8.3f} ({min(times):.3f} to {max(times):.3f})"
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(f"{name:10} torch {text(theirs)} ms   wattention {text(ours)} ms   ratio {ratio:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, default=2, choices=(1, 2))
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    import torch
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__} ({torch.backends.cpu.get_cpu_capability()}), {options.threads} threads, "
          f"{SHAPE[0]}x{SHAPE[1]} f32, medians of {options.rounds} rounds (least to greatest)")
    pairs = {"randn": (lambda: torch.randn(*SHAPE), "randn_tensor"),
             "rand": (lambda: torch.rand(*SHAPE), "rand_tensor")}
    for name, (make, benchmark) in pairs.items():
        theirs, ours = [], []
        for _ in range(options.rounds):
            theirs.append(torch_ms(make))
            ours.append(ours_ms(options.program, f"{benchmark}/{options.threads}/real_time"))
        line(name, theirs, ours)


if __name__ == "__main__":
    main()
