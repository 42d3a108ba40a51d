#!/usr/bin/env python3
"""Times the fused attention on the device cuda beside PyTorch's, turn by turn on one GPU, and prints medians.

Run with any interpreter that has torch with CUDA:
  python benchmarks/compare_torch_cuda.py build/bin/bench_cuda_attention [--rounds 3] [--quick]
PyTorch's side is the same module (three projections without bias, softmax over q k^T / sqrt(d)) in inference mode, in
bf16: as written (eager); as a CUDA graph with one fused projection; 64 tensors at once; host to host from page-locked
memory, as written and with streams that overlap; and scaled_dot_product_attention by cuDNN with heads of 128.
Inputs differ from forward to forward (16 in turn) on both sides.
"""
import argparse
import json
import statistics
import subprocess
import time

import torch

INPUTS, FORWARDS = 16, 200


def median_ms(work, forwards, rounds=11):
    """Milliseconds of one of `forwards` that work() does, by the GPU's events."""
    work()
    torch.cuda.synchronize()
    times = []
    for _ in range(rounds):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        work()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / forwards)
    return statistics.median(times)


class SelfAttention(torch.nn.Module):
    def __init__(self, embed_dim, head_dim):
        super().__init__()
        self.query, self.key, self.value = (torch.nn.Linear(embed_dim, head_dim, bias=False) for _ in range(3))

    def forward(self, x):
        keys, queries, values = self.key(x), self.query(x), self.value(x)
        weights = torch.softmax(queries @ keys.mT / keys.shape[-1] ** 0.5, dim=-1)
        return weights @ values


class FusedProjection(torch.nn.Module):
    def __init__(self, module):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.cat([module.query.weight, module.key.weight, module.value.weight]))

    def forward(self, x):
        queries, keys, values = (x @ self.weight.T).chunk(3, dim=-1)
        return torch.softmax(queries @ keys.mT / keys.shape[-1] ** 0.5, dim=-1) @ values


def graph_of(module, inputs):
    """A replay of all inputs in turn."""
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for x in inputs:
            module(x)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        outputs = [module(x) for x in inputs]
    return graph, outputs


def host_to_host(module, tokens, out, overlap):
    """Milliseconds a tensor, 64 of them in f32 from page-locked memory, contexts back in bf16."""
    streams = [torch.cuda.Stream() for _ in range(3 if overlap else 1)]

    def once():
        for i, x in enumerate(tokens):
            with torch.cuda.stream(streams[i % len(streams)]):
                y = module(x.to("cuda", non_blocking=True).to(torch.bfloat16))
                out[i % len(out)].copy_(y, non_blocking=True)
            if not overlap:
                torch.cuda.synchronize()
        torch.cuda.synchronize()

    once()
    times = []
    for _ in range(7):
        start = time.perf_counter()
        once()
        times.append((time.perf_counter() - start) * 1e3 / len(tokens))
    return statistics.median(times)


def sdpa_tflops(batch, heads, tokens, head_dim):
    from torch.nn.attention import SDPBackend, sdpa_kernel
    q, k, v = (torch.randn(batch, heads, tokens, head_dim, device="cuda", dtype=torch.bfloat16) for _ in range(3))
    found = {}
    for name, backend in (("cudnn", SDPBackend.CUDNN_ATTENTION), ("flash", SDPBackend.FLASH_ATTENTION)):
        with sdpa_kernel(backend):
            ms = median_ms(lambda: [torch.nn.functional.scaled_dot_product_attention(q, k, v) for _ in range(10)], 10)
        found[name] = {"ms": ms, "tflop_per_s": 4e-9 * batch * heads * tokens * tokens * head_dim / ms}
    return found


def torch_side(quick):
    module = SelfAttention(2048, 2048).to("cuda", torch.bfloat16)
    fused = FusedProjection(module)
    result = {"torch": torch.__version__, "gpu": torch.cuda.get_device_name()}
    with torch.inference_mode():
        inputs = [torch.randn(1024, 2048, device="cuda", dtype=torch.bfloat16) for _ in range(INPUTS)]
        result["eager_ms"] = median_ms(lambda: [module(inputs[i % INPUTS]) for i in range(FORWARDS)], FORWARDS)
        graph, _ = graph_of(module, inputs)
        result["graph_ms"] = median_ms(lambda: [graph.replay() for _ in range(12)], 12 * INPUTS)
        graph, _ = graph_of(fused, inputs)
        result["graph_fused_ms"] = median_ms(lambda: [graph.replay() for _ in range(12)], 12 * INPUTS)
        batch = torch.randn(64, 1024, 2048, device="cuda", dtype=torch.bfloat16)
        result["batch64_ms"] = median_ms(lambda: [module(batch) for _ in range(5)], 5 * 64)
        result["batch64_fused_ms"] = median_ms(lambda: [fused(batch) for _ in range(5)], 5 * 64)
        if not quick:
            tokens = [torch.randn(1024, 2048).pin_memory() for _ in range(INPUTS)] * 4
            out = [torch.empty(1024, 2048, dtype=torch.bfloat16).pin_memory() for _ in range(INPUTS)]
            result["host_ms"] = host_to_host(module, tokens, out, overlap=False)
            result["host_overlap_ms"] = host_to_host(module, tokens, out, overlap=True)
            result["sdpa_4x16x4096x128"] = sdpa_tflops(4, 16, 4096, 128)
            result["sdpa_32x1x4096x128"] = sdpa_tflops(32, 1, 4096, 128)
    return result


def ours(program, *words):
    out = subprocess.run([program, *words], capture_output=True, text=True)
    return json.loads(out.stdout) if out.returncode == 0 else {"error": out.stderr.strip()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="bench_cuda_attention")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="without host to host and heads of 128")
    arguments = parser.parse_args()
    for _ in range(arguments.rounds):
        print(json.dumps(torch_side(arguments.quick)), flush=True)
        torch.cuda.empty_cache()
        host = [] if arguments.quick else ["--host"]
        for words in ([*host], ["--fold", *host], ["--batch", "64", "--forwards", "5"],
                      ["--batch", "64", "--forwards", "5", "--fold"], ["--dtype", "f32"]):
            print(json.dumps({"words": words, **ours(arguments.program, *words)}), flush=True)


if __name__ == "__main__":
    main()
