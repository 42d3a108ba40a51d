#!/usr/bin/env python3
"""What the doctor costs: processor time and memory of programs and ops that run explained, over the same without.

  PYTHONPATH=build/python python3 benchmarks/explain_cost.py [unwatched] [programs] [ops] [--ops exp matmul]
         [--rounds 2] [--out cost.json]

unwatched: an op where nobody looks on. programs: those of examples/doctor, a GPT-2 block of 32 tokens, a MiniLM forward
of 32 tokens; each in processes of its own, from behind the imports to the end. Their memory is what the process grows
by. ops: every case of op_cases.py on 1024 x 1024 (torch must be there), on one thread, least of some calls; their
memory holds the operands. A ratio above 4 in time or 6 in memory is marked.
"""
import argparse
import ctypes
import datetime
import gc
import json
import os
import platform
import resource
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROMISED_TIME, PROMISED_MEMORY = 4, 6
LEAST_MIB = 8  # below it what a process grows by says nothing of the program


def status_mib(field):
    """A figure of this process, as the kernel counts it."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(field)


def give_back():
    """What is free goes back to the system: this process then holds what is in use."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


def restart_peak():
    """From now on VmHWM is the peak since now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


# --- programs -----------------------------------------------------------------------------------------------------

def run_file(path, explained):
    from wattention.ttnn import _run
    from wattention.ttnn._explain._observed import observe
    if not explained:
        _run.run_file(path, [])
        return
    report, failure = observe(path, [], "")
    if failure is not None:
        raise failure
    str(report)


def run_model(name, explained):
    import wattention
    from model_forwards import MODELS, Forward, Model
    from wattention import ttnn
    model = MODELS[name] if name in MODELS else Model(1, 768, 12, 1024, 1, 32, True, 0)
    device = ttnn.Device(wattention.open_device("wormhole"), 0)
    with ttnn.explain(device) if explained else nullcontext() as report:
        ttnn.to_torch(Forward(model, device)())
    str(report)


def run_program(name, explained):
    """In a process of its own: prints seconds and MiB as JSON."""
    import numpy  # noqa: F401
    from wattention import ttnn
    ttnn.to_torch(ttnn.from_torch(numpy.zeros((1, 1), "float32")))  # imports torch where it is there
    before, start = status_mib("VmRSS"), time.process_time()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        out, sys.stdout = sys.stdout, nowhere
        (run_file if name.endswith(".py") else run_model)(name, explained)
        sys.stdout = out
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"s": time.process_time() - start, "mib": peak - before}))


def child(name, side, release):
    """What run_program prints in a process of its own; None where the program fails."""
    environment = {**os.environ, **({"WATTENTION_RELEASE": release} if release else {})}
    done = subprocess.run([sys.executable, __file__, "--child", name, side], check=False, capture_output=True,
                          text=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def measured_program(name, rounds):
    """(plain, explained): the least of some processes each, by turns. Some programs want a newer release's ops."""
    import wattention
    release = "" if child(name, "--plain", "") else wattention.list_releases()[-1]
    runs = {side: [] for side in ("--plain", "--explained")}
    for _ in range(rounds):
        for side, made in runs.items():
            made.append(child(name, side, release))
    return [{key: min(run[key] for run in made) for key in ("s", "mib")} for made in runs.values()]


def program_rows(options):
    names = [str(path) for path in sorted((ROOT / "examples" / "doctor").glob("*.py"))] + ["gpt2_block", "minilm"]
    for name in names:
        yield Path(name).name, *measured_program(name, options.rounds)


# --- ops ----------------------------------------------------------------------------------------------------------

def least_s(call, budget_s=0.05, least_calls=4):
    call()
    best, calls, end = float("inf"), 0, time.process_time() + budget_s
    while calls < least_calls or time.process_time() < end:
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
        calls += 1
    return best


def peak_mib(call, before):
    give_back()
    restart_peak()
    held = call()  # as long as a program would hold it
    peak = status_mib("VmHWM") - before
    del held
    return peak


def op_row(case, device, wattention):
    from compare_ops import placed
    explainer_type = wattention._core.Explainer
    give_back()
    before = status_mib("VmRSS")
    operands = [placed(tensor, case.layout, device, wattention) for tensor in case.tensors]
    op = getattr(wattention, case.op)
    takes_list = next(one for one in wattention.list_ops() if one["name"] == case.op)["takes_list"]
    arguments = [operands] if takes_list else operands + ([] if case.number is None else [case.number])
    call = lambda: op(*arguments, **case.options)  # noqa: E731
    try:
        call()
    except (wattention.Error, TypeError):
        return None
    plain = {"s": least_s(call), "mib": peak_mib(call, before)}
    explainer = explainer_type()
    explainer.watch(device)
    seen = {"s": least_s(call), "mib": peak_mib(call, before)}
    explainer.leave()
    return f"{case.op}{', ' if case.what else ''}{case.what}", plain, seen


