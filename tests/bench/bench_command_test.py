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
import threading
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

    def test_heads_have_a_table_with_their_share_of_the_ceiling(self):
        words = ["--heads", "4", "--kv-heads", "2", "--embed-dim", "32", "--tokens", "8", "--past", "24", *QUICK]
        text = bench(*words).stdout
        for column in ("tokens/s", "GFLOP/s", "cache GB/s", "of ceiling", "reads GB/s"):
            self.assertIn(column, text)
        row = json.loads(bench(*words, "--json").stdout)["benchmarks"][0]
        self.assertIn(row["ceiling_bound"], ("reads", "multiply-adds"))
        self.assertTrue(row["ceiling_kernel"].startswith("gemm_f32_"))
        self.assertGreater(row["share_of_ceiling"], 0)
        self.assertLess(row["share_of_ceiling"], 1.2)
        self.assertNotIn("Attention with heads", bench(*SIX_TOKENS, *QUICK).stdout)

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


class Counter(threading.Thread):
    """A powercap folder whose one package draws the same power all the time."""

    def __init__(self, folder, watts):
        super().__init__(daemon=True)
        self.domain, self.watts, self.stopped = Path(folder) / "intel-rapl:0", watts, threading.Event()
        self.domain.mkdir()
        (self.domain / "name").write_text("package-0\n")
        (self.domain / "max_energy_range_uj").write_text("262143328850\n")
        self.write()

    def write(self):
        count = self.domain / "next"
        count.write_text(f"{int(time.monotonic() * self.watts * 1e6)}\n")
        os.replace(count, self.domain / "energy_uj")  # no reader meets an empty file

    def run(self):
        while not self.stopped.wait(0.001):
            self.write()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()


class Energy(unittest.TestCase):
    CASE = [*SIX_TOKENS, *QUICK, "--threads", "1", "--count", "1000"]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def row(self, *arguments):
        result = bench(*self.CASE, *arguments, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["benchmarks"][0]

    def test_a_counter_under_another_root_is_read(self):
        with Counter(self.folder, 30):
            row = self.row("--powercap", self.folder)
        self.assertEqual((row["energy_meter"], row["energy_scope"], row["energy_source"]),
                         ("rapl-package", "package", "measured"))
        package, platform = row["sensors"]
        # The counter moves when a thread of this busy machine gets its turn: hence the width.
        for name in ("idle_before_w", "idle_after_w"):
            self.assertAlmostEqual(package[name], 30, delta=10)
        watts = row["energy_j"] * package["forwards"] / package["window_s"]
        self.assertAlmostEqual(watts, 30, delta=10)
        self.assertLess(abs(row["energy_net_j"]), 0.4 * row["energy_j"])
        self.assertIn("no platform counter", platform["gross_reason"])
        self.assertIsNone(platform["gross_j"])

    def test_a_counter_that_stands_still_gives_no_figure(self):
        Counter(self.folder, 30)
        row = self.row("--powercap", self.folder)
        self.assertIsNone(row["energy_j"])
        self.assertIn("stuck", row["energy_reason"])
        self.assertIn("stuck", bench(*self.CASE, "--powercap", self.folder).stdout)

    def test_formats_carry_gross_net_and_scope(self):
        with Counter(self.folder, 30):
            table = bench(*self.CASE, "--powercap", self.folder).stdout
            text = bench(*self.CASE, "--powercap", self.folder, "--format", "csv").stdout
        for words in ("gross J/forward", "net J/forward", "package"):
            self.assertIn(words, table)
        row = next(csv.DictReader(io.StringIO(text)))
        self.assertGreater(float(row["energy_j"]), float(row["energy_net_j"]))
        self.assertEqual((row["energy_scope"], row["energy_meter"]), ("package", "rapl-package"))

    def test_none_is_none(self):
        row = self.row("--powercap", self.folder, "--meter", "none")
        self.assertEqual((row["energy_j"], row["energy_net_j"], row["sensors"]), (None, None, []))
        self.assertTrue(row["energy_reason"])

    def test_auto_without_a_sensor_says_why(self):
        row = self.row("--powercap", self.folder)
        self.assertIsNone(row["energy_j"])
        self.assertIn("no package counter", row["energy_reason"])

    def test_refusals(self):
        for words in (["--meter", "rapl-package"], ["--meter", "none,rapl-package"], ["--meter", "abacus"],
                      ["--meter", "manual"], ["--active-w", "10", "--baseline-w", "20"]):
            with self.subTest(words=words):
                result = bench(*self.CASE, "--powercap", self.folder, *words)
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stdout, "")


class Hosts(unittest.TestCase):
    def test_a_host_is_an_axis_of_modelled_cases(self):
        with tempfile.TemporaryDirectory() as folder:
            profile = Path(folder) / "slow.json"
            subprocess.run([PROGRAM, "calibrate-host", "--out", str(profile)], check=True, stdout=subprocess.DEVNULL)
            rates = json.loads(profile.read_text())
            profile.write_text(json.dumps(rates | {"tilize_s": 1e-7}))
            result = bench("--device", "cpu,wormhole", "--variant", "reference,resident", "--tokens", "64",
                           "--embed-dim", "64", "--head-dim", "64", *QUICK, "--model-only",
                           "--host", f"notebook,{profile}", "--json")
            rows = {row["name"].removesuffix("_model"): row for row in json.loads(result.stdout)["benchmarks"]
                    if row["device"] == "wormhole" and not row["skipped"]}
            self.assertEqual({row["host"] for row in rows.values()}, {None, str(profile)})
            fast, slow = (next(row for row in rows.values() if row["host"] == host) for host in (None, str(profile)))
            # 4096 elements at 100 ns, and three times as many weights that are tilized but once.
            extra_ms = 4096 * (1e-7 - 2.36e-9) * 1e3
            self.assertAlmostEqual(slow["phases"]["tilize"] - fast["phases"]["tilize"], extra_ms, delta=0.001)

    def test_a_profile_that_is_not_there_is_refused(self):
        self.assertEqual(bench("--device", "wormhole", "--host", "no/such.json").returncode, 2)


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
    @unittest.skipIf("thread" in os.environ.get("WATTENTION_SANITIZE", ""), "TSan keeps a shadow of what was touched")
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
