"""The page as a reader meets it, in headless Chromium: layout, network, console, phone, print, both schemes."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, SOURCE, COMPARED = sys.argv[1:4]  # COMPARED: the folder that the test of compare leaves
del sys.argv[1:4]
sys.path.insert(0, str(Path(SOURCE) / "tools"))
from browser import Browser, find_browser  # noqa: E402
from page_checks import COLLISIONS, CONTRAST, OUTSIDE  # noqa: E402

WINDOW, TABLET, PHONE = 1200, 800, 375
UNFOLD = "document.querySelectorAll('details').forEach(d => d.open = true)"
# Tables that must be scrolled sideways, by their sections.
SCROLLED = """[...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth)
  .map(e => [e.closest('section').id, e.scrollWidth - e.clientWidth])"""
FIGURES = ["Time per tensor over the count", "Joules per forward", "One resident forward", "One naive forward",
           "Roofline of the n150d", "Error, time and energy, by fidelity"]
DOCTOR = ["Where the accuracy, time and energy of naive go", "Where the accuracy, time and energy of resident go"]
TABLES = ["The notebook's performance table (ms) and this machine's", "Core grids: the notebook's (ms) and the model's",
          "Where a forward's time goes, once it runs steadily (modelled)", "The card's ops in one forward (modelled)",
          "The notebook's power table, in joules per forward",
          "The notebook's loop on an i7-13700 in seconds, modelled", "What the other CPU is modelled from",
          "One forward, and the check on the notebook's Xeon", "Error, time and energy of a forward"]


def run(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)


class Page(unittest.TestCase):
    """A page of compare, which has every figure."""
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        out = Path(cls.folder.name)
        cls.page, cls.records = out / "report.html", out / "records.json"
        for path in (cls.page, cls.records):
            shutil.copy(Path(COMPARED) / path.name, path)
        cls.browser = Browser(find_browser()[0])
        cls.addClassCleanup(cls.browser.__exit__)

    def open(self, page=None, **look):
        page = page or self.page
        self.browser.open(page, **look)
        return page

    def check_quiet(self, page):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [page.resolve().as_uri()])

    def test_everything_is_there_after_layout(self):
        page = self.open()
        titles = self.browser.evaluate("""[...document.querySelectorAll('figure')].map(f => {
            const box = f.querySelector('svg').getBoundingClientRect();
            return [f.querySelector('.charttitle').textContent, box.width, box.height]; })""")
        self.assertEqual(len(titles), len(FIGURES + DOCTOR), titles)
        for title in FIGURES + DOCTOR:
            width, height = next((w, h) for text, w, h in titles if text.startswith(title))
            self.assertGreater(width, 300, title)
            self.assertGreater(height, 80, title)
        captions = self.browser.evaluate("[...document.querySelectorAll('caption')].map(c => c.textContent)")
        for caption in TABLES:
            self.assertIn(caption, captions)
        self.assertGreaterEqual(self.browser.evaluate("document.querySelectorAll('.tiles div').length"), 4)
        self.check_quiet(page)

    def test_drawings_hold_their_words(self):
        for width in (1280, WINDOW, TABLET, PHONE):
            self.open(width=width)
            self.assertEqual(self.browser.evaluate(COLLISIONS), [], width)

    def test_nothing_is_wider_than_the_window(self):
        for width in (WINDOW, TABLET, PHONE):
            self.open(width=width)
            self.browser.evaluate(UNFOLD)
            self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
            self.assertEqual(self.browser.evaluate(OUTSIDE % width), [], width)
            scrolled = self.browser.evaluate(SCROLLED)
            if width == TABLET:
                scrolled = [table for table in scrolled if table[0] != "records"]
            if width != PHONE:
                self.assertEqual(scrolled, [], width)

    def test_phone_scrolls_down_only(self):
        page = self.open(width=PHONE)
        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), PHONE)
        self.browser.evaluate(UNFOLD)
        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), PHONE)
        self.check_quiet(page)

    def test_both_schemes_can_be_read(self):
        backgrounds = set()
        for dark in (False, True):
            self.open(dark=dark)
            self.assertGreaterEqual(self.browser.evaluate(CONTRAST), 4.5)
            backgrounds.add(self.browser.evaluate("getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(len(backgrounds), 2)

    def test_prints_whole(self):
        self.open()
        text = self.browser.pdf()
        self.assertTrue(text.startswith(b"%PDF"))
        self.assertGreaterEqual(text.count(b"/Type /Page\n") + text.count(b"/Type /Page "), 3)
        self.browser.call("Emulation.setEmulatedMedia", media="print")
        hidden = self.browser.evaluate("""[...document.querySelectorAll('table')].filter(
            t => t.getBoundingClientRect().height < 20).map(t => t.textContent.slice(0, 40))""")
        self.browser.call("Emulation.setEmulatedMedia", media="")
        self.assertEqual(hidden, [])

    def test_links_lead_to_sections(self):
        self.open()
        lost = "[...document.querySelectorAll('a')].filter(a => !document.querySelector(a.getAttribute('href'))).length"
        self.assertEqual(self.browser.evaluate(lost), 0)

    def report(self, change):
        """The page of changed records."""
        run_of = json.loads(self.records.read_text())
        change(run_of)
        changed, page = self.records.with_name("changed.json"), self.page.with_name("changed.html")
        changed.write_text(json.dumps(run_of))
        result = run("report", changed, "--out", page)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.open(page, width=PHONE)
        self.check_quiet(page)
        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), PHONE)
        self.assertNotRegex(page.read_text(), r'="[^"]*\b(nan|inf)\b')
        return self.browser.evaluate("document.body.innerText")

    def test_report_of_the_same_records(self):
        text = self.report(lambda run_of: None)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('figure').length"), len(FIGURES))
        self.assertIn("The card is 5 % faster", text)

    def test_the_doctor_names_the_ops_that_cost_most(self):
        page = self.open(width=PHONE)
        text = self.browser.evaluate("document.querySelector('#the-doctor').innerText")
        for module, op, reason in (("naive", "softmax", "vector unit's quick approximations"),
                                   ("resident", "linear x3", "LoFi multiplies 7 of 8 mantissa bits")):
            self.assertRegex(text, rf"Module {module}: PCC 0\.99\d+, error [28]\.\d+ % of its context")
            self.assertRegex(text, rf"row \d+ {op}: 2\.\d+ %; .*{reason}")
        # A bar for each op's error, time and energy, as wide as a phone has room for.
        bars = self.browser.evaluate("[...document.querySelectorAll('#the-doctor svg')].map(s => "
                                     "[s.querySelectorAll('rect.mark').length, s.getBoundingClientRect().width])")
        self.assertEqual([count % 3 for count, _ in bars], [0, 0])
        self.assertTrue(all(count >= 9 and 300 < width <= PHONE for count, width in bars), bars)
        self.check_quiet(page)

    def test_the_doctor_by_itself(self):
        page = self.page.with_name("explained.html")
        self.assertEqual(run("report", self.records, "--out", page, "--explain").returncode, 0)
        self.open(page, width=PHONE)
        titles = self.browser.evaluate("[...document.querySelectorAll('#the-doctor .charttitle')]"
                                       ".map(t => t.innerText)")
        self.assertEqual(titles, DOCTOR)

    def test_report_of_the_cpu_alone(self):
        def keep_cpu(run_of):
            run_of["benchmarks"] = [row for row in run_of["benchmarks"] if row["device"] == "cpu"]
        text = self.report(keep_cpu)
        self.assertIn("Time per tensor over the count", text)
        self.assertNotIn("Roofline", text)

    def test_heads_have_a_table_that_fits_a_tablet(self):
        records, page = self.records.with_name("heads.json"), self.page.with_name("heads.html")
        measured = run("bench", "--heads", 32, "--kv-heads", 8, "--embed-dim", 1024, "--tokens", 1, "--past", 2000,
                       "--causal", "--dtype", "f32,bf16", "--max-time", 0.3, "--out", records)
        self.assertEqual(measured.returncode, 0)
        self.assertEqual(run("report", records, "--out", page).returncode, 0)
        self.open(page, width=TABLET)
        self.assertIn("32/8 causal, past 2000", self.browser.evaluate("document.querySelector('#heads').innerText"))
        self.assertEqual([table for table in self.browser.evaluate(SCROLLED) if table[0] == "heads"], [])
        self.check_quiet(page)

    def test_report_of_nothing(self):
        self.assertIn("no case was finished", self.report(lambda run_of: run_of.update(benchmarks=[])))

    def test_markup_in_records_stays_text(self):
        evil = "</style><script>alert(1)</script><img src=x onerror=alert(1)> \" ' &amp;"

        def poison(run_of):
            for name in ("host_name", "command", "cpu_model", "system", "compiler", "compiler_flags"):
                run_of["context"][name] = evil
            for row in run_of["benchmarks"]:
                if row["device"] == "cpu":
                    row["device"] = row["kernel"] = evil
                for step in row.get("steps", []):
                    step["name"] = evil
        self.assertIn(evil, self.report(poison))
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('script, img').length"), 0)

    def test_the_checks_notice_a_bad_page(self):
        page = self.page.with_name("bad.html")
        page.write_text("<p style='width:900px'>x</p><section id='wide'><div class='wide' style='overflow-x:auto'>"
                        "<p style='width:2000px'>x</p></div></section>"
                        "<img src='http://127.0.0.1:9/x.png'><script>nothing()</script>"
                        "<svg viewBox='0 0 90 20'><text y='12'>one</text><text x='4' y='14'>two</text></svg>")
        self.open(page, width=PHONE)
        self.assertEqual(len(self.browser.requests()), 2)
        self.assertTrue(self.browser.complaints())
        self.assertTrue(self.browser.evaluate(COLLISIONS))
        self.assertIn("P: x", self.browser.evaluate(OUTSIDE % PHONE))
        self.assertEqual(self.browser.evaluate(SCROLLED)[0][0], "wide")
        self.assertGreater(self.browser.evaluate("document.documentElement.scrollWidth"), PHONE)


if __name__ == "__main__":
    found, reason = find_browser()
    if not found:
        print(f"skipped: no Chromium: {reason}")
        sys.exit(77)
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main(verbosity=2)
