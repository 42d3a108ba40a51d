#!/usr/bin/env python3
"""Times scaled_dot_product_attention beside PyTorch's and ONNX Runtime's, by turns, and prints medians and ratios.

Run with any interpreter that has torch:
  PYTHONPATH=build/python python3 benchmarks/compare_attention.py [--threads 2] [--rounds 7] [--kernel avx2]
         [--dtypes f32 bf16 f16] [--cases gpt2 decode ...] [--cpu-clock] [--out attention.json]
ONNX Runtime (f32) has a column where the interpreter has the packages onnx and onnxruntime. Each round runs every side
twice and counts the second; the first round is not counted. --kernel avx2 forces AVX2 on the first two. `GB/s` is what
keys and values are read at, `read` the share of what torch's sum over the same bytes reaches. `ceil` is the share of
the loaded ceiling: of the multiply-adds that our kernel's instructions reach with their operands in L1, on all threads
at once, measured in every round (wattention.measure_ceiling). bf16 is widened, and its ceiling f32's, where the
processor is slow at pairs. Exponentials are not counted. --cpu-clock takes this process's CPU time: for one thread on
a machine that others use; the ceiling is a wall time's and left out.
"""
import argparse
import json
import os
import sys
import time

AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}

#        batch, heads, kv_heads, queries, keys, head_dim, is_causal
CASES = {"gpt2": (1, 12, 12, 1024, 1024, 64, True),
         "llama": (1, 32, 8, 1024, 1024, 128, True),
         "decode": (1, 32, 8, 1, 8192, 128, False),
         "vit": (8, 16, 16, 197, 197, 64, False),
         "diffusion": (1, 10, 10, 2048, 2048, 64, False),
         "cross": (1, 10, 10, 2048, 77, 64, False),
         "long": (1, 2, 2, 8192, 8192, 128, True)}


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def by_turns(calls, rounds, clock):
    """Medians. Threads of the side before still spin for some milliseconds: each turn waits, and warms up its own."""
    times = [[] for _ in calls]
    for index in range(rounds + 1):
        for mine, call in zip(times, calls):
            time.sleep(0.03)
            call()
            start = clock()
            call()
            if index > 0:
                mine.append(clock() - start)
    return [median(mine) for mine in times]


def ceiling_call(device, dtype, wattention):
    """A call that measures the ceiling, and what its calls found."""
    found = []
    return lambda: found.append(wattention.measure_ceiling(device, dtype)), found


def pairs_of(case):
    _, _, _, queries, keys, _, is_causal = case
    return queries * (queries + 1) / 2 if is_causal else queries * keys


