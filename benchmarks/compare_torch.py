#!/usr/bin/env python3
"""Times the fused attention beside PyTorch's, turn by turn in one session, and prints medians and ratios.

Run with any interpreter that has torch:
  python benchmarks/compare_torch.py build/bin/bench_attention [--dtype bf16 f32] [--threads 2]
         [--cases 1024x2048 1x2048 ...] [--avx2] [--fold] [--rounds 7]
The PyTorch side is the notebook's module (three nn.Linear without bias, softmax over q k^T / sqrt(d)) in
inference mode, weights and input in the dtype. Each round runs both programs for a while, in turn; the ratio
is PyTorch's time over ours, above 1 where ours is faster. --avx2 forces AVX2 on both sides. --cpu-clock
times CPU instead of wall: with --threads 1, what a busy machine can still tell.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
CASES = ["1x2048", "7x2048", "128x2048", "1024x2048", "4096x2048", "1024x64", "1024x768"]


def torch_times(tokens, embed_dim, dtype, threads, repeats, clock):
    """Child process: prints a JSON list of milliseconds."""
    import time

    import torch

    class SelfAttention(torch.nn.Module):
        def __init__(self, width):
            super().__init__()
            self.query, self.key, self.value = (torch.nn.Linear(width, width, bias=False) for _ in range(3))

        def forward(self, x):
            keys, queries, values = self.key(x), self.query(x), self.value(x)
            weights = torch.softmax(queries @ keys.T / keys.shape[-1] ** 0.5, dim=-1)
            return weights @ values

    now = time.process_time if clock == "cpu" else time.perf_counter
    torch.set_num_threads(threads)
    kind = {"bf16": torch.bfloat16, "f32": torch.float32}[dtype]
    times = []
    with torch.inference_mode():
        module, x = SelfAttention(embed_dim).to(kind), torch.randn(tokens, embed_dim).to(kind)
        for i in range(repeats + 3):
            start = now()
            module(x)
            if i >= 3:
                times.append((now() - start) * 1e3)
    print(json.dumps(times))


def run(command, extra_environment):
    environment = {**os.environ, **extra_environment}
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(result.stdout.splitlines()[-1])


def repeats_for(tokens, embed_dim):
    """Enough forwards for some tenths of a second, at an assumed 100 GFLOP/s."""
    gflop = (6 * tokens * embed_dim**2 + 4 * tokens**2 * embed_dim) * 1e-9
    return max(3, min(500, int(40 / max(gflop, 1e-3))))


def compare(case, dtype, arguments):
    tokens, embed_dim = map(int, case.split("x"))
    repeats = str(repeats_for(tokens, embed_dim))
    forced = AVX2 if arguments.avx2 else {}
    ours_command = [arguments.program, "--dtype", dtype, "--tokens", str(tokens), "--embed-dim", str(embed_dim),
                    "--threads", str(arguments.threads), "--repeats", repeats]
    ours_command += ["--kernel", "avx2"] * arguments.avx2 + ["--fold"] * arguments.fold
    ours_command += ["--cpu-clock"] * arguments.cpu_clock
    clock = "cpu" if arguments.cpu_clock else "wall"
    torch_command = [sys.executable, __file__, "--child", case, dtype, str(arguments.threads), repeats, clock]
    ours, theirs, kernel = [], [], ""
    for _ in range(arguments.rounds):
        record = run(ours_command, {})
        kernel = record["kernel"]
        ours.append(record["times_ms"])
        theirs.append(run(torch_command, forced))
    ratios = [statistics.median(t) / statistics.median(o) for o, t in zip(ours, theirs)]
    flat_ours, flat_theirs = sorted(sum(ours, [])), sorted(sum(theirs, []))
    print(f"{dtype:5} {case:>10} {statistics.median(flat_ours):10.3f} {statistics.median(flat_theirs):10.3f} "
          f"{statistics.median(ratios):7.2f} {min(ratios):6.2f}..{max(ratios):.2f} "
          f"{flat_ours[0]:10.3f} {flat_theirs[0]:10.3f} {flat_theirs[0] / flat_ours[0]:7.2f}  {kernel}", flush=True)


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--child":
        tokens, embed_dim = map(int, sys.argv[2].split("x"))
        return torch_times(tokens, embed_dim, sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="bench_attention")
    parser.add_argument("--dtype", nargs="+", default=["bf16", "f32"])
    parser.add_argument("--cases", nargs="+", default=CASES, help="tokens x embed_dim")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--avx2", action="store_true")
    parser.add_argument("--fold", action="store_true", help="fold_projections on our side")
    parser.add_argument("--cpu-clock", action="store_true")
    arguments = parser.parse_args()
    print("dtype       case    ours ms   torch ms   ratio  of rounds    ours min  torch min   ratio  kernel")
    for dtype in arguments.dtype:
        for case in arguments.cases:
            compare(case, dtype, arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
