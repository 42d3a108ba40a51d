"""estimate: modelled times and joules, what a knob changes, and the model's promises."""
import json
import os
import unittest
from pathlib import Path

from program import ProgramTest, run

BOUNDS = {"compute", "unpack", "noc", "dram", "dispatch", "host"}


class Estimate(ProgramTest):
    def estimate(self, *arguments):
        return json.loads(self.succeeds("estimate", "--json", *arguments))

    def forward_ms(self, *arguments):
        return 1e3 * self.estimate(*arguments)["forward"]["time_s"]["value"]

    def test_json_has_every_step_with_its_bound_and_closed_form(self):
        result = self.estimate()
        self.assertEqual(result["source"], "modelled")
        steps = result["forward"]["steps"]
        on_card = [step for step in steps if step["on_device"]]
        self.assertEqual([step["name"] for step in on_card],
                         ["transpose", "matmul"] * 4 + ["multiply", "softmax", "matmul"])
        for step in steps:
            self.assertIn(step["bound"], BOUNDS)
            self.assertLessEqual(step["closed_form_s"], step["duration_s"])
        for step in on_card:
            self.assertTrue(step["program"])
            self.assertTrue(step["units_s"])
            self.assertRegex(step["core_grid"], r"^\d+x\d+$")
            # Sent by the dispatch of the same event.
            sent = [other for other in steps if other["phase"] == "dispatch" and other["event"] == step["event"]]
            self.assertEqual([other["name"] for other in sent], ["dispatch " + step["name"]])
        for step in on_card:
            if step["name"] == "matmul":
                self.assertIn(step["bound"], ("unpack", "noc"))  # small blocks wait for senders in one column
        joules = sum(phase["card_j"]["value"] for phase in result["forward"]["phases"])
        self.assertAlmostEqual(joules, result["forward"]["card_j"]["value"], places=9)

    def test_totals_are_those_of_the_notebook_prediction(self):
        """One recorder serves both: the same bits."""
        runs = json.loads(self.succeeds("estimate", "--validate", "--json"))["notebook"]
        for variant in ("naive", "resident"):
            totals = self.estimate("--variant", variant, "--count", "1,100,1000,10000")["totals"]
            self.assertEqual([total["count"] for total in totals], [1, 100, 1000, 10000])
            parts = self.estimate("--variant", variant)
            once = sum(parts[part]["time_s"]["value"] for part in ("setup", "first_forward"))
            self.assertAlmostEqual(totals[0]["time_s"]["value"], once, places=12)
            for total in totals:
                time_s = total["time_s"]
                self.assertLessEqual(time_s["low"], time_s["value"])
                self.assertLessEqual(time_s["value"], time_s["high"])
                there = next(row for row in runs if row["variant"] == variant and row["count"] == total["count"])
                self.assertEqual(time_s["value"], there["modelled_s"])

    def test_each_knob_changes_what_it_names(self):
        plain = self.forward_ms()
        for knobs in (["--bfp8"], ["--pinned-memory"], ["--device-tilize"], ["--command-queues", 2],
                      ["--host-speedup", 2], ["--card", "p150"], ["--clock-mhz", 2000], ["--traced"]):
            self.assertLess(self.forward_ms(*knobs), plain, knobs)
        for knobs in (["--core-grid", "2x2"], ["--weights", "dram"], ["--fidelity", "hifi4"], ["--tokens", 2048]):
            self.assertGreater(self.forward_ms(*knobs), plain, knobs)

    def test_kernels_are_compiled_once_on_a_machine(self):
        warm, cold = self.estimate(), self.estimate("--cold-kernels")
        self.assertEqual(cold["forward"], warm["forward"])
        extra_s = cold["first_forward"]["time_s"]["value"] - warm["first_forward"]["time_s"]["value"]
        self.assertGreater(extra_s, 1)
        # The notebook's first tensor, module and weights with it, took 98.39 ms: nothing was compiled there.
        self.assertLess(warm["totals"][0]["time_s"]["value"], 0.15)

    def test_text_says_modelled(self):
        text = self.succeeds("estimate", "--count", "1,10")
        self.assertGreaterEqual(text.count("modelled"), 4)
        for word in ("unpack", "softmax", "tilize", "closed form"):
            self.assertIn(word, text)

    def test_what_is_refused(self):
        for arguments in (["--nonsense"], ["--variant", "fused"], ["--variant", "clever"], ["--fidelity", "hifi5"],
                          ["--weights", "host"], ["--core-grid", "8x"], ["--command-queues", 3], ["--count", 0],
                          ["--card", "n9000"], ["--host-speedup", 0], ["--clock-mhz", -1], ["--clock-mhz", 0],
                          ["--tokens", 0],
                          ["--host", self.folder / "absent.json"], ["--variant", "naive", "--core-grid", "8x8"],
                          ["--variant", "naive", "--weights", "dram"]):
            self.refuses("estimate", *arguments)


