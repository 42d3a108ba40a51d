"""The examples in Python, as a user starts them."""
import contextlib
import io
import os
import runpy
import subprocess
import sys
import unittest
from pathlib import Path

import wattention

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Examples(unittest.TestCase):
    def test_multi_head_attention(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), self.assertRaises(SystemExit) as ended:
            runpy.run_path(str(EXAMPLES / "multi_head_attention.py"), run_name="__main__")
        self.assertEqual(ended.exception.code, 0)
        self.assertRegex(out.getvalue(), r"largest error 0\.0\d+ of values up to 1\.\d+, PCC 0\.999")
        self.assertRegex(out.getvalue(), r"modelled on an n150d: \d+\.\d\d ms")

    def test_the_readme_shows_what_the_doctor_says(self):
        readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
        shown = readme.partition("## Why is my PCC low?")[2].partition("```text\n")[2].partition("```")[0]
        self.assertIn((EXAMPLES / "doctor/attention.py").read_text(encoding="utf-8"), readme)
        command = [sys.executable, "-m", "wattention.ttnn", "explain", str(EXAMPLES / "doctor/attention.py")]
        package = str(Path(wattention.__file__).parents[1])
        said = subprocess.run(command, env={**os.environ, "PYTHONPATH": package}, capture_output=True, text=True,
                              check=True, timeout=120).stdout
        first, *others = shown.splitlines()
        self.assertIn(first, said)
        self.assertIn("\n".join(others), said)


if __name__ == "__main__":
    unittest.main()
