"""The program on x86 processors that this machine is not, as qemu-x86_64 plays them: no instruction of a newer
one may slip into what every processor runs, and what must not depend on the processor does not.

Exits with 77 where qemu-x86_64 (Debian's package qemu-user) is not installed. ctest gives WATTENTION_PROGRAM
and WATTENTION_TESTS, the folder of the C++ test programs.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["WATTENTION_PROGRAM"]
TESTS = Path(os.environ["WATTENTION_TESTS"])
QEMU = shutil.which("qemu-x86_64")

# qemu's name -> the widest instruction set that the kernels have for it.
CPUS = {
    "qemu64": "scalar",        # the first x86-64 and a little more
    "Nehalem": "scalar",       # SSE4.2
    "SandyBridge": "scalar",   # AVX, not AVX2
    "Haswell,-fma": "scalar",  # the kernels for AVX2 need FMA too
    "Haswell,-xsave": "scalar",  # the operating system keeps no AVX registers
    "Haswell": "avx2",
}
FORWARD = ("--tokens", "40", "--embed-dim", "70", "--head-dim", "34", "--index", "3")


def run(cpu, *words):
    """The finished process on the processor `cpu`; None: on this machine's own."""
    player = [QEMU, "-cpu", cpu] if cpu else []
    result = subprocess.run([*player, *map(str, words)], capture_output=True, text=True, timeout=300)
    lines = result.stderr.splitlines(keepends=True)  # qemu warns of features that it cannot play
    result.stderr = "".join(line for line in lines if not line.startswith("qemu-x86_64: warning:"))
    return result


class OtherCpus(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def succeeds(self, cpu, *words):
        result = run(cpu, *words)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout[-2000:])
        return result.stdout

    def context(self, cpu, *words):
        """The bytes that `run` leaves."""
        out = self.folder / "context.npy"
        self.succeeds(cpu, PROGRAM, "run", *FORWARD, *words, "--out", out)
        return out.read_bytes()

    def test_the_widest_kernels_are_chosen(self):
        for cpu, widest in CPUS.items():
            with self.subTest(cpu):
                devices = json.loads(self.succeeds(cpu, PROGRAM, "devices", "--json"))["devices"]
                described = {device["name"]: device["description"] for device in devices}
                self.assertIn(f"f32 on {widest}, bf16 on {widest}", described["cpu"])
                self.assertIn(f"computed by {widest} on", described["wormhole"])

    def test_the_example(self):
        words = (PROGRAM, "demo", "--device", "wormhole", "--variant", "naive")
        expected = self.succeeds(None, *words)
        for cpu in CPUS:
            with self.subTest(cpu):
                self.assertEqual(self.succeeds(cpu, *words), expected)

    def test_the_software_wormhole_gives_the_same_bits(self):
        # All of `resident` runs on the device; the host's f32 in `naive` rounds otherwise without FMA.
        expected = self.context(None, "--device", "wormhole", "--variant", "resident")
        for cpu in CPUS:
            with self.subTest(cpu):
                self.assertEqual(self.context(cpu, "--device", "wormhole", "--variant", "resident"), expected)

    def test_the_generator_gives_the_stored_bits(self):
        for cpu, kernel in (("Nehalem", "TorchVectors.EveryBitOfTheStoredVersion"),
                            ("Haswell", "*.GivesTheScalarBits/avx2")):
            with self.subTest(cpu):
                printed = self.succeeds(cpu, TESTS / "test_random", f"--gtest_filter={kernel}")
                self.assertIn("[  PASSED  ] 1 test.", printed)

    def test_the_kernels_keep_their_promise(self):
        sizes = ("--tokens", "20", "--embed-dim", "40", "--head-dim", "24", "--draws", "1")
        for cpu in CPUS:
            for dtype in ("f32", "bf16"):
                with self.subTest(cpu, dtype=dtype):
                    report = self.succeeds(cpu, PROGRAM, "verify", "--variant", "fused", "--dtype", dtype, *sizes)
                    self.assertIn("PASS: ", report)

    def test_a_kernel_that_cannot_run_is_refused_in_one_sentence(self):
        for cpu, widest in CPUS.items():
            for kernel in {"avx2", "avx512"} - {widest}:
                for device in ("cpu", "wormhole"):
                    with self.subTest(cpu, kernel=kernel, device=device):
                        result = run(cpu, PROGRAM, "run", "--device", device, *FORWARD, "--kernel", kernel)
                        self.assertEqual((result.returncode, result.stdout), (2, ""))
                        self.assertRegex(result.stderr, r"\A\[[\w ]+\] expected .*; found .*\n\Z")

    def test_the_tests_of_the_lowest_layers(self):
        """Without those of forked children: qemu-user itself ends where a child starts threads."""
        for cpu in CPUS:
            for name in ("base", "tensor"):
                with self.subTest(cpu, test=name):
                    self.succeeds(cpu, TESTS / f"test_{name}", "--gtest_brief=1", "--gtest_filter=-Fork.*")


if __name__ == "__main__":
    if QEMU is None:
        print("skipped: qemu-x86_64 (the package qemu-user) is not installed")
        sys.exit(77)
    unittest.main()
