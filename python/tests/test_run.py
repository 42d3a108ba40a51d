"""The runner and the import hook, from a shell."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import wattention
import wattention.ttnn

PACKAGE = str(Path(wattention.__file__).parents[1])


def environment():
    return {**os.environ, "PYTHONPATH": PACKAGE, "PYTHONDONTWRITEBYTECODE": "1"}


class Runner(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_file(self, name, text, *options):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "wattention.ttnn", "run", *options, str(path), "first"]
        return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120)

    def notebook(self, *sources):
        cells = [{"cell_type": "markdown", "source": ["not code"]}]
        cells += [{"cell_type": "code", "source": source.splitlines(keepends=True)} for source in sources]
        return json.dumps({"cells": cells, "nbformat": 4})

    def test_a_script_imports_ttnn(self):
        done = self.run_file("script.py", "import sys, ttnn\nprint(ttnn.__name__, __name__, sys.argv[1:])\n3 + 4\n")
        self.assertEqual((done.returncode, done.stdout), (0, "wattention.ttnn __main__ ['first']\n"), done.stderr)

    def test_a_notebook_shows_last_values(self):
        done = self.run_file("book.ipynb", self.notebook(
            "import ttnn\nx = 3", "x + 1", "x + 2;", "(x, 'a\\nb')", "None",
            "class Plain: pass\nPlain()",
            "import numpy\nttnn.from_torch(numpy.ones((1, 2), 'f'), layout=ttnn.TILE_LAYOUT), x"))
        self.assertEqual(done.returncode, 0, done.stderr)
        *others, plain, last = done.stdout.splitlines()
        self.assertRegex(plain, "^<__main__.Plain at 0x[0-9a-f]+>$")
        self.assertEqual([*others, last], [
            "4", "(3, 'a\\nb')",
            "(ttnn.Tensor([[ 1.00000,  1.00000]], shape=Shape([1, 2]), dtype=DataType::FLOAT32, "
            "layout=Layout::TILE), 3)"])

    def test_log_lines_on_request(self):
        text = "import ttnn\nttnn.close_device(ttnn.open_device(device_id=0))\n"
        self.assertEqual(self.run_file("quiet.py", text).stdout, "")
        self.assertEqual(self.run_file("loud.py", text, "--log").stdout.count("Metal | INFO"), 4)

    def test_a_failing_cell_is_shown_with_its_line(self):
        done = self.run_file("book.ipynb", self.notebook("import ttnn", "x = 1\nttnn.conv2d(x)", "print('never')"))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("cell 2", done.stderr)
        self.assertIn("ttnn.conv2d(x)", done.stderr)
        self.assertIn("[ttnn.conv2d] expected", done.stderr)

    def test_with_allow_errors_the_next_cell_runs(self):
        book = self.notebook("import ttnn", "1 / 0", "x = (", "'after'")
        done = self.run_file("book.ipynb", book, "--allow-errors")
        self.assertEqual((done.returncode, done.stdout), (1, "'after'\n"), done.stderr)
        self.assertIn("cell 2", done.stderr)
        self.assertIn("ZeroDivisionError", done.stderr)
        self.assertIn("SyntaxError", done.stderr)
        done = self.run_file("good.ipynb", self.notebook("3"), "--allow-errors")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "3\n", ""))

    def test_shell_and_magic_cells_are_skipped_and_said_so(self):
        mixed = "if True:\n    !pip install \\\n       nothing\n    x = 1\ny = !pwd\n%matplotlib inline\nx"
        done = self.run_file("book.ipynb", self.notebook(
            "%%bash\nexit 1", mixed, "text = '''\n!no\n'''\ntext", "%%time\n7 \\\n% 4", "x = 7 \\\n% 4\nx"))
        self.assertEqual((done.returncode, done.stdout), (0, "1\n'\\n!no\\n'\n3\n3\n"), done.stderr)
        self.assertEqual([line.partition(": ")[2] for line in done.stderr.splitlines()], [
            "skipped the cell %%bash", "skipped !pip install \\", "skipped nothing", "skipped y = !pwd",
            "skipped %matplotlib inline", "skipped %%time"])

    def test_what_is_no_notebook(self):
        for name, text in (("broken.ipynb", "{"), ("other.ipynb", "[1]")):
            done = self.run_file(name, text)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        command = [sys.executable, "-m", "wattention.ttnn", "run", str(self.folder / "none.py")]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("[run] expected a notebook or a script", done.stderr)

    def test_an_interrupt_stops_long_work(self):
        path = self.folder / "long.py"
        path.write_text(
            "import wattention\nattention = wattention.SelfAttention(256, 256, wattention.Generator(1))\n"
            "tokens = wattention.randn((256, 256), wattention.Generator(2))\nprint('running', flush=True)\n"
            "while True:\n    attention(tokens)\n", encoding="utf-8")
        process = subprocess.Popen([sys.executable, "-m", "wattention.ttnn", "run", str(path)], env=environment(),
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.assertEqual(process.stdout.readline(), "running\n")
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), 130)


class Hook(unittest.TestCase):
    def test_install_serves_import_and_uninstall_ends_it(self):
        wattention.ttnn.install()
        import ttnn

        self.assertIs(ttnn, wattention.ttnn)
        wattention.ttnn.uninstall()
        self.assertNotIn("ttnn", sys.modules)

    def test_another_ttnn_is_not_replaced(self):
        sys.modules["ttnn"] = sys
        self.addCleanup(sys.modules.pop, "ttnn")
        with self.assertRaisesRegex(wattention.Error, "expected no ttnn imported before"):
            wattention.ttnn.install()
