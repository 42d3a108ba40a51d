"""Tensors of no elements, and of one without dimensions: what TT-NN gives without a program."""
import unittest

import numpy as np
from face import WithDevice
from wattention import ttnn


def empty(*sizes):
    return np.zeros(sizes, np.float32)


class Nothing(WithDevice):
    def wide(self, array):
        return ttnn.from_torch(array, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=self.device)

    def values(self, tensor):
        self.assertIs(tensor.device(), self.device)
        return np.asarray(ttnn.to_torch(tensor))

    def test_elementwise_ops_keep_the_shape_and_launch_nothing(self):
        self.device.enable_program_cache()
        none, row = self.send(empty(5, 0, 4)), self.send(empty(1, 4))
        for result in (none + none, none + 3, 2 * none, ttnn.subtract(none, row), ttnn.gt(none, 0.0), ttnn.sin(none),
                       ttnn.exp(none, memory_config=ttnn.L1_MEMORY_CONFIG), ttnn.sinh(none), ttnn.hypot(none, none)):
            self.assertEqual((list(result.shape), result.dtype, result.layout),
                             ([5, 0, 4], ttnn.bfloat16, ttnn.TILE_LAYOUT))
        self.assertEqual(self.device.num_program_cache_entries(), 0)
        self.assertIs(ttnn.add(none, none, dtype=ttnn.float32).dtype, ttnn.float32)
        self.assertIs(ttnn.add(none, none, output_tensor=none), none)
        self.expect("bad_input", "Broadcasting rule violation", lambda: none + self.send(empty(3, 4)))

    def test_reductions(self):
        for name, value in (("sum", 0), ("mean", np.nan), ("std", np.nan), ("var", np.nan)):
            found = self.values(getattr(ttnn, name)(self.wide(empty(2, 0, 3)), -2, keepdim=False))
            np.testing.assert_array_equal(found, np.full((2, 3), value, np.float32))
        self.assertEqual(self.values(ttnn.max(self.wide(empty(32, 0)), 0)).shape, (1, 0))
        self.expect("bad_input", "Expected reduction dim 1 to have non-zero size",
                    lambda: ttnn.min(self.wide(empty(32, 0)), 1))

    def test_shapes(self):
        for layout in (ttnn.TILE_LAYOUT, ttnn.ROW_MAJOR_LAYOUT):
            for sizes, other in (((0,), (0, 2)), ((0, 5), (0, 0, 5)), ((5, 0), (0, 5, 0))):
                none = ttnn.from_torch(empty(*sizes), dtype=ttnn.bfloat16, layout=layout, device=self.device)
                self.assertEqual(list(ttnn.reshape(none, other).shape), list(other))
        one = self.wide(np.array(2.5, np.float32))
        for dim in (None, 0, -1, [], [-1]):
            self.assertIs(ttnn.squeeze(one, dim), one)
        self.expect("bad_input", "Dimension out of range", lambda: ttnn.squeeze(one, 1))

    def test_one_number_is_its_own_sum(self):
        one = self.wide(np.array(2.5, np.float32))
        for name in ("sum", "mean", "max", "min"):
            self.assertEqual(self.values(getattr(ttnn, name)(one)), np.float32(2.5))
        self.assertTrue(np.isnan(self.values(ttnn.std(one))))
        self.expect("bad_input", r"dimensions in \[0, 0\)", lambda: ttnn.sum(one, 0))


if __name__ == "__main__":
    unittest.main()
