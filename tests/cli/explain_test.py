"""explain: a module's forward op by op."""
import json
import unittest

from program import ProgramTest, run

SMALL = ["--tokens", 40, "--embed-dim", 64]


class Explain(ProgramTest):
    def test_one_head_on_the_card(self):
        report = json.loads(self.succeeds("explain", "--head-dim", 64, "--json", *SMALL))
        ops = [row["op"] for row in report["ops"]]
        self.assertEqual(ops.count("softmax"), 1)
        self.assertIn("matmul", ops)
        self.assertGreater(report["outputs"]["relative_l2"], 0.001)
        self.assertLess(report["modelled_card_ms"], report["modelled_ms"]["value"])

    def test_heads_in_both_releases(self):
        for release in ("0.57", "0.81"):
            report = json.loads(self.succeeds("explain", "--heads", 2, "--causal", "--release", release, "--json",
                                              "--tokens", 32, "--embed-dim", 64))
            self.assertEqual(report["release"], release)
            self.assertGreater(report["outputs"]["pcc"], 0.99)

    def test_a_table_and_a_least_pcc(self):
        text = self.succeeds("explain", "--head-dim", 64, "--min-pcc", 0.5, *SMALL)
        for part in ("own error", "Accuracy, by own error:", "Time, modelled:", "Energy, modelled:"):
            self.assertIn(part, text)
        done = run("explain", "--head-dim", 64, "--min-pcc", 0.9999999, *SMALL)
        self.assertEqual(done.returncode, 1)

    def test_without_values_there_is_time_alone(self):
        report = json.loads(self.succeeds("explain", "--mode", "shape", "--tokens", 20000, "--head-dim", 64, "--json"))
        self.assertEqual([row["own"] for row in report["ops"] if row["op"] == "matmul"][0], None)
        self.assertGreater(report["modelled_card_ms"], 0)

    def test_on_the_host_there_are_errors_alone(self):
        report = json.loads(self.succeeds("explain", "--device", "cpu", "--variant", "reference", "--head-dim", 64,
                                          "--json", *SMALL))
        self.assertEqual(report["modelled_card_ms"], 0)


if __name__ == "__main__":
    unittest.main()
