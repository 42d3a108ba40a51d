#!/usr/bin/env python3
"""Draws from torch's CPU generator and writes what came out, as bits, for tests/random/vectors_test.cpp.

The stored file:  python3 tools/make_torch_vectors.py > tests/random/golden/torch_vectors.json
It takes half a minute, most of it the 1000 tensors of the last case. Needs torch, on an x86 CPU with AVX2:
its portable build rounds the angle of a pair differently, and no generator can be within 2 ulp of both.
"""
import json
import sys

SIZES = (1, 2, 5, 15, 16, 17, 31, 32, 33, 100, 1000)
# Uniform and normal draws of odd sizes after each other: the spare of a small normal draw outlives the others.
MIXED = (("normal", 3), ("uniform", 7), ("normal", 1), ("normal", 5), ("normal", 17), ("uniform", 1),
         ("normal", 2), ("uniform", 700), ("normal", 33), ("normal", 15), ("normal", 15))
SAMPLES = 96  # positions stored of a tensor of more values


def words(tensor):
    """The values' bits as a flat tensor of int64."""
    import torch
    return tensor.detach().flatten().view(torch.int32).to(torch.int64) & 0xFFFFFFFF


def positions(count):
    """Every position of a small tensor; the ends and an even spread of a large one."""
    if count <= SAMPLES:
        return list(range(count))
    inner = SAMPLES - 32
    spread = [16 + (count - 32) * i // inner for i in range(inner)]
    return list(range(16)) + spread + list(range(count - 16, count))


def seen(tensor):
    """What a test compares: bits at some positions, and a checksum of all bits."""
    import torch
    bits = words(tensor)
    at = positions(bits.numel())
    checksum = int((bits * (2 * torch.arange(bits.numel()) + 1)).sum()) % 2**64
    return {"at": at, "bits": [f"{bits[i]:08x}" for i in at], "checksum": f"{checksum:016x}"}


def call(op, count, a, b):
    import torch
    value = torch.empty(count)
    value = value.normal_(a, b) if op == "normal" else value.uniform_(a, b)
    return {"op": op, "count": count, "a": a, "b": b} | seen(value)


def case(name, seed, calls):
    """One seeding and the calls after it, each a function without arguments."""
    import torch
    torch.manual_seed(seed)
    return {"name": name, "seed": seed, "calls": [one() for one in calls]}


def linear(in_features, out_features):
    import torch
    weight = torch.nn.Linear(in_features, out_features, bias=False).weight
    return {"op": "linear", "in": in_features, "out": out_features} | seen(weight)


def stream(shape, kept):
    """randn(shape) again and again; the tensors whose index, from 1, is in `kept`."""
    import torch
    calls = []
    for index in range(1, max(kept) + 1):
        value = torch.randn(*shape)
        if index in kept:
            calls.append({"op": "randn_at", "shape": list(shape), "index": index} | seen(value))
    return calls


def stream_case(name, seed, shape, kept):
    import torch
    torch.manual_seed(seed)
    return {"name": name, "seed": seed, "calls": stream(shape, kept)}


def small_cases(seed):
    cases = [case(f"normal {size}", seed, [lambda: call("normal", size, 0.0, 1.0)]) for size in SIZES]
    cases += [case(f"uniform {size}", seed, [lambda: call("uniform", size, 0.0, 1.0)]) for size in SIZES]
    cases.append(case("mixed", seed, [lambda op=op, size=size: call(op, size, 0.0, 1.0) for op, size in MIXED]))
    cases.append(case("scaled", seed, [lambda: call("normal", 9, 0.3, 1.7), lambda: call("normal", 777, 0.3, 1.7),
                                       lambda: call("uniform", 777, -0.3, 1.7), lambda: call("uniform", 77, 2, 2),
                                       lambda: call("uniform", 3000000, 1.0, 1.5)]))
    cases.append(case("linear", seed, [lambda: linear(3, 2)] * 3 + [lambda: linear(1, 1), lambda: linear(7, 130)]))
    cases.append(stream_case("pairs across tensors", seed, (3, 5), (1, 2, 3, 8)))
    cases.append(stream_case("ragged tensors", seed, (7, 11), (1, 2, 3, 40)))
    return cases


def notebook_cases():
    """The sizes of the notebook's large run, with its seed."""
    return [case("large linear", 789, [lambda: linear(2048, 2048)] * 3),
            stream_case("large stream", 789, (1024, 2048), (1, 2, 10, 1000))]


def main():
    import torch
    cases = small_cases(789) + small_cases(2**40 + 12345) + notebook_cases()
    head = {"source": "tools/make_torch_vectors.py", "torch": torch.__version__,
            "capability": torch.backends.cpu.get_cpu_capability()}
    rows = ",\n".join(json.dumps(one) for one in cases)
    sys.stdout.write(json.dumps(head)[:-1] + ', "cases": [\n' + rows + "\n]}\n")


if __name__ == "__main__":
    main()
