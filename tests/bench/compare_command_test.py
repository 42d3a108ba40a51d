"""The command compare: every digit of the notebook, the table of times, and the two files.

Usage: compare_command_test.py PROGRAM FOLDER. What compare writes stays in FOLDER/new/out, for the page's test.
"""
import json
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

PROGRAM, FOLDER = sys.argv.pop(1), Path(sys.argv.pop(1))


class Compare(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        out = FOLDER / "new" / "out"
        cls.host = "host.json"  # from FOLDER: the page shows it, and a long path makes its tables wide
        subprocess.run([PROGRAM, "calibrate-host", "--out", cls.host], cwd=FOLDER, check=True,
                       stdout=subprocess.DEVNULL)
        cls.result = subprocess.run([PROGRAM, "compare", "--all", "--max-time", "0.05", "--host", cls.host,
                                     "--out", str(out)],
                                    cwd=FOLDER, capture_output=True, text=True)
        cls.report = (out / "report.md").read_text()
        cls.page = (out / "report.html").read_text()
        cls.records = json.loads((out / "records.json").read_text())

    def test_no_check_fails(self):
        self.assertEqual(self.result.returncode, 0, self.result.stdout + self.result.stderr)
        self.assertNotIn("FAIL", self.result.stdout)
        self.assertEqual(self.result.stdout.count("pass"), 9 + 3)

    def test_all_but_the_loose_digits_are_equal(self):
        checks = [line for line in self.result.stdout.splitlines() if line.startswith("cell") and " of " in line]
        equal = {(line.split()[1], *map(int, line.split("pass")[0].split()[-3::2])) for line in checks}
        for cell, matched, values in equal:
            self.assertGreaterEqual(matched, values - (3 if cell == "16" else 0), f"cell {cell}")
        self.assertIn(("15", 36, 36), equal)
        self.assertIn(("36", 36, 36), equal)

    def test_the_report_holds_what_was_printed(self):
        for words in ("## Six tokens", "## The last of 1000 tensors", "## Time", "## Machine", "## Sources",
                      "115895.56", "† extrapolated"):
            self.assertIn(words, self.report)

    def test_the_report_answers_with_the_cards_numbers(self):
        for words in ("wormhole resident bf16", "wormhole naive bf16", "32x32", "## Phases", "untilize",
                      "## Power", "manual", "## Hosts", "twice as fast", "## Answer", "## The doctor", "Faster:",
                      "Less energy:", "How sure:"):
            self.assertIn(words, self.report)

    def test_the_page_stands_alone_with_every_figure(self):
        for words in ("115895.56", "467358.59", "prefers-color-scheme", "viewport", "Faster:",
                      "<h2>Machine", "<h2>Sources", "Error, time and energy, by fidelity", "wattention bench --device"):
            self.assertIn(words, self.page)
        self.assertEqual(self.page.count("<svg"), 8)  # two of them the doctor's
        for words in ("http:", "https:", "<script", "<link", "<img", "src=", "@import", "url("):
            self.assertNotIn(words, self.page)
        self.assertEqual(self.page.count("<table"), self.page.count("</table>"))

    def test_modelled_totals_are_near_the_notebooks(self):
        # The notebook's table and its core-grid table, in ms; the promises stand in one table of the program.
        promises = json.loads(subprocess.run([PROGRAM, "estimate", "--validate", "--json"], capture_output=True,
                                             text=True, check=True).stdout)["notebook"]
        bounds = {(run["variant"], run["core_grid"], run["count"], round(1e3 * run["measured_s"], 2)): run["bound"]
                  for run in promises}
        printed = {("naive", None): {1: 105.28, 100: 4676.81, 1000: 46124.67, 10000: 467358.59},
                   ("resident", None): {1: 98.39, 100: 1183.98, 1000: 10935.41, 10000: 109907.44},
                   ("resident", "2x2"): {1000: 19399.75}, ("resident", "8x8"): {1000: 10988.90},
                   ("resident", "16x16"): {1000: 11042.35}, ("resident", "32x32"): {1000: 11005.19}}
        rows = [row for row in self.records["benchmarks"] if row["device"] == "wormhole" and not row["host"]]
        self.assertEqual(len(rows), 16)
        for row in (row for row in rows if not row["fidelity"]):
            measured = printed[row["variant"], row["core_grid"]][row["count"]]
            bound = bounds[row["variant"], row["core_grid"] or "8x8", row["count"], measured]
            self.assertLessEqual(abs(row["total_ms"] / measured - 1), bound, row["name"])
            self.assertEqual((row["time_source"], row["energy_source"]), ("modelled", "modelled"))
            low, high = row["energy_j_range"]
            self.assertTrue(0 < low < row["energy_j"] < high)

    def test_a_faster_host_has_a_figure(self):
        hosts = {(row["variant"], row["host"]): row["time_per_forward_ms"] for row in self.records["benchmarks"]
                 if row["device"] == "wormhole" and row["core_grid"] is None}
        twice = hosts["resident", "notebook's, twice as fast"]
        self.assertLess(twice, hosts["resident", None])
        self.assertGreater(twice, hosts["resident", None] / 2)  # the card does not become faster
        self.assertIn(f"In a host twice as fast the forward would take {twice:.1f} ms", self.report)
        self.assertIn(f"with {self.host} as its host {hosts['resident', self.host]:.1f} ms", self.report)

    def test_joules_of_this_machine_are_figures_or_a_reason(self):
        for row in self.records["benchmarks"]:
            if row["device"] == "cpu":
                self.assertTrue((row["energy_j"] or 0) > 0 or row["energy_reason"])
        self.assertIn("this machine", self.report.lower())

    def test_fidelities_have_errors_times_and_joules(self):
        rows = {row["fidelity"]: row for row in self.records["benchmarks"] if row["fidelity"]}
        self.assertEqual(list(rows), ["lofi", "hifi2", "hifi3", "hifi4"])
        joules = [row["energy_j"] for row in rows.values()]
        self.assertEqual(joules, sorted(joules))
        self.assertGreater(rows["lofi"]["error_relative_l2"], 1.05 * rows["hifi4"]["error_relative_l2"])
        exact = {row["dtype"]: row["error_relative_l2"] for row in self.records["benchmarks"]
                 if row["variant"] == "fused"}
        self.assertLess(exact["f32"], 1e-5)
        self.assertLess(exact["bf16"], rows["hifi4"]["error_relative_l2"])

    def test_records_are_the_series(self):
        series = {(row["variant"], row["dtype"]) for row in self.records["benchmarks"]}
        self.assertEqual(series, {("fused", "f32"), ("fused", "bf16"), ("reference", "f32"), ("naive", "bf16"),
                                  ("resident", "bf16")})
        self.assertEqual({row["count"] for row in self.records["benchmarks"]}, {1, 100, 1000, 10000})


if __name__ == "__main__":
    unittest.main()
