"""use_legacy=False: TT-NN's newer programs of two operands."""
import os
import unittest
from unittest import mock

import numpy as np
from face import WithDevice, bits_of
from wattention import ttnn

RANDOM = np.random.default_rng(5)


def whole(*shape):
    """Whole numbers that bfloat16 holds, as it holds their sums and products."""
    return RANDOM.integers(-15, 16, shape).astype(np.float32)


def values(tensor):
    array = ttnn.to_torch(tensor)
    return np.asarray(array.float() if hasattr(array, "float") else array, np.float32)


class Newer(WithDevice):
    def same(self, tensor, exact):
        np.testing.assert_array_equal(values(tensor), np.asarray(exact, np.float32))

    def sent(self, array, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT):
        return ttnn.from_torch(array, dtype=dtype, layout=layout, device=self.device)

    def test_any_broadcast(self):
        for a, b in (((5, 1, 40, 1), (1, 3, 1, 50)), ((1, 1), (2, 33, 40)), ((40, 33), (33,)),
                     ((4, 3, 8, 8), (3, 1, 1)), ((), (2, 3)), ((7,), ())):
            x, y = whole(*a), whole(*b)
            tensors = self.sent(x), self.sent(y)
            self.same(ttnn.add(*tensors, use_legacy=False), x + y)
            self.same(ttnn.sub(*tensors, use_legacy=False), x - y)
            self.same(ttnn.mul(*tensors, use_legacy=False), x * y)
            self.same(ttnn.ge(*tensors, use_legacy=False), x >= y)
            self.same(ttnn.rsub(*tensors, use_legacy=False), y - x)
        five, six = self.sent(whole(2, 1, 1, 1, 8)), self.sent(whole(1, 3, 1, 1, 8))
        self.expect("bad_input", "Broadcast is supported upto rank 4", lambda: ttnn.add(five, six, use_legacy=False))

    def test_the_digits_are_those_of_the_older_programs(self):
        x, y = RANDOM.standard_normal((2, 64, 64)).astype(np.float32), RANDOM.standard_normal((2, 64, 64))
        a, b = self.sent(x), self.sent(y.astype(np.float32), ttnn.bfloat16)
        for name in ("add", "multiply", "divide", "squared_difference", "logical_or", "gt", "maximum"):
            word = getattr(ttnn, name)
            np.testing.assert_array_equal(bits_of(word(a, b, use_legacy=False)), bits_of(word(a, b)), name)
        row = self.sent(whole(1, 1, 64) + 0.4375)
        spread = ttnn.repeat(row, (2, 64, 1))
        # The first operand stays the first, however small it is.
        np.testing.assert_array_equal(bits_of(ttnn.multiply(row, a, use_legacy=False)),
                                      bits_of(ttnn.multiply(spread, a)))

    def test_numbers_are_tiles_of_bfloat16(self):
        x = whole(32, 32)
        tensor = self.sent(x)
        self.same(ttnn.add(tensor, 3, use_legacy=False), x + 3)
        self.same(ttnn.gt(tensor, 2.00390625, use_legacy=False), x > 2)  # cut to 2
        wide = self.sent(x, ttnn.float32)
        self.same(ttnn.mul(wide, 0.1, use_legacy=False), x * np.float32(0.1))

    def test_activations_in_their_order(self):
        x, y = whole(32, 32), np.abs(whole(32, 32))
        kinds = ttnn.UnaryOpType
        found = ttnn.add(self.sent(x), self.sent(y), input_tensor_a_activations=[kinds.RELU],
                         input_tensor_b_activations=[kinds.NEG], activations=[kinds.ABS, (kinds.POWER, 2)],
                         use_legacy=False)
        self.same(found, np.abs(x.clip(0) - y) ** 2)
        self.expect("unsupported", "activations that are here", lambda: ttnn.add(
            found, found, activations=[kinds.PRELU_SFPU], use_legacy=False))
        # The older program of two tensors of one shape takes them, too.
        self.same(ttnn.subtract(self.sent(x), self.sent(y), activations=[kinds.RELU]), (x - y).clip(0))
        tensor = self.sent(x)
        ttnn.add_(tensor, self.sent(y), input_tensor_a_activations=[kinds.SQUARE])
        self.same(tensor, x ** 2 + y)
        self.expect("unsupported", "no activations", lambda: ttnn.add(found, 1, activations=[kinds.RELU]))
        self.expect("unsupported", "no activations", lambda: ttnn.gt(found, found, activations=[kinds.RELU]))

    def test_results_in_place_and_in_other_tensors(self):
        x, y = whole(3, 32, 32), whole(1, 32)
        a, b, out = self.sent(x), self.sent(y), self.sent(whole(1, 3, 32, 32))
        self.assertIs(ttnn.add(a, b, output_tensor=out, use_legacy=False), out)
        self.same(out, (x + y)[None])
        self.assertIs(ttnn.sub_(a, b, use_legacy=False), a)
        self.same(a, x - y)
        self.expect("bad_input", "provided does not match the broadcasted output shape",
                    lambda: ttnn.mul_(b, a, use_legacy=False))
        self.assertIs(ttnn.ldexp_(out, self.sent(np.ones((32, 32), np.float32)), use_legacy=False), out)
        np.testing.assert_allclose(values(out), 2 * (x + y)[None], rtol=0.02)

    def test_rows_and_block_formats(self):
        x, y = whole(32, 32), whole(32, 32)
        rows = self.sent(x, layout=ttnn.ROW_MAJOR_LAYOUT), self.sent(y, layout=ttnn.ROW_MAJOR_LAYOUT)
        found = ttnn.add(*rows, use_legacy=False)
        self.same(found, x + y)
        self.assertIs(found.layout, ttnn.ROW_MAJOR_LAYOUT)
        self.expect("bad_input", "Optional output tensor with Row Major input", lambda: ttnn.add(
            *rows, output_tensor=rows[0], use_legacy=False))
        found = ttnn.add(self.sent(x, ttnn.bfloat8_b), self.sent(y), use_legacy=False)
        self.assertIs(found.dtype, ttnn.bfloat8_b)
        self.same(found, x + y)
        self.expect("unsupported", "operands and result of one dtype", lambda: ttnn.add(
            self.sent(x), self.sent(y, ttnn.float32), use_legacy=False))
        fine = RANDOM.standard_normal((1, 32)).astype(np.float32)  # no bit of float32 is lost on the way
        self.same(ttnn.add(self.sent(x, ttnn.float32), self.sent(fine, ttnn.float32), use_legacy=False), x + fine)
        places, bits = RANDOM.integers(0, 8, (32, 1)).astype(np.int32), RANDOM.integers(0, 2**20, (2, 1, 32))
        shifted = ttnn.bitwise_left_shift(*(self.sent(part.astype(np.int32), ttnn.int32) for part in (bits, places)),
                                          use_legacy=False)
        np.testing.assert_array_equal(np.asarray(ttnn.to_torch(shifted)), bits << places)
        batch = self.sent(np.stack([x, y]), ttnn.float32)
        self.same(ttnn.add(batch, self.sent(y, ttnn.float32), use_legacy=False), np.stack([x, y]) + y)

    def test_strict_refuses_what_is_known_from_source(self):
        tensor = self.sent(whole(32, 32))
        with mock.patch.dict(os.environ, WATTENTION_STRICT="1"):
            self.expect("unverified", "known from source only", lambda: ttnn.add(tensor, tensor, use_legacy=False))


if __name__ == "__main__":
    unittest.main()
