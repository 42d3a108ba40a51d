#!/usr/bin/env python3
"""Times every op of the table on the software Wormhole beside PyTorch's bf16, by turns, and prints minima and ratios.

Run with any interpreter that has torch:
  PYTHONPATH=build/python python3 benchmarks/compare_ops.py [--rows 1024] [--cols 1024] [--kernel avx2] [--threads 2]
         [--rounds 5] [--cpu-clock] [--ops softmax sum ...] [--out ops.json] [--most 20]
The ops are those of wattention.list_ops(); op_cases.py says what is called. --kernel avx2 forces AVX2 on both sides.
A ratio is our time over PyTorch's: what it costs on this machine to get the card's bits instead of a result. Where
PyTorch has no single call the row has our time alone; where the card refuses the op it has the reason.
--most R ends with exit code 1 when an op is slower than R times PyTorch.
"""
import argparse
import datetime
import json
import os
import platform
import sys
import time

AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}


def least_us(call, budget_s, clock):
    """The quickest of as many calls as fit."""
    best, end = float("inf"), clock() + budget_s
    while True:
        start = clock()
        call()
        now = clock()
        best = min(best, now - start)
        if now >= end:
            return best * 1e6


def quickest(calls, options):
    """Minima of several calls that take turns; the first call of each is not counted."""
    best = [float("inf")] * len(calls)
    for call in calls:
        call()
    clock = time.process_time if options.cpu_clock else time.perf_counter
    for _ in range(options.rounds):
        best = [min(least, least_us(call, options.budget, clock)) for least, call in zip(best, calls)]
    return best


def placed(tensor, layout, device, wattention):
    host = wattention.Tensor(tensor)
    is_ids = not tensor.is_floating_point() and layout == "row_major"
    return wattention.to_device(host.to("uint32") if is_ids else host, device, layout=layout)


def measure(case, device, wattention, options):
    """A row of the result."""
    row = {"op": case.op, "case": case.what, "ours_us": None, "torch_us": None, "ratio": None, "reason": None}
    number = [] if case.number is None else [case.number]
    as_tensor = [case.tensors[0].new_tensor(one) for one in number]
    operands = [placed(tensor, case.layout, device, wattention) for tensor in case.tensors]
    op = getattr(wattention, case.op)
    takes_list = next(one for one in wattention.list_ops() if one["name"] == case.op)["takes_list"]
    arguments = [operands] if takes_list else operands + number
    try:
        calls = [lambda: op(*arguments, **case.options)]
        calls[0]()
    except (wattention.Error, TypeError) as failure:
        return {**row, "reason": f"the card does not run it: {failure}"}
    if case.counterpart is None:
        row["reason"] = "PyTorch has no single call for it"
    else:
        calls.append(lambda: case.counterpart(*case.tensors, *as_tensor))
    times = quickest(calls, options)
    row["ours_us"] = times[0]
    if len(times) > 1:
        row.update(torch_us=times[1], ratio=times[0] / times[1])
    return row


def printed(row):
    what = f"{row['op']}{', ' if row['case'] else ''}{row['case']}"
    ours = f"{row['ours_us']:11.1f}" if row["ours_us"] else f"{'-':>11}"
    theirs = f"{row['torch_us']:11.1f}{row['ratio']:8.2f}" if row["ratio"] else f"{'-':>11}{'-':>8}"
    return f"{what:<46}{ours}{theirs}{'  ' + row['reason'] if row['reason'] else ''}"


def context(options, torch, wattention):
    cpu = [line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if "model name" in line]
    return {"date": datetime.date.today().isoformat(), "machine": cpu[0] if cpu else platform.machine(),
            "processors": len(os.sched_getaffinity(0)), "load": os.getloadavg()[0], "threads": options.threads,
            "kernel": options.kernel or "best", "shape": [options.rows, options.cols], "torch": torch.__version__,
            "wattention": wattention.__version__, "rounds": options.rounds,
            "clock": "cpu" if options.cpu_clock else "wall"}


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1024)
    parser.add_argument("--cols", type=int, default=1024)
    parser.add_argument("--kernel", default="", help="of the software Wormhole; avx2 holds PyTorch to it as well")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budget", type=float, default=0.01, help="seconds for a side in a round, at least one call")
    parser.add_argument("--cpu-clock", action="store_true",
                        help="CPU instead of wall time: with --threads 1, what a busy machine can still tell")
    parser.add_argument("--ops", nargs="+", help="only these")
    parser.add_argument("--out", help="a JSON file for context and rows")
    parser.add_argument("--most", type=float, help="the ratio above which the exit code is 1")
    return parser.parse_args()


def main():
    options = parsed()
    if options.kernel == "avx2":  # before torch is there
        os.environ.update(AVX2)
    import torch

    import wattention
    from op_cases import cases_of

    torch.set_num_threads(options.threads)
    torch.manual_seed(789)
    device = wattention.open_device("wormhole", kernel=options.kernel, threads=options.threads)
    x = (torch.rand(options.rows, options.cols) + 0.1).bfloat16()
    rows = []
    print(f"{'op':<46}{'ours us':>11}{'torch us':>11}{'ratio':>8}")
    with torch.inference_mode():
        for op in wattention.list_ops():
            if options.ops and op["name"] not in options.ops:
                continue
            for case in cases_of(op, x):
                rows.append(measure(case, device, wattention, options))
                print(printed(rows[-1]), flush=True)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump({"context": context(options, torch, wattention), "ops": rows}, file, indent=1)
    slow = [row for row in rows if options.most and row["ratio"] and row["ratio"] > options.most]
    for row in slow:
        print(f"above {options.most}: {printed(row)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