def op_rows(options):
    import torch

    import wattention
    from op_cases import cases_of
    torch.manual_seed(789)
    device = wattention.open_device("wormhole", threads=1)
    x = (torch.rand(1024, 1024) + 0.1).bfloat16()
    for op in wattention.list_ops():
        if not options.ops or op["name"] in options.ops:
            for case in cases_of(op, x):
                row = op_row(case, device, wattention)
                if row is not None:
                    yield row


# --- nobody looks on ----------------------------------------------------------------------------------------------

def unwatched_rows(options):
    """Microseconds of a tile's op, by turns on a device that nobody ever watched and on one that somebody left."""
    import numpy
    import wattention
    never, left = (wattention.open_device("wormhole", threads=1) for _ in range(2))
    tiles = {device: wattention.to_device(wattention.Tensor(numpy.ones((32, 32), "float32")), device)
             for device in (never, left)}
    explainer = wattention._core.Explainer()
    explainer.watch(left)
    wattention.multiply(tiles[left], 2.0)
    explainer.leave()
    best = {never: float("inf"), left: float("inf")}
    for _ in range(40):
        for device, tile in tiles.items():
            start = time.process_time()
            for _ in range(500):
                wattention.multiply(tile, 2.0)
            best[device] = min(best[device], (time.process_time() - start) / 500)
    print(f"\nmultiply of a tile, on a device never watched: {1e6 * best[never]:.2f} us; on one that was left: "
          f"{1e6 * best[left]:.2f} us")
    return [{"kind": "unwatched", "name": "multiply", "never_us": 1e6 * best[never], "left_us": 1e6 * best[left]}]


# --- the table ----------------------------------------------------------------------------------------------------

def ratio(seen, plain, key, least=0.0):
    return seen[key] / plain[key] if plain[key] > least else None


def report(kind, rows):
    print(f"\n{kind:<50}{'plain ms':>10}{'explained':>11}{'times':>8}{'MiB':>8}{'explained':>11}{'times':>8}")
    made = []
    for name, plain, seen in rows:
        times, memory = ratio(seen, plain, "s"), ratio(seen, plain, "mib", LEAST_MIB if kind == "program" else 1)
        over = (times > PROMISED_TIME) or (memory is not None and memory > PROMISED_MEMORY)
        made.append({"kind": kind, "name": name, "plain": plain, "explained": seen, "times": times,
                     "memory": memory})
        print(f"{name:<50}{1e3 * plain['s']:10.3f}{1e3 * seen['s']:11.3f}{times:8.2f}{plain['mib']:8.1f}"
              f"{seen['mib']:11.1f}{'-' if memory is None else format(memory, '.2f'):>8}{'  *' if over else ''}",
              flush=True)
    if made:
        times = sorted(row["times"] for row in made)
        within = sum(one <= PROMISED_TIME for one in times)
        print(f"{len(made)} of kind {kind}: median {times[len(times) // 2]:.2f}, {within} within {PROMISED_TIME}, "
              f"most {times[-1]:.1f}")
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", default=["unwatched", "programs", "ops"],
                        help="all three where none is named")
    parser.add_argument("--ops", nargs="+", help="only these")
    parser.add_argument("--rounds", type=int, default=2, help="processes for each program and side")
    parser.add_argument("--out", help="a JSON file for context and rows")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--explained", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--plain", action="store_true", help=argparse.SUPPRESS)  # says so to who reads ps
    options = parser.parse_args()
    if options.child:
        run_program(options.child, options.explained)
        return
    cpu = [line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if "model name" in line]
    context = {"date": datetime.date.today().isoformat(), "machine": cpu[0] if cpu else platform.machine(),
               "processors": len(os.sched_getaffinity(0)), "load": os.getloadavg()[0]}
    print(json.dumps(context))
    rows = []
    if "unwatched" in options.kinds:
        rows += unwatched_rows(options)
    if "programs" in options.kinds:
        rows += report("program", program_rows(options))
    if "ops" in options.kinds:
        rows += report("op", op_rows(options))
    if options.out:
        Path(options.out).write_text(json.dumps({"context": context, "rows": rows}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
