#!/usr/bin/env python3
"""Writes prints.json: tensors and what PyTorch prints for them. Needs torch; the tests read only the JSON.

usage: generate.py > prints.json
"""
import json

import torch


WORDS = {torch.float64: torch.int64, torch.float32: torch.int32, torch.bfloat16: torch.int16}
NAMES = {torch.float64: "f64", torch.float32: "f32", torch.bfloat16: "bf16"}


def bits(tensor):
    """Every element's bit pattern as hexadecimal digits, all of the same count."""
    digits = 2 * tensor.element_size()
    words = tensor.view(WORDS[tensor.dtype]).flatten().tolist()
    return "".join(f"{word & (1 << 4 * digits) - 1:0{digits}x}" for word in words)


def case(name, tensor, **options):
    torch.set_printoptions(profile="default", **options)
    return {"name": name, "dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
            "sci_mode": options.get("sci_mode"), "bits": bits(tensor), "text": str(tensor)}


def random_cases():
    generator = torch.Generator().manual_seed(11)
    shapes = [(), (1,), (5,), (9,), (40,), (1001,), (2, 2), (6, 6), (3, 17), (12, 30), (100, 11), (7, 1, 300),
              (2, 3, 4), (8, 8, 20), (2, 2, 2, 2), (7, 7, 7, 7), (1, 1500), (501, 2)]
    for number, shape in enumerate(shapes):
        dtype = (torch.float32, torch.bfloat16, torch.float64)[number % 3]
        values = torch.randn(shape, generator=generator)
        if values.numel() > 500:
            yield case(f"randn {shape}", values.bfloat16())
            continue
        for scale in (1.0, 100.0, 1e-3, 3e6):
            yield case(f"randn {shape} times {scale}", (values * scale).to(dtype))
            yield case(f"randn {shape} times {scale}, plain", values * scale, sci_mode=False)


def special_cases():
    inf, nan = float("inf"), float("nan")
    lists = {
        "zeros of both signs": [0.0, -0.0], "only zero": [0.0], "whole": [1.0, -20.0, 300.0],
        "whole and infinite": [1.0, inf, nan], "only infinite": [inf, -inf, nan],
        "fractions and infinite": [0.5, -inf, nan, 2.25], "large whole": [1e9, 1.0],
        "large whole, near": [2e8, 2e8 + 32], "small": [1e-5, 2e-5], "small and zero": [9.99e-5, 0.0],
        "edge of small": [1e-4, 1.5e-4], "ratio 1000": [0.25, 250.0], "ratio above 1000": [0.25, 250.5],
        "huge": [1e38, -1e38], "denormal": [1e-45, 1.0], "ties": [0.00005, 0.12345, 0.99995, 2.00005],
        "negative whole": [-1.0, -0.0, -3.0], "three digits of exponent": [1e-38, 1.0],
    }
    for name, values in lists.items():
        tensor = torch.tensor(values)
        yield case(name, tensor)
        yield case(name + ", plain", tensor, sci_mode=False)
        yield case(name + ", scientific", tensor, sci_mode=True)
        yield case(name + ", bf16", tensor.to(torch.bfloat16))
        yield case(name + ", column", tensor.reshape(-1, 1))
    yield case("f64 exponents", torch.tensor([1e-300, 1e300], dtype=torch.float64))
    for shape in [(0,), (0, 3), (3, 0), (2, 0, 4)]:
        yield case(f"empty {shape}", torch.empty(shape))
        yield case(f"empty {shape}, bf16", torch.empty(shape, dtype=torch.bfloat16))
    wide = torch.arange(9, dtype=torch.float32) / 10
    for columns in range(5, 10):
        yield case(f"suffix after {columns} columns", wide[:columns].to(torch.float64))
        yield case(f"suffix after {columns} columns of two rows", wide[:columns].repeat(2, 1).to(torch.bfloat16))


if __name__ == "__main__":
    cases = [*special_cases(), *random_cases()]
    print(json.dumps({"source": f"printed by PyTorch {torch.__version__} (generate.py)", "cases": cases}, indent=0))
