"""The examples in Python, as a user starts them."""
import contextlib
import io
import runpy
import unittest
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Examples(unittest.TestCase):
    def test_multi_head_attention(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), self.assertRaises(SystemExit) as ended:
            runpy.run_path(str(EXAMPLES / "multi_head_attention.py"), run_name="__main__")
        self.assertEqual(ended.exception.code, 0)
        self.assertRegex(out.getvalue(), r"largest error 0\.0\d+ of values up to 1\.\d+, PCC 0\.999")
        self.assertRegex(out.getvalue(), r"modelled on an n150d: \d+\.\d\d ms")


if __name__ == "__main__":
    unittest.main()
