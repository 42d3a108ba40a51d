"""examples/notebook.ipynb prints the original's values, run by the runner and executed in Jupyter by nbconvert."""
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import wattention
from golden import notebook, numbers, numbers_in

PACKAGE = str(Path(wattention.__file__).parents[1])
NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook.ipynb"
BF16_STEP = 2**-8  # relative, of a value's power of two


def run(*command):
    environment = {**os.environ, "PYTHONPATH": PACKAGE, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, timeout=400)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


def shown(output):
    """What one output of a code cell shows, as text."""
    return "".join(output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"])


def executed_by_nbconvert():
    """The text below the code cells, in order."""
    with tempfile.TemporaryDirectory() as folder:
        run("-m", "nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=300",
            "--output-dir", folder, "--output", "executed.ipynb", str(NOTEBOOK))
        book = json.loads((Path(folder) / "executed.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in book["cells"] if cell["cell_type"] == "code" for output in cell["outputs"]]
    return "\n".join(shown(output).rstrip("\n") for output in outputs)


class Digits:
    """The digits, whoever ran the notebook."""

    def large(self, name):
        """The 36 numbers of a print of a [1024, 2048] tensor."""
        order = ["context of the CPU", "context, naive", "context, resident"]
        part = self.printed[self.printed.index("torch.Size([1, 1024, 2048])"):]
        part = part[part.index("wall time"):]  # of the CPU, of the naive run, of the resident run
        return numbers_in(part.split("wall time")[order.index(name) + 1].split("\n", 1)[1].split("torch.Size")[0])[:36]

    def test_small_cells_print_the_original_lines(self):
        for cell, name in ((4, "context"), (6, "scores of the device"), (6, "scores of the CPU"),
                           (7, "weights of the device"), (7, "weights of the CPU"), (8, "context of the device"),
                           (8, "context of the CPU"), (11, "context")):
            for line in notebook(cell, name)["lines"]:
                self.assertIn(line.strip(), self.printed, f"cell {cell}, {name}")

    def test_large_cpu_and_resident_runs_print_the_original_digits(self):
        self.assertEqual(self.large("context of the CPU"), numbers(notebook(15, "context of the CPU")))
        self.assertEqual(self.large("context, resident"), numbers(notebook(36, "context, resident")))

    def test_the_large_naive_run_prints_the_original_digits_but_for_the_hosts_sums(self):
        # Its queries, keys and values come from the host's float32 GEMM, whose order of summation differs between
        # processors: up to 3 of 36 values are one bfloat16 step away.
        expected = numbers(notebook(16, "context, naive"))
        pairs = list(zip(self.large("context, naive"), expected, strict=True))
        self.assertLessEqual(sum(mine != theirs for mine, theirs in pairs), 3)
        for mine, theirs in pairs:
            self.assertAlmostEqual(float(mine), float(theirs), delta=2 * BF16_STEP * abs(float(theirs)) + 1e-4)


class Runner(Digits, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.printed = run("-m", "wattention.ttnn", "run", str(NOTEBOOK))


class Jupyter(Digits, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for part in ("nbconvert", "ipykernel"):
            if importlib.util.find_spec(part) is None:
                raise unittest.SkipTest(f"no {part}")
        cls.printed = executed_by_nbconvert()
