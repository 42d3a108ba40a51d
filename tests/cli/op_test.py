"""op on .npy files, against Python's own arithmetic."""
import json
import math
import unittest

from program import ProgramTest, read_npy, to_f32, write_npy

A = [[1, 2, 3], [-0.5, 0.25, 8]]
B = [[2, 0], [1, -1], [0.5, 4]]
WEIGHT = [[2, 1, 0.5], [0, -1, 4]]  # B transposed


def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


class Ops(ProgramTest):
    def setUp(self):
        super().setUp()
        self.a, self.b, self.weight, self.out = (self.folder / name for name in ("a.npy", "b.npy", "w.npy", "out.npy"))
        write_npy(self.a, A)
        write_npy(self.b, B)
        write_npy(self.weight, WEIGHT)

    def result(self, *arguments):
        """Rows that the op writes. All values here are exact in bf16 too, so devices agree."""
        self.assertEqual(self.succeeds("op", *arguments, "--out", self.out), "")
        return read_npy(self.out)

    def test_on_every_device(self):
        for device in ("cpu", "reference", "wormhole"):
            choose = ["--device", device]
            dtype = ["--dtype", "f32"] if device != "wormhole" else []
            with self.subTest(device):
                self.assertEqual(self.exact("matmul", self.a, self.b, *choose), product(A, B))
                self.assertEqual(self.exact("matmul", self.a, self.weight, "--transpose-b", *choose), product(A, B))
                self.assertEqual(self.exact("linear", self.a, self.weight, *choose), product(A, B))
                self.assertEqual(self.exact("linear", self.a, self.weight, "--transpose-b", *choose), product(A, B))
                self.assertEqual(self.exact("multiply", self.a, "--scalar", "-2", *choose, *dtype),
                                 [[-2 * value for value in row] for row in A])
                self.assertEqual(self.exact("multiply", self.a, self.a, *choose, *dtype),
                                 [[x * x for x in row] for row in A])
                self.assertEqual(self.exact("add", self.a, self.a, *choose), [[x + x for x in row] for row in A])
                self.assertEqual(self.exact("subtract", self.a, self.a, *choose), [[0, 0, 0], [0, 0, 0]])
                self.assertEqual(self.exact("transpose", self.a, *choose), [list(column) for column in zip(*A)])
                self.assertEqual(self.exact("permute", self.a, *choose), [list(column) for column in zip(*A)])
                self.assertEqual(self.exact("permute", self.a, "--dims", "0,1", *choose), A)

    def exact(self, *arguments):
        if "reference" in arguments:  # answers in f64, so through JSON
            return json.loads(self.succeeds("op", *arguments, "--json"))["values"]
        return self.result(*arguments)

    def test_softmax(self):
        for dim, slices in ((-1, A), (0, zip(*A))):
            expected = [[math.exp(x) / sum(map(math.exp, row)) for x in row] for row in slices]
            if dim == 0:
                expected = [list(column) for column in zip(*expected)]
            for row, exact in zip(self.result("softmax", self.a, "--dim", dim), expected):
                for value, wanted in zip(row, exact):
                    self.assertAlmostEqual(value, wanted, delta=3e-7)

    def test_inputs_are_rounded_to_the_dtype(self):
        write_npy(self.a, [[1.00390625 + 2**-20, 0.1]])
        self.assertEqual(self.result("multiply", self.a, "--scalar", 1, "--dtype", "bf16"),
                         [[1.0078125, 0.10009765625]])
        write_npy(self.a, [[0.1, 1e-50]], "<f8")
        self.assertEqual(self.result("multiply", self.a, "--scalar", 1), [[to_f32(0.1), 0]])

    def test_core_grid_lowers_the_fidelity(self):
        write_npy(self.a, [[1 + 2**-7] * 32] * 32)
        plain, gridded = ["op", "matmul", self.a, self.a, "--device", "wormhole"], ["--core-grid", "8x8"]
        self.assertIn("hifi2", self.succeeds(*plain, "--explain").lower())
        self.assertIn("lofi", self.succeeds(*plain, *gridded, "--explain").lower())
        self.assertNotEqual(self.result(*plain[1:]), self.result(*plain[1:], *gridded))
        self.assertEqual(self.result(*plain[1:], "--fidelity", "lofi"), self.result(*plain[1:], *gridded))

    def test_memory_placement_is_accepted(self):
        self.assertEqual(self.result("matmul", self.a, self.b, "--device", "wormhole", "--a-memory", "l1", "--b-memory",
                                     "dram", "--memory", "l1"), product(A, B))

    def test_prints_as_torch_without_out(self):
        self.assertEqual(self.succeeds("op", "transpose", self.a),
                         "tensor([[ 1.0000, -0.5000],\n        [ 2.0000,  0.2500],\n        [ 3.0000,  8.0000]])\n")

    def test_refusals_write_nothing(self):
        for arguments in (["matmul", self.a], ["matmul", self.a, self.a], ["softmax", self.a, self.b],
                          ["multiply", self.a], ["multiply", self.a, self.b],
                          ["multiply", self.a, self.a, "--scalar", 2], ["add", self.a, self.b], ["divide", self.a],
                          ["softmax", self.a, "--dim", 2], ["softmax", self.a, "--scalar", 2],
                          ["permute", self.a, "--dims", "0,0"],
                          ["matmul", self.a, self.b, "--memory", "tape"],
                          ["matmul", self.a, self.b, "--device", "wormhole", "--a-memory", "tape"]):
            self.refuses("op", *arguments, "--out", self.out)
            self.assertFalse(self.out.exists())
        self.assertIn("width", self.refuses("op", "matmul", self.a, self.a))


if __name__ == "__main__":
    unittest.main()
