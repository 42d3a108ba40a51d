"""The notebook's large runs: the printed corner of the context of the last of its 1000 tensors."""
import json
import unittest

from program import ProgramTest, bf16_neighbours, notebook_rows, printed_rows


class LargeRuns(ProgramTest):
    def rows(self, *arguments):
        output = self.succeeds("run", "--seed", 789, "--index", 1000, *arguments)
        rows = printed_rows(output.split("time:")[0])
        self.assertEqual([len(row) for row in rows], [6] * 6)
        self.assertIn("time: ", output)
        return rows

    def test_cpu(self):
        self.assertEqual(self.rows("--device", "cpu", "--dtype", "f32"), notebook_rows(15, "context of the CPU"))

    def test_cpu_fused(self):
        self.assertEqual(self.rows("--variant", "fused"), notebook_rows(15, "context of the CPU"))

    def test_wormhole_resident(self):
        rows = self.rows("--device", "wormhole", "--variant", "resident", "--core-grid", "8x8")
        self.assertEqual(rows, notebook_rows(36, "context, resident"))

    def test_wormhole_naive(self):
        # The order of the host's f32 sums is not known; where it shows, a value lies one bf16 step off.
        result = json.loads(self.succeeds("run", "--device", "wormhole", "--variant", "naive", "--json"))
        ours = [value for row in result["shown"] for value in row]
        theirs = [digits for row in notebook_rows(16, "context, naive") for digits in row]
        self.assertEqual(len(ours), 36)
        different = [(a, b) for a, b in zip(ours, theirs) if f"{a:.4f}" != b]
        self.assertLessEqual(len(different), 3, different)
        for value, digits in different:
            self.assertIn(digits, [f"{near:.4f}" for near in bf16_neighbours(value)])


if __name__ == "__main__":
    unittest.main()
