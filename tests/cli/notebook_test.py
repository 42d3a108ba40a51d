"""The notebook's six-token cells, digit by digit."""
import json
import unittest

from program import ProgramTest, block, notebook_rows, printed_rows


class OnTheCpu(ProgramTest):
    def check(self, *arguments):
        output = self.succeeds("demo", *arguments)
        device = arguments[1] if arguments else "cpu"
        self.assertEqual(printed_rows(block(output, f"scores on {device}")), notebook_rows(6, "scores of the CPU"))
        self.assertEqual(printed_rows(block(output, f"context on {device}")), notebook_rows(4, "context"))

    def test_default(self):
        self.check()

    def test_reference_device(self):
        self.check("--device", "reference")

    def test_fused_has_the_same_context(self):
        output = self.succeeds("demo", "--variant", "fused")
        self.assertEqual(printed_rows(block(output, "context on cpu")), notebook_rows(4, "context"))
        self.assertNotIn("scores", output)

    def test_json_holds_the_printed_values_in_full_precision(self):
        demo = json.loads(self.succeeds("demo", "--json"))
        self.assertEqual((demo["device"], demo["variant"]), ("cpu", "reference"))
        for name, cell, title in (("scores", 6, "scores of the CPU"), ("context", 4, "context")):
            digits = [[f"{value:.4f}" for value in row] for row in demo[name]]
            self.assertEqual(digits, notebook_rows(cell, title))
        for row in demo["weights"]:
            self.assertAlmostEqual(sum(row), 1, delta=1e-6)
        self.assertNotEqual(demo["context"][0][0], round(demo["context"][0][0], 4))


class OnTheWormhole(ProgramTest):
    def test_naive_prints_the_cards_digits_and_the_cpus_beside_them(self):
        output = self.succeeds("demo", "--device", "wormhole", "--variant", "naive")
        for title, cell, name in (("scores on wormhole", 6, "scores of the device"),
                                  ("scores on the CPU", 6, "scores of the CPU"),
                                  ("weights on wormhole", 7, "weights of the device"),
                                  ("weights on the CPU", 7, "weights of the CPU"),
                                  ("context on wormhole", 8, "context of the device"),
                                  ("context on the CPU", 8, "context of the CPU"),
                                  ("context back in torch", 11, "context")):
            with self.subTest(title):
                self.assertEqual(printed_rows(block(output, title)), notebook_rows(cell, name))

    def test_json_has_both(self):
        demo = json.loads(self.succeeds("demo", "--device", "wormhole", "--json"))
        self.assertEqual(demo["variant"], "naive")
        digits = [[f"{value:.4f}" for value in row] for row in demo["context"]]
        self.assertEqual(digits, notebook_rows(11, "context"))
        digits = [[f"{value:.4f}" for value in row] for row in demo["cpu"]["weights"]]
        self.assertEqual(digits, notebook_rows(7, "weights of the CPU"))

    def test_explain_names_the_programs(self):
        output = self.succeeds("demo", "--device", "wormhole", "--variant", "resident", "--core-grid", "8x8",
                               "--explain")
        for word in ("matmul", "softmax", "fidelity"):
            self.assertIn(word, output)


if __name__ == "__main__":
    unittest.main()
