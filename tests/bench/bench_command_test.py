"""The command bench as a user starts it: formats, skips, Ctrl-C, memory, exit codes."""
import csv
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = sys.argv.pop(1)
SIX_TOKENS = ["--tokens", "6", "--embed-dim", "3", "--head-dim", "2"]
QUICK = ["--min-time", "0", "--max-repeats", "3"]
KIB_PER_MIB = 1024


def bench(*arguments):
    return subprocess.run([PROGRAM, "bench", *arguments], capture_output=True, text=True, timeout=250)


class Formats(unittest.TestCase):
    def test_each_format(self):
        self.assertIn("ms/forward", bench(*SIX_TOKENS, *QUICK).stdout)
        self.assertIn("| device |", bench(*SIX_TOKENS, *QUICK, "--format", "md").stdout)
        rows = list(csv.DictReader(io.StringIO(bench(*SIX_TOKENS, *QUICK, "--format", "csv").stdout)))
        self.assertEqual([row["device"] for row in rows], ["cpu"])
        self.assertGreater(float(rows[0]["time_per_forward_ms"]), 0)
        self.assertIn("benchmarks", json.loads(bench(*SIX_TOKENS, *QUICK, "--json").stdout))

    def test_lists_are_axes(self):
        result = bench(*QUICK, "--tokens", "6,7", "--embed-dim", "3", "--head-dim", "2", "--dtype", "f32,bf16",
                       "--count", "1,2", "--fold-projections", "off,on", "--format", "csv")
        self.assertEqual(len(result.stdout.splitlines()), 1 + 2 * 2 * 2 * 2)

    def test_nothing_on_stderr_without_a_terminal(self):
        self.assertEqual(bench(*SIX_TOKENS, *QUICK).stderr, "")

    def test_the_notebooks_table_follows_its_shape(self):
        result = bench("--count", "1,10000", "--max-time", "0.01", "--min-repeats", "1")
        self.assertIn("115895.56", result.stdout)
        self.assertIn("†", result.stdout)
        self.assertNotIn("115895.56", bench(*SIX_TOKENS, *QUICK).stdout)


class ExitCodes(unittest.TestCase):
    def test_a_skipped_case_beside_one_that_ran_is_good(self):
        result = bench(*SIX_TOKENS, *QUICK, "--variant", "fused,resident")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Skipped cpu/resident", result.stdout)

    def test_refusals_are_two_with_a_sentence(self):
        for words in (["--device", "abacus"], ["--kernel", "no_such_kernel"], ["--tokens", "0"], ["--variant", "fast"],
                      ["--max-time", "0"], ["--format", "xml"], ["--fold-projections", "maybe"],
                      ["--out", "no/such/folder/records.json"]):
            with self.subTest(words=words):
                result = bench(*SIX_TOKENS, *QUICK, *words)
                self.assertEqual(result.returncode, 2)
                self.assertIn("[", result.stderr)
                self.assertEqual(result.stdout, "")

    def test_two_when_nothing_ran(self):
        self.assertEqual(bench(*SIX_TOKENS, "--variant", "naive").returncode, 2)


class Interrupt(unittest.TestCase):
    def test_keeps_finished_cases_and_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            records = Path(folder) / "records.json"
            program = subprocess.Popen(
                [PROGRAM, "bench", *SIX_TOKENS, "--device", "reference", "--count", "1,1000000", "--max-time", "200",
                 "--max-repeats", "3", "--out", str(records)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            deadline = time.monotonic() + 100
            while not records.exists() and time.monotonic() < deadline:  # the first case is finished
                time.sleep(0.02)
            time.sleep(0.3)
            program.send_signal(signal.SIGINT)
            stdout, stderr = program.communicate(timeout=60)
            self.assertEqual(program.returncode, 130)
            self.assertIn("interrupted: 1 of 2 cases", stderr)
            self.assertIn("reference", stdout)
            kept = json.loads(records.read_text())
            self.assertTrue(kept["context"]["interrupted"])
            self.assertEqual({row["count"] for row in kept["benchmarks"]}, {1})
            self.assertEqual(os.listdir(folder), ["records.json"])  # no temporary file stays


class Memory(unittest.TestCase):
    def test_ten_thousand_tensors_stream(self):
        # 10,000 tensors of 32 KiB would be 313 MiB; all that may stay is the ring and the program.
        def peak_kib(count):
            command = [PROGRAM, "bench", "--tokens", "64", "--embed-dim", "128", "--head-dim", "8", "--count",
                       str(count), "--min-repeats", "1", "--max-repeats", "1", "--max-time", "200", "--threads", "1"]
            program = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(program.pid, 0)
            program.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(program.returncode, 0)
            return usage.ru_maxrss
        few, many = peak_kib(10), peak_kib(10000)
        self.assertLess(many - few, 100 * KIB_PER_MIB)
        self.assertLess(many, 1024 * KIB_PER_MIB)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unittest.main()