class Validate(ProgramTest):
    def test_the_promises_hold(self):
        result = json.loads(self.succeeds("estimate", "--validate", "--json"))
        self.assertTrue(result["pass"])
        sets = {entry["name"]: entry for entry in result["data_sets"]}
        self.assertEqual(len(sets), 12)
        for entry in sets.values():
            rows = entry["comparisons"]
            self.assertEqual(len(rows), entry["rows"])
            errors = sorted(abs(row["modelled"] / row["measured"] - 1) for row in rows)
            self.assertAlmostEqual(errors[len(rows) // 2], entry["median"], places=9)
        bounds = {bound["what"]: bound for bound in result["bounds"]}
        self.assertEqual(len(bounds), 5 + 5 + 3 + 12 + 2)
        for name in ("GEMM with program configs, math thread", "GEMM with program configs, end to end",
                     "products as called, math thread, held out", "products as called, end to end, held out",
                     "exp, device kernel", "network, reshard cycles"):
            self.assertEqual(bounds[f"{name}: median"]["found"], sets[name]["judged_median"])
        for bound in bounds.values():
            self.assertLessEqual(bound["found"], bound["bound"], bound["what"])
        self.assertEqual(len(result["products"]), 36 + 16)
        for entry in result["products"]:
            self.assertRegex(entry["program"], r"^(1D mcast_in[01]|2D mcast|MatmulMultiCore), \d+ cores")
        for entry in result["notebook"]:
            self.assertAlmostEqual(entry["error"], entry["modelled_s"] / entry["measured_s"] - 1, places=9)
            if entry["variant"] != "cpu":
                self.assertLessEqual(abs(entry["error"]), entry["bound"])

    def test_a_broken_prediction_is_exit_code_one(self):
        for knobs in (["--clock-mhz", 500], ["--host-speedup", 3], ["--device-tilize"], ["--card", "p150"]):
            result = run("estimate", "--validate", "--json", *knobs)
            self.assertEqual(result.returncode, 1, knobs)
            self.assertEqual(result.stderr, "")
            answer = json.loads(result.stdout)
            self.assertFalse(answer["pass"])
            broken = [bound["what"] for bound in answer["bounds"] if not bound["pass"]]
            self.assertTrue(broken, knobs)
        text = run("estimate", "--validate", "--host-speedup", 3)
        self.assertEqual(text.returncode, 1)
        self.assertIn("FAIL", text.stdout)

    def test_what_is_measured_is_not_to_be_chosen(self):
        for words in (["--tokens", 6], ["--variant", "naive"], ["--core-grid", "2x2"], ["--weights", "dram"]):
            self.assertEqual(run("estimate", "--validate", *words).returncode, 2, words)

    def test_text_has_the_table_and_the_differences(self):
        text = self.succeeds("estimate", "--validate")
        for word in ("median", "90th percentile", "why", "difference", "PASS", "naive, 10000"):
            self.assertIn(word, text)
        self.assertNotIn("FAIL", text)


def document_table(head):
    """Rows of a table of docs/timing.md, first cell -> the others."""
    lines = (Path(os.environ["WATTENTION_SOURCE_DIR"]) / "docs" / "timing.md").read_text().splitlines()
    start = lines.index(head) + 2
    end = next(i for i in range(start, len(lines)) if not lines[i].startswith("|"))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:end]]
    return {row[0]: row[1:] for row in rows}


