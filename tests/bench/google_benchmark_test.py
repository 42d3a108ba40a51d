"""The JSON of bench is Google Benchmark's: read as its compare.py reads it, and by compare.py where it is installed."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv.pop(1)
COMPARE = Path("/usr/share/benchmark/compare.py")  # Debian's and Ubuntu's libbenchmark-tools
SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def records(folder, name):
    path = Path(folder) / name
    subprocess.run([PROGRAM, "bench", "--tokens", "6", "--embed-dim", "3", "--head-dim", "2", "--count", "1,5",
                    "--variant", "fused,naive", "--min-time", "0", "--max-repeats", "9", "--min-repeats", "9",
                    "--out", str(path)], check=True, stdout=subprocess.DEVNULL)
    return path


def comparable(row):
    return all(field in row for field in ("time_unit", "real_time", "cpu_time"))


class Layout(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.json = json.loads(records(folder, "a.json").read_text())

    def test_context_is_the_machine(self):
        for field in ("date", "host_name", "executable", "num_cpus", "mhz_per_cpu", "caches", "library_build_type"):
            self.assertIn(field, self.json["context"])

    def test_every_repetition_has_times(self):
        # compare.py takes the geometric mean over all rows that are not aggregates, whatever they hold.
        rows = [row for row in self.json["benchmarks"] if row.get("run_type") != "aggregate"]
        self.assertEqual(len(rows), 2 * 9)
        for row in rows:
            self.assertTrue(comparable(row))
            self.assertGreater(row["real_time"] * SECONDS[row["time_unit"]], 0)
            self.assertLess(row["repetition_index"], row["repetitions"])

    def test_aggregates_are_named(self):
        names = [row["aggregate_name"] for row in self.json["benchmarks"] if row["run_type"] == "aggregate"]
        self.assertEqual(names, ["mean", "median", "stddev"] * 2 + ["skipped"] * 2)

    def test_rows_of_one_name_share_a_unit_or_have_no_time(self):
        for row in self.json["benchmarks"]:
            self.assertTrue(comparable(row) or row["skipped"])


def python_with_scipy():
    """compare.py imports scipy, which Debian installs for its own Python."""
    for python in (sys.executable, "/usr/bin/python3"):
        if Path(python).exists() and not subprocess.run([python, "-c", "import scipy"], capture_output=True).returncode:
            return python
    return None


class CompareTool(unittest.TestCase):
    def test_reads_two_files(self):
        if not COMPARE.exists():
            self.skipTest("libbenchmark-tools is not installed")
        python = python_with_scipy()
        if python is None:
            self.skipTest("compare.py needs python3-scipy")
        with tempfile.TemporaryDirectory() as folder:
            paths = [str(records(folder, name)) for name in ("a.json", "b.json")]
            result = subprocess.run([python, "-B", str(COMPARE), "--no-color", "benchmarks", *paths],
                                    capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("cpu/fused/f32/tokens:6/embed_dim:3/head_dim:2/count:5_median", result.stdout)
        self.assertIn("OVERALL_GEOMEAN", result.stdout)
        self.assertIn("U Test, Repetitions: 9 vs 9", result.stdout)


if __name__ == "__main__":
    unittest.main()
