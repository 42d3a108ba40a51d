"""Files of the doctor for the tools that people have: the profiler's CSV, a trace."""
import csv
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import wattention

PROGRAM = """import numpy, ttnn
device = ttnn.open_device(device_id=0)
random = numpy.random.default_rng(1)
x, w = (ttnn.from_torch(random.normal(size=(128, 256 if k else 64)).astype("f"), dtype=ttnn.bfloat16,
                        layout=ttnn.TILE_LAYOUT, device=device) for k in range(2))
y = ttnn.matmul(ttnn.transpose(x, -2, -1), w)
for turn in range(2):
    ttnn.softmax(y, dim=-1)
ttnn.to_torch(y)
"""


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        (cls.folder / "program.py").write_text(PROGRAM, encoding="utf-8")
        cls.environment = {**os.environ, "PYTHONPATH": str(Path(wattention.__file__).parents[1])}
        command = [sys.executable, "-B", "-m", "wattention.ttnn", "explain", "--json", "out.json", "--perf-csv",
                   "perf.csv", "--trace", "trace.json", "program.py"]
        subprocess.run(command, cwd=folder.name, env=cls.environment, capture_output=True, check=True, timeout=120)
        cls.report = json.loads((cls.folder / "out.json").read_text(encoding="utf-8"))

    def rows(self):
        with open(self.folder / "perf.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_a_line_for_each_program_of_the_card(self):
        rows = self.rows()
        self.assertEqual([row["OP CODE"] for row in rows], [
            "PermuteDeviceOperation", "MatmulDeviceOperation", "SoftmaxDeviceOperation", "SoftmaxDeviceOperation"])
        product = rows[1]
        self.assertEqual((product["INPUT_0_Y_PAD[LOGICAL]"], product["INPUT_1_X_PAD[LOGICAL]"]), ("64[64]", "256[256]"))
        self.assertEqual((product["MATH FIDELITY"], product["TIME SOURCE"]), ("HiFi2", "modelled"))
        self.assertIn("in0_block_w=", product["ATTRIBUTES"])

    def test_its_times_are_the_reports(self):
        matmul = next(row for row in self.report["ops"] if row["op"] == "matmul")
        self.assertAlmostEqual(float(self.rows()[1]["DEVICE KERNEL DURATION [ns]"]), 1e6 * matmul["modelled_ms"], -1)
        softmax = [row for row in self.report["ops"] if row["op"] == "softmax"][0]
        halves = [float(row["DEVICE KERNEL DURATION [ns]"]) for row in self.rows()[2:]]
        self.assertAlmostEqual(sum(halves), 1e6 * softmax["modelled_ms"], -1)

    @unittest.skipUnless(importlib.util.find_spec("tt_perf_report"), "tt-perf-report is not installed")
    def test_tt_perf_report_reads_it(self):
        command = [sys.executable, "-c", "from tt_perf_report.perf_report import main; main()", "perf.csv"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("MatmulDeviceOperation 64 x 128 x 256", done.stdout)
        self.assertIn("4 device ops, 0 host ops", done.stdout)
        self.assertIn("Advice", done.stdout)

    def test_a_trace_of_the_modelled_run(self):
        trace = json.loads((self.folder / "trace.json").read_text(encoding="utf-8"))
        names = {event["name"] for event in trace["traceEvents"]}
        self.assertTrue({"matmul", "softmax", "tilize"} <= names, names)
        self.assertTrue(any("modelled" in json.dumps(event) for event in trace["traceEvents"]))


if __name__ == "__main__":
    unittest.main()