def onnxruntime_call(case, operands, threads):
    """A call of ONNX Runtime's operator Attention, or None where it is not installed."""
    try:
        import onnx
        import onnxruntime
    except ImportError:
        return None
    helper, f32 = onnx.helper, onnx.TensorProto.FLOAT
    names, arrays = ["Q", "K", "V"], [x.numpy() for x in operands]
    node = helper.make_node("Attention", names, ["Y"], is_causal=int(case[-1]))
    graph = helper.make_graph([node], "attention", [helper.make_tensor_value_info(name, f32, array.shape)
                                                    for name, array in zip(names, arrays)],
                              [helper.make_tensor_value_info("Y", f32, arrays[0].shape)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, dict(zip(names, arrays)))


def measure(name, dtype, options, device, torch, wattention):
    import torch.nn.functional as F
    batch, heads, kv_heads, queries, keys, head_dim, is_causal = CASES[name]
    query = torch.randn(batch, heads, queries, head_dim).to(dtype)
    key, value = (torch.randn(batch, kv_heads, keys, head_dim).to(dtype) for _ in range(2))
    ours = [wattention.to_device(wattention.Tensor(x), device) for x in (query, key, value)]
    bytes_read = key.nbytes + value.nbytes
    words = [x.view(torch.float32) for x in (key, value)]  # torch sums integers and halves slowly
    calls = [onnxruntime_call(CASES[name], (query, key, value), options.threads)] if dtype == torch.float32 else [None]
    words_of = {torch.float32: "f32", torch.bfloat16: "bf16", torch.float16: "f16"}
    ceiling, ceilings = (lambda: None, []) if options.cpu_clock else ceiling_call(device, words_of[dtype], wattention)
    with torch.no_grad():
        mine, theirs, read, _, *ort = by_turns(
            [lambda: wattention.scaled_dot_product_attention(*ours, is_causal=is_causal),
             lambda: F.scaled_dot_product_attention(query, key, value, is_causal=is_causal,
                                                    enable_gqa=heads != kv_heads),
             lambda: [x.sum() for x in words], ceiling, *(call for call in calls if call)], options.rounds,
            time.process_time if options.cpu_clock else time.perf_counter)
    flop = 4 * batch * heads * pairs_of(CASES[name]) * head_dim
    row = {"case": name, "dtype": str(dtype).removeprefix("torch."), "ms": 1e3 * mine, "torch_ms": 1e3 * theirs,
           "onnxruntime_ms": 1e3 * ort[0] if ort else None, "ratio": theirs / mine, "gflop_per_s": 1e-9 * flop / mine}
    if queries == 1:
        row.update(gb_per_s=1e-9 * bytes_read / mine, share_of_read=read / mine)
    elif ceilings:
        most = median([one["gflop_per_s"] for one in ceilings])
        row.update(ceiling_kernel=ceilings[0]["kernel"], ceiling_gflop_per_s=most,
                   share_of_ceiling=1e-9 * flop / mine / most)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--kernel", default="")
    parser.add_argument("--cpu-clock", action="store_true")
    parser.add_argument("--dtypes", nargs="+", default=["f32", "bf16", "f16"])
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=list(CASES))
    parser.add_argument("--out")
    options = parser.parse_args()
    if options.cpu_clock and options.threads != 1:
        parser.error("--cpu-clock adds up the threads' times: take --threads 1")
    if options.kernel == "avx2" and not all(os.environ.get(name) == value for name, value in AVX2.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | AVX2)  # read when torch loads
    import torch
    import wattention
    torch.set_num_threads(options.threads)
    device = wattention.open_device("cpu", threads=options.threads, kernel=options.kernel)
    dtypes = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
    print(f"{'case':<10}{'dtype':<10}{'ours ms':>9}{'torch ms':>10}{'ort ms':>9}{'ratio':>7}{'GFLOP/s':>9}"
          f"  {'GB/s':>5} {'read':>5} {'ceil':>5}")
    rows = []
    for dtype in options.dtypes:
        for name in options.cases:
            row = measure(name, dtypes[dtype], options, device, torch, wattention)
            rows.append(row)
            last = "".join(f" {row[key]:5.2f}" if key in row else "      "
                           for key in ("gb_per_s", "share_of_read", "share_of_ceiling"))
            ort = f"{row['onnxruntime_ms']:9.2f}" if row["onnxruntime_ms"] else f"{'-':>9}"
            print(f"{row['case']:<10}{dtype:<10}{row['ms']:9.2f}{row['torch_ms']:10.2f}{ort}{row['ratio']:7.2f}"
                  f"{row['gflop_per_s']:9.1f} {last}", flush=True)
    product = 1.0
    for row in rows:
        product *= row["ratio"]
    for kernel in sorted({row["ceiling_kernel"] for row in rows if "ceiling_kernel" in row}):
        most = max(row["ceiling_gflop_per_s"] for row in rows if row.get("ceiling_kernel") == kernel)
        print(f"ceiling: {kernel} with its operands in L1, {options.threads} threads at once: up to {most:.1f} GFLOP/s")
    print(f"geometric mean of the ratios: {product ** (1 / len(rows)):.2f}; least {min(r['ratio'] for r in rows):.2f}")
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump({"torch": torch.__version__, "threads": options.threads, "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
