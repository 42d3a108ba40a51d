"""float32, bfloat8_b and bfloat4_b through TT-NN's words."""
import unittest

import numpy as np
from face import WithDevice
from wattention import ttnn

BLOCKS = (ttnn.bfloat8_b, ttnn.bfloat4_b)


def values(tensor):
    array = ttnn.to_torch(tensor)
    return np.asarray(array.float() if hasattr(array, "float") else array, dtype=np.float32)


class Floats(WithDevice):
    def sent(self, array, dtype):
        return ttnn.from_torch(array, dtype=dtype, layout=ttnn.TILE_LAYOUT, device=self.device)

    def test_float32_stays_whole(self):
        exact = np.linspace(0.1, 1, 12, dtype=np.float32).reshape(3, 4)
        tensor = self.sent(exact, ttnn.float32)
        np.testing.assert_array_equal(values(tensor + tensor), exact + exact)
        np.testing.assert_array_equal(values(ttnn.multiply(tensor, tensor)), exact * exact)
        np.testing.assert_array_equal(values(ttnn.square(tensor)), exact * exact)
        self.assertIs((tensor + tensor).dtype, ttnn.float32)
        np.testing.assert_allclose(values(ttnn.matmul(tensor, ttnn.transpose(tensor, -1, -2))), exact @ exact.T,
                                   rtol=2**-8)
        np.testing.assert_allclose(values(ttnn.softmax(tensor)).sum(-1), 1, rtol=0.05)

    def test_block_formats_come_in_tiles(self):
        exact = np.array([[1, 1 / 64, 1 / 256, -0.3]], np.float32)
        for dtype, read in ((ttnn.bfloat8_b, [1, 1 / 64, 0, -19 / 64]), (ttnn.bfloat4_b, [1, 0, 0, -0.25])):
            host = ttnn.from_torch(exact, dtype=dtype, layout=ttnn.TILE_LAYOUT)
            there = self.sent(exact, dtype)
            for tensor in (host, there, ttnn.to_device(host, self.device), ttnn.from_device(there)):
                self.assertIs(tensor.dtype, dtype)
                self.assertIs(tensor.layout, ttnn.TILE_LAYOUT)
                np.testing.assert_array_equal(values(tensor), [read])
            self.assertEqual(ttnn.to_torch(there).dtype, values(there).dtype if isinstance(
                ttnn.to_torch(there), np.ndarray) else ttnn.to_torch(self.sent(exact, ttnn.float32)).dtype)
            self.expect("bad_input", "ttnn.from_torch: bfloat8_b/bfloat4_b requires TILE_LAYOUT!",
                        lambda: ttnn.from_torch(exact, dtype=dtype))
            made = ttnn.Tensor(exact, dtype)
            self.assertIs(made.layout, ttnn.TILE_LAYOUT)
            self.assertEqual(made.to_numpy().dtype, np.float32)
            self.assertIn(f"dtype=DataType::{dtype.name}, layout=Layout::TILE", repr(there))

    def test_results_in_another_dtype(self):
        a, b = (self.sent(np.full((32, 32), number, np.float32), ttnn.bfloat16) for number in (1.5, 0.25))
        for dtype in BLOCKS:
            for result in (ttnn.matmul(a, b, dtype=dtype), ttnn.add(a, b, dtype=dtype), ttnn.typecast(a, dtype)):
                self.assertIs(result.dtype, dtype)
        np.testing.assert_array_equal(values(ttnn.matmul(a, b, dtype=ttnn.bfloat8_b)), np.full((32, 32), 12))
        self.assertIs(ttnn.matmul(a, b, dtype=ttnn.float32).dtype, ttnn.float32)
        self.assertIs(ttnn.to_dtype(ttnn.from_torch(np.ones((2, 2), np.float32)), ttnn.bfloat8_b).layout,
                      ttnn.TILE_LAYOUT)
        self.assertIs(ttnn.to_layout(self.sent(np.ones((32, 32), np.float32), ttnn.bfloat8_b),
                                     ttnn.ROW_MAJOR_LAYOUT).dtype, ttnn.bfloat16)

    def test_correlation(self):
        try:
            import torch
        except ImportError:
            self.skipTest("no torch")
        x = torch.linspace(-1, 1, 64).reshape(2, 32)
        of = ttnn.pearson_correlation_coefficient
        self.assertEqual(of(x, self.sent(x, ttnn.float32)), 1)
        self.assertTrue(0.9999 < of(x, self.sent(x, ttnn.bfloat8_b)) < 1)
        self.assertAlmostEqual(of(x, -x), -1)
        self.assertEqual(of(x, 0 * x), 0)
        self.assertEqual(of(x / 0, torch.full_like(x, float("nan"))), 0)
        self.assertRaises(ValueError, of, x.numpy(), x)

    def test_weights_in_blocks(self):
        rng = np.random.default_rng(1)
        x, w = rng.normal(size=(32, 64)).astype(np.float32), rng.normal(size=(64, 96)).astype(np.float32)
        for dtype, error in ((ttnn.bfloat8_b, 0.02), (ttnn.bfloat4_b, 0.2)):
            found = values(ttnn.linear(self.sent(x, ttnn.bfloat16), self.sent(w, dtype)))
            self.assertLess(np.linalg.norm(found - x @ w) / np.linalg.norm(x @ w), error)


if __name__ == "__main__":
    unittest.main()
