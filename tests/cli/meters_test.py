"""meters: every meter is listed, and an absent one says why."""
import json
import unittest

from program import ProgramTest

SCOPES = {"rapl-package": "package", "rapl-memory": "memory", "rapl-platform": "platform", "nvml": "board",
          "hwmon": "chip", "manual": "wall"}


class Meters(ProgramTest):
    def listed(self, *arguments):
        return {entry["name"]: entry for entry in json.loads(self.succeeds("meters", "--json", *arguments))["meters"]}

    def test_each_has_a_scope_a_resolution_and_a_reason_when_absent(self):
        meters = self.listed()
        self.assertEqual({name: entry["scope"] for name, entry in meters.items()}, SCOPES)
        for entry in meters.values():
            self.assertGreater(entry["resolution"]["tick_s"], 0)
            self.assertGreater(max(entry["resolution"]["step_j"], entry["resolution"]["step_w"]), 0)
            self.assertEqual(entry["available"], "reason" not in entry)
            self.assertTrue(entry["available"] or entry["reason"])
        text = self.succeeds("meters")
        for name in meters:
            self.assertIn(name, text)

    def test_watts_by_hand_make_the_manual_meter_available(self):
        self.assertFalse(self.listed()["manual"]["available"])
        self.assertTrue(self.listed("--active-w", 335, "--baseline-w", 185)["manual"]["available"])
        self.assertIn("335", self.listed("--active-w", 335, "--baseline-w", 400)["manual"]["reason"])

    def test_watts_that_nobody_reads_are_named(self):
        for words, reason in ((("--active-w", "nan"), "nan"), (("--active-w", "inf"), "inf"),
                              (("--active-w", -3, "--baseline-w", 1), "-3"),
                              (("--baseline-w", 1), "no active watts"),
                              (("--active-w", 2, "--baseline-w", "nan"), "nan")):
            manual = self.listed(*words)["manual"]
            self.assertFalse(manual["available"], words)
            self.assertIn(reason, manual["reason"])
            self.assertIn("by hand", manual["reason"])
            self.assertIn(manual["reason"], self.refuses("bench", "--count", 1, *words))

    def test_unknown_options_are_refused(self):
        self.refuses("meters", "--nonsense")
        self.refuses("meters", "--active-w", "many")


if __name__ == "__main__":
    unittest.main()
