"""The doctor on programs: rows, verdicts, exit codes, files."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as tree
from pathlib import Path

import numpy as np
import wattention
from face import WithDevice
from wattention import ttnn

PROGRAM = """import numpy, sys, ttnn
device = ttnn.open_device(device_id=0)
values = numpy.random.default_rng(1).normal(size=(64, 64)).astype("f")
x = ttnn.from_torch(values, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device)
for turn in range(3):
    y = ttnn.matmul(x, x, core_grid=ttnn.CoreGrid(y=8, x=8))
print(ttnn.to_torch(ttnn.softmax(y * 0.1, dim=-1)).shape, sys.argv[1:])
"""


class Explain(WithDevice):
    def test_a_block_is_explained(self):
        x = self.send(np.random.default_rng(1).normal(size=(64, 64)).astype("f"))
        with ttnn.explain(self.device) as report:
            y = ttnn.matmul(x, x, core_grid=ttnn.CoreGrid(y=8, x=8))
            self.assertIn("not ended", repr(report))
        ttnn.exp(y)  # nobody looks on any more
        row, = report.rows
        self.assertEqual((row["op"], row["word"], row["fidelity"], row["cause"]),
                         ("matmul", "matmul", "lofi", "slices_dropped"))
        self.assertEqual(Path(row["file"]).name, "test_ttnn_explain.py")
        self.assertLess(report.pcc, 1)
        self.assertIn("Accuracy", str(report))

    def test_a_composite_is_the_ops_that_ran(self):
        x = self.send(np.random.default_rng(1).normal(size=(64, 64)).astype("f"))
        with ttnn.explain(self.device) as report:
            ttnn.hardswish(x)
        self.assertGreater(len(report.rows), 1)
        self.assertEqual({row["word"] for row in report.rows}, {"hardswish"})

    def test_an_operator_is_its_line(self):
        x = self.send(np.ones((32, 32), np.float32))
        with ttnn.explain(self.device) as report:
            x + x  # noqa: B018
        self.assertEqual(report.rows[0]["op"], "add")
        self.assertEqual(report.rows[0]["line"], sys._getframe().f_lineno - 2)

    def test_what_is_rounded_on_the_host_counts(self):
        third = np.full((32, 32), 1 / 3, np.float32)
        with ttnn.explain(self.device) as report:
            host = ttnn.from_torch(third, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT)
            ttnn.to_device(host, self.device)
            ttnn.to_device(ttnn.to_dtype(ttnn.from_torch(third), ttnn.bfloat8_b), self.device)
        bfloat16, blocks = report.rows
        exact, rounded = 1 / 3, 0.333984375  # 171 / 512
        self.assertAlmostEqual(bfloat16["own"]["relative_l2"], rounded / exact - 1, 7)
        self.assertEqual(blocks["cause"], "block_format")

    def test_whole_numbers_that_bfloat16_does_not_hold_count(self):
        with ttnn.explain(self.device) as report:
            self.send(np.full((32, 32), 257, np.int64))
            self.send(np.full((32, 64), 256, np.int64))
        self.assertEqual([row["own"]["max_abs"] for row in report.rows], [1, 0])

    def test_a_report_is_read_after_its_block(self):
        with ttnn.explain(self.device) as report:
            self.expect("bad_input", "whose block has ended", lambda: report.rows)
        self.assertEqual((report.rows, report.pcc), ([], None))


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def explain(self, text, *options, name="program.py"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(Path(wattention.__file__).parents[1]),
                       "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "wattention.ttnn", "explain", *options, str(path), "first"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

    def test_a_program_runs_and_is_explained(self):
        done = self.explain(PROGRAM)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.splitlines()[0].endswith("['first']"), done.stdout)
        self.assertIn("program.py:6", done.stdout)
        self.assertIn("matmul x3", done.stdout)
        self.assertIn("LoFi multiplies 7 of 8 mantissa bits", done.stdout)

    def test_a_least_pcc_decides_the_exit_code(self):
        self.assertEqual(self.explain(PROGRAM, "--min-pcc", "0.5").returncode, 0)
        done = self.explain(PROGRAM, "--min-pcc", "0.999999")
        self.assertEqual(done.returncode, 1)
        self.assertIn("[explain] expected a PCC of 0.999999 or more; found 0.9", done.stderr)

    def test_json_alone_on_standard_output(self):
        done = self.explain(PROGRAM, "--json", "-", "--release", "0.81")
        report = json.loads(done.stdout)
        self.assertEqual(report["release"], "0.81")
        self.assertEqual([row["op"] for row in report["ops"]],
                         ["to_device", "matmul", "multiply", "softmax", "to_host"])
        self.assertIn("['first']", done.stderr)

    def test_junit(self):
        out = self.folder / "out.xml"
        done = self.explain(PROGRAM, "--junit", str(out), "--min-pcc", "0.99999")
        self.assertEqual(done.returncode, 1)
        suite = tree.parse(out).getroot()
        self.assertEqual((suite.get("tests"), len(suite.findall("testcase"))), ("5", 5))
        self.assertEqual(suite.find("properties/property").attrib, {"name": "time", "value": "modelled"})
        failed = [case.get("classname") for case in suite if case.find("failure") is not None]
        self.assertIn("program.py:6", failed)
        self.assertEqual(suite.get("failures"), str(len(failed)))

    def test_a_program_that_fails_keeps_its_rows(self):
        done = self.explain(PROGRAM + "ttnn.matmul(x, 3)\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("matmul x3", done.stdout)
        self.assertIn("ttnn.matmul(x, 3)", done.stderr)
        self.assertEqual(self.explain("import sys\nsys.exit(3)\n").returncode, 2)
        self.assertEqual(self.explain("import sys\nsys.exit(0)\n").returncode, 0)

    def test_a_notebooks_cells(self):
        cells = [{"cell_type": "code", "source": [text]} for text in (PROGRAM, "ttnn.to_torch(ttnn.exp(x));")]
        done = self.explain(json.dumps({"cells": cells, "nbformat": 4}), name="book.ipynb")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("book.ipynb, cell 2:1", done.stdout)

    def test_what_is_not_there(self):
        self.assertEqual(self.explain(PROGRAM, "--release", "0.1").returncode, 2)
