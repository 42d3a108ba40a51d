"""estimate: modelled times and joules, what a knob changes, and the model's promises."""
import json
import unittest

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
        on_card = [step for step in steps if step["on_card"]]
        self.assertEqual([step["name"] for step in on_card],
                         ["transpose", "matmul"] * 4 + ["multiply", "softmax", "matmul"])
        for step in steps:
            self.assertIn(step["bound"], BOUNDS)
            self.assertLessEqual(step["closed_form_s"], step["time_s"])
        for step in on_card:
            self.assertTrue(step["program"])
            self.assertTrue(step["units_s"])
        for step in on_card:
            if step["name"] == "matmul":
                self.assertEqual(step["bound"], "unpack")
        joules = sum(phase["card_j"]["value"] for phase in result["forward"]["phases"])
        self.assertAlmostEqual(joules, result["forward"]["card_j"]["value"], places=9)

    def test_totals_are_those_of_the_notebook_prediction(self):
        """Recorded from the device here, built from formulas there."""
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
                self.assertAlmostEqual(time_s["value"] / there["modelled_s"], 1, delta=0.01)

    def test_each_knob_changes_what_it_names(self):
        plain = self.forward_ms()
        for knobs in (["--bfp8"], ["--pinned-memory"], ["--device-tilize"], ["--command-queues", 2],
                      ["--host-speedup", 2], ["--card", "p150"], ["--clock-mhz", 2000]):
            self.assertLess(self.forward_ms(*knobs), plain, knobs)
        for knobs in (["--core-grid", "2x2"], ["--weights", "dram"], ["--fidelity", "hifi4"], ["--tokens", 2048]):
            self.assertGreater(self.forward_ms(*knobs), plain, knobs)

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
        self.assertEqual(len(sets), 5)
        self.assertLessEqual(sets["GEMM, device kernel"]["median"], 0.12)
        self.assertLessEqual(sets["GEMM, device kernel"]["p90"], 0.20)
        for name in ("GEMM, end to end", "exp, device kernel", "network, reshard cycles"):
            self.assertLessEqual(sets[name]["median"], 0.15)
        for entry in result["notebook"]:
            self.assertAlmostEqual(entry["error"], entry["modelled_s"] / entry["measured_s"] - 1, places=9)
            if entry["variant"] != "cpu":
                self.assertLessEqual(abs(entry["error"]), 0.35 if entry["count"] == 1 else 0.25)
        self.assertEqual(len({bound["what"] for bound in result["bounds"]}), 5 + 12)

    def test_text_has_the_table_and_the_differences(self):
        text = self.succeeds("estimate", "--validate")
        for word in ("median", "90th percentile", "why", "difference", "PASS", "naive, 10000"):
            self.assertIn(word, text)
        self.assertNotIn("FAIL", text)


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