class Document(ProgramTest):
    """docs/timing.md quotes the command; its table of data sets is compared where the model is tested."""
    WHAT_IF = {"as the notebook ran it": [], "2x2 cores": ["--core-grid", "2x2"], "HiFi2": ["--fidelity", "hifi2"],
               "HiFi4": ["--fidelity", "hifi4"], "weights in DRAM": ["--weights", "dram"], "bfp8 operands": ["--bfp8"],
               "pinned memory": ["--pinned-memory"], "two command queues": ["--command-queues", 2],
               "tiles made on the card": ["--device-tilize"],
               "the last three together": ["--pinned-memory", "--command-queues", 2, "--device-tilize"],
               "a p150 running these programs": ["--card", "p150"], "a host twice as fast": ["--host-speedup", 2],
               "replayed from a trace": ["--traced"],
               "pinned memory, two queues, tiles on the card, and a trace":
                   ["--pinned-memory", "--command-queues", 2, "--device-tilize", "--traced"]}

    def forward(self, *arguments):
        return json.loads(self.succeeds("estimate", "--json", *arguments))["forward"]

    def test_what_if(self):
        table = document_table("| | ms | host busy, ms | card computes, ms | card, J | interval, J |")
        self.assertEqual(set(table), set(self.WHAT_IF))
        for name, knobs in self.WHAT_IF.items():
            forward = self.forward(*knobs)
            joules = forward["card_j"]
            found = [f"{1e3 * forward['time_s']['value']:.2f}", f"{1e3 * forward['host_busy_s']:.2f}",
                     f"{1e3 * forward['card_busy_s']:.2f}", f"{joules['value']:.2f}",
                     f"{joules['low']:.2f} to {joules['high']:.2f}"]
            self.assertEqual(table[name], found, name)

    def test_phases(self):
        table = document_table("| phase | ms | the card's J |")
        found = {phase["phase"]: [f"{1e3 * phase['time_s']:.2f}", f"{phase['card_j']['value']:.3f}"]
                 for phase in self.forward()["phases"]}
        self.assertEqual(table, found)

    def test_first_tensors(self):
        text = (Path(os.environ["WATTENTION_SOURCE_DIR"]) / "docs" / "timing.md").read_text()
        for knobs, unit, factor, digits in ((["--cold-kernels"], "s", 1, 1), ([], "ms", 1e3, 0)):
            for variant in ("resident", "naive"):
                answer = json.loads(self.succeeds("estimate", "--json", "--variant", variant, "--count", 1, *knobs))
                first = answer["totals"][0]["time_s"]["value"] * factor
                self.assertIn(f"{first:.{digits}f} {unit}", text)


class WhatIf(ProgramTest):
    def test_knobs_that_no_card_or_host_has_are_refused_with_their_range(self):
        for knob, limits, values in (("--clock-mhz", "from 1 to 10000 MHz", ("inf", "nan", -1, 0, "1e-300", "1e99")),
                                     ("--host-speedup", "from 0.001 to 1000", ("inf", "nan", -1, 0, "1e-9", 1001))):
            for value in values:
                self.assertIn(limits, self.refuses("estimate", "--json", knob, value))
                self.assertIn(limits, self.refuses("estimate", "--validate", knob, value))

    def test_the_ends_of_the_ranges_give_numbers(self):
        for words in (("--clock-mhz", 1), ("--clock-mhz", 10000), ("--host-speedup", 0.001), ("--host-speedup", 1000)):
            document = self.succeeds("estimate", "--json", *words)
            self.assertNotRegex(document, r'"(?!core_grid|program|fidelity)\w+": null|null,?\n *\]')
            self.assertNotRegex(self.succeeds("estimate", *words), r"\b(nan|inf)\b")


class CalibrateHost(ProgramTest):
    def test_a_profile_is_written_and_estimate_reads_it(self):
        path = self.folder / "new" / "host.json"
        printed = json.loads(self.succeeds("calibrate-host", "--out", path, "--json"))
        profile = json.loads(path.read_text())
        self.assertEqual(printed, profile)
        rates = {name: value for name, value in profile.items() if name not in ("name", "source")}
        self.assertEqual(len(rates), 11)
        for name, value in rates.items():
            self.assertGreater(value, 0, name)
        result = json.loads(self.succeeds("estimate", "--host", path, "--json"))
        self.assertEqual(result["host"], profile["name"])
        profile["tilize_s"] *= 100
        path.write_text(json.dumps(profile))
        slower = json.loads(self.succeeds("estimate", "--host", path, "--json"))
        self.assertGreater(slower["forward"]["time_s"]["value"], result["forward"]["time_s"]["value"])
        del profile["tilize_s"]
        for text in (json.dumps(profile), json.dumps(profile | {"tilize_s": -1}), "[1]", "{", ""):
            path.write_text(text)
            self.refuses("estimate", "--host", path)

    def test_what_is_refused(self):
        self.assertEqual(run("calibrate-host", "--nonsense").returncode, 2)
        self.refuses("calibrate-host", "--out", "/dev/null/host.json")


if __name__ == "__main__":
    unittest.main()
