"""The doctor's page in headless Chromium: quiet, nothing outside or over another, on phones and in print."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, SOURCE = sys.argv[1:3]
del sys.argv[1:3]
sys.path.insert(0, str(Path(SOURCE) / "tools"))
from browser import Browser, find_browser  # noqa: E402
from page_checks import COLLISIONS, CONTRAST, OUTSIDE  # noqa: E402

WINDOW, PHONE = 1200, 375


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.page = Path(cls.folder.name) / "explain.html"
        words = ["explain", "--heads", "2", "--causal", "--tokens", "32", "--embed-dim", "64", "--html", cls.page]
        subprocess.run([PROGRAM, *map(str, words)], check=True, capture_output=True)
        cls.browser = Browser(find_browser()[0])
        cls.addClassCleanup(cls.browser.__exit__)

    def test_it_is_whole_and_quiet(self):
        self.browser.open(self.page, width=WINDOW)
        text = self.browser.evaluate("document.body.innerText")
        for part in ("costs the accuracy most", "Where accuracy, time and energy go", "scale_mask_softmax"):
            self.assertIn(part, text)
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(len(self.browser.requests()), 1)

    def test_nothing_leaves_its_place(self):
        for width in (WINDOW, PHONE):
            for dark in (False, True):
                self.browser.open(self.page, width=width, dark=dark)
                self.assertEqual(self.browser.evaluate(OUTSIDE % width), [])
                self.assertEqual(self.browser.evaluate(COLLISIONS), [])
                self.assertGreaterEqual(self.browser.evaluate(CONTRAST), 4.5)

    def test_it_prints(self):
        self.browser.open(self.page, width=WINDOW)
        self.assertGreater(len(self.browser.pdf()), 1000)


if __name__ == "__main__":
    path, reason = find_browser()
    if path is None:
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main()
