"""examples/notebook.ipynb prints the original's device values; by the runner and, where nbclient is, by Jupyter."""
import os
import subprocess
import sys
import unittest
from pathlib import Path

import wattention
from golden import notebook, numbers, numbers_in

PACKAGE = str(Path(wattention.__file__).parents[1])
NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook.ipynb"
BF16_STEP = 2**-8  # relative, of a value's power of two


def run_notebook():
    environment = {**os.environ, "PYTHONPATH": PACKAGE, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "wattention.ttnn", "run", str(NOTEBOOK)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)


class Example(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.done = run_notebook()
        cls.printed = cls.done.stdout

    def large(self, name):
        """The numbers of the n-th print of a [1024, 2048] tensor."""
        order = ["context of the CPU", "context, naive", "context, resident"]
        part = self.printed[self.printed.index("torch.Size([1, 1024, 2048])"):]
        part = part[part.index("wall time"):]  # of the CPU, of the naive run, of the resident run
        return numbers_in(part.split("wall time")[order.index(name) + 1].split("\n", 1)[1].split("torch.Size")[0])[:36]

    def test_it_runs(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)

    def test_small_cells_print_the_original_lines(self):
        for cell, name in ((4, "context"), (6, "scores of the device"), (6, "scores of the CPU"),
                           (7, "weights of the device"), (7, "weights of the CPU"), (8, "context of the device"),
                           (8, "context of the CPU"), (11, "context")):
            lines = notebook(cell, name)["lines"]
            for line in lines:
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


class Jupyter(unittest.TestCase):
    def test_a_kernel_executes_it(self):
        try:
            import nbformat
            from nbclient import NotebookClient
        except ImportError as failure:
            self.skipTest(str(failure))
        os.environ["PYTHONPATH"] = os.pathsep.join([PACKAGE, os.environ.get("PYTHONPATH", "")])
        book = nbformat.read(NOTEBOOK, as_version=4)
        NotebookClient(book, timeout=240, kernel_name="python3").execute()
        shown = "".join(output["data"]["text/plain"] for cell in book.cells if cell.cell_type == "code"
                        for output in cell.outputs if output.output_type == "execute_result")
        for line in notebook(7, "weights of the device")["lines"]:
            self.assertIn(line, shown)
