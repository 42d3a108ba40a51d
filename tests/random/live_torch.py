#!/usr/bin/env python3
"""Draws anew with the torch of this interpreter, from seeds that no stored file knows, and lets the test
program compare. Exits with 77, a skip, where torch is missing or cannot run its AVX2 code.

  python3 live_torch.py TEST_PROGRAM
"""
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import make_torch_vectors  # noqa: E402

SKIP = 77


def main():
    try:
        import torch
    except ImportError:
        print("skipped: this Python has no torch")
        return SKIP
    if torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"):
        print("skipped: torch runs its portable build here, whose angles round differently")
        return SKIP
    seeds = [random.randrange(2**63) for _ in range(3)]
    print(f"torch {torch.__version__}, seeds {seeds}")
    cases = [case for seed in seeds for case in make_torch_vectors.small_cases(seed)]
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "vectors.json"
        vectors.write_text(json.dumps({"cases": cases}))
        return subprocess.run([sys.argv[1], "--gtest_filter=TorchVectors.*"],
                              env=os.environ | {"WATTENTION_TORCH_VECTORS": str(vectors)}).returncode


if __name__ == "__main__":
    sys.exit(main())
