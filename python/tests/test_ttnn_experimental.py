"""wattention.ttnn's products, rotary embeddings and dropout, against NumPy."""
import numpy as np
from face import WithDevice, bits_of
from wattention import ttnn


def values_of(tensor):
    return ttnn.from_device(tensor)._core.numpy().astype(np.float64)


class Products(WithDevice):
    def test_along_each_dimension(self):
        x = np.random.default_rng(1).uniform(0.9, 1.1, size=(2, 3, 32, 64)).astype(np.float32)
        for dim in range(-4, 4):
            for keepdim in (False, True):
                found = values_of(ttnn.prod(self.send(x), dim=dim, keepdim=keepdim))
                wanted = x.prod(dim, keepdims=keepdim)
                self.assertEqual(found.shape, wanted.shape)
                self.assertLess(abs(found / wanted - 1).max(), 0.25)  # up to 64 cuts of 2^-8
        self.expect("unsupported", "all_dimensions", lambda: ttnn.prod(self.send(x), True))


class PlusOne(WithDevice):
    def test_adds_in_place(self):
        values = np.arange(-3, 9, dtype=np.int32).reshape(3, 4)
        tensor = ttnn.from_torch(values, dtype=ttnn.int32, device=self.device)
        self.assertIs(ttnn.plus_one(tensor), tensor)
        self.assertTrue(np.array_equal(ttnn.from_device(tensor)._core.numpy(), values + 1))
        two = ttnn.CoreRangeSet([ttnn.CoreRange(ttnn.CoreCoord(0, 0), ttnn.CoreCoord(1, 0))])
        self.expect("unverified", "one core", lambda: ttnn.plus_one(tensor, sub_core_grids=two))


class Rotary(WithDevice):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(2)
        self.x = random.normal(size=(1, 2, 32, 64)).astype(np.float32)
        angles = random.uniform(-3, 3, size=(1, 1, 64, 32)).astype(np.float32)
        self.cos, self.sin = (np.concatenate([f(angles)] * 2, axis=-1) for f in (np.cos, np.sin))

    def turned(self, rows):
        first, second = self.x[..., :32], self.x[..., 32:]
        cos, sin = self.cos[:, :, rows], self.sin[:, :, rows]
        return self.x * cos + np.concatenate([-second, first], axis=-1) * sin

    def test_each_row_by_its_own_angles_or_all_by_one(self):
        x, cos, sin = self.send(self.x), self.send(self.cos), self.send(self.sin)
        word = ttnn.experimental.rotary_embedding
        self.assertTrue(np.allclose(values_of(word(x, cos, sin)), self.turned(slice(32)), atol=0.06))
        self.assertTrue(np.allclose(values_of(word(x, cos, sin, 40)), self.turned(slice(40, 41)), atol=0.06))
        config = ttnn.WormholeComputeKernelConfig(math_fidelity=ttnn.MathFidelity.HiFi2)
        self.expect("unsupported", "HiFi4", lambda: word(x, cos, sin, compute_kernel_config=config))


class Dropout(WithDevice):
    def test_keeps_and_scales(self):
        x = self.send(np.full((1, 1, 320, 320), 2.0, np.float32))
        found = ttnn.experimental.dropout(x, probability=0.2, scale=1.25, seed=0xfedcba98)
        values = values_of(found)
        self.assertEqual(set(np.unique(values)), {0.0, 2.5})
        self.assertLess(abs((values == 0).mean() - 0.2), 0.05)  # of two tiles, which repeat
        again = ttnn.experimental.dropout(x, 0.2, 1.25, 0xfedcba98)
        self.assertTrue(np.array_equal(bits_of(found), bits_of(again)))
        self.expect("unsupported", "memory_config", lambda: ttnn.experimental.dropout(
            x, 0.2, 1.25, 1, memory_config=ttnn.L1_MEMORY_CONFIG))
