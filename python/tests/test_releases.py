"""compare_releases: what changes from one TT-NN release to the next."""
import unittest

import numpy as np
import wattention


def drawn(*shape, scale=1.0):
    return (scale * np.random.default_rng(7).standard_normal(shape)).astype("f")


def on_card(function, array, release):
    with wattention.open_device("wormhole", release_profile=release) as card:
        sent = wattention.to_device(wattention.Tensor(array).to("bf16"), card, layout="tile")
        return wattention.to_host(function(sent)).to("f32").numpy()


class Releases(unittest.TestCase):
    def test_results_are_those_of_each_release_alone(self):
        values = drawn(64, 96)
        old, new = wattention.compare_releases(wattention.exp, values, releases=["0.57", "0.81"])
        for row in (old, new):
            expected = on_card(wattention.exp, values, row["release"])
            np.testing.assert_array_equal(row["result"].to("f32").numpy(), expected)
        changed = (on_card(wattention.exp, values, "0.57") != on_card(wattention.exp, values, "0.81")).mean()
        self.assertEqual((old["changed"], new["changed"]), (0, changed))
        self.assertGreater(changed, 0.1)

    def test_errors_are_float64s_from_the_unrounded_input(self):
        values = drawn(32, 64)
        for row in wattention.compare_releases(wattention.exp, values):
            exact = np.exp(values.astype("d"))
            error = row["result"].to("f32").numpy().astype("d") - exact
            self.assertAlmostEqual(row["relative_l2"], np.linalg.norm(error) / np.linalg.norm(exact), places=9)
            self.assertAlmostEqual(row["pcc"], np.corrcoef(exact.ravel(), (exact + error).ravel())[0, 1], places=9)
            self.assertGreater(row["modelled_ms"], 0)
            self.assertGreater(row["modelled_j"], 0)
            self.assertEqual([op["op"] for op in row["ops"]], ["exp"])

    def test_a_module_and_its_options(self):
        attention = wattention.SelfAttention(64, 64, wattention.Generator(1))
        rows = wattention.compare_releases(attention, wattention.Tensor(drawn(32, 64, scale=20)), variant="resident")
        self.assertLess(rows[0]["pcc"], 0.5)  # the first release does not subtract the rows' largest scores
        self.assertGreater(rows[1]["pcc"], 0.9)

    def test_a_release_that_refuses_says_so(self):
        rows = wattention.compare_releases(wattention.divide, drawn(32, 64), 2 + drawn(1, 64))
        self.assertIn("only add, subtract and multiply broadcast in this release", rows[0]["refused"])
        self.assertIsNone(rows[1]["refused"])
        self.assertEqual(rows[1]["changed"], 0)  # there is nothing to differ from
        text = str(rows)
        self.assertIn("0.57     refused: [divide] expected", text)
        self.assertEqual(len(text.splitlines()), 3)

    def test_bad_input_is_raised(self):
        with self.assertRaisesRegex(wattention.Error, "expected a release profile among 0.57, 0.81; found '0.58'"):
            wattention.compare_releases(wattention.exp, drawn(32, 32), releases=["0.58"])
        with self.assertRaisesRegex(ValueError, "expected at least one release"):
            wattention.compare_releases(wattention.exp, drawn(32, 32), releases=[])
        with self.assertRaisesRegex(wattention.Error, "matmul"):
            wattention.compare_releases(wattention.matmul, drawn(32, 32), drawn(64, 32))


if __name__ == "__main__":
    unittest.main()
