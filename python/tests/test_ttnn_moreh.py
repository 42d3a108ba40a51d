"""TT-NN's moreh words whose kernels only write, against values worked out by hand and NumPy."""
import unittest

import numpy as np
from face import WithDevice, bits_of
from wattention import ttnn


class MorehFull(WithDevice):
    def like(self, dtype, shape=(32, 32)):
        return ttnn.from_torch(np.zeros(shape, np.float32), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=self.device)

    def test_a_bfloat16_is_rounded_to_nearest_even(self):
        for value, bits in ((2.0078125, 0x4000), (2.0083008, 0x4001), (2.0234375, 0x4002), (-3.9921875, 0xC080)):
            filled = ttnn.moreh_full([5, 3, 7], value, self.like(ttnn.bfloat16))
            self.assertEqual((list(filled.shape), filled.layout), ([5, 3, 7], ttnn.TILE_LAYOUT))
            self.assertTrue(np.all(bits_of(filled) == bits), value)

    def test_an_int_goes_as_its_bits(self):
        whole = ttnn.moreh_full([2, 3], -5, self.like(ttnn.int32))
        self.assertTrue(np.all(whole.to_numpy() == -5))
        one = ttnn.moreh_full([2, 3], 0x3F800000, self.like(ttnn.bfloat16))  # the bits of 1.0
        self.assertTrue(np.all(bits_of(one) == 0x3F80))
        none = ttnn.moreh_full_like(self.like(ttnn.bfloat16), 3)
        self.assertTrue(np.all(bits_of(none) == 0))

    def test_refusals(self):
        tiles = self.like(ttnn.bfloat16)
        self.expect("bad_input", "Shape size must be greater than 1", lambda: ttnn.moreh_full([3], 1.0, tiles))
        self.expect("bad_input", "Not currently supporting row major layout",
                    lambda: ttnn.moreh_full([3, 3], 1.0, tiles, layout=ttnn.ROW_MAJOR_LAYOUT))
        self.expect("bad_input", "writes nothing else",
                    lambda: ttnn.moreh_full([3, 3], 1, tiles, dtype=ttnn.uint32))
        self.expect("bad_input", "for one of DRAM",
                    lambda: ttnn.moreh_full_like(tiles, 1.0, memory_config=ttnn.L1_MEMORY_CONFIG))
        with self.assertRaisesRegex(TypeError, "int of 32 bits"):
            ttnn.moreh_full([3, 3], 1 << 40, tiles)

    def test_each_program_is_counted_once(self):
        self.device.enable_program_cache()
        tiles = self.like(ttnn.bfloat16)
        for _ in range(2):
            ttnn.moreh_full([3, 3], 1.0, tiles)
        ttnn.moreh_full([3, 3], 2.0, tiles)
        self.assertEqual(self.device.num_program_cache_entries(), 2)
        self.device.disable_and_clear_program_cache()
        self.assertEqual(self.device.num_program_cache_entries(), 0)


class MorehArange(WithDevice):
    def any(self, dtype):
        return ttnn.from_torch(np.zeros((1, 32), np.float32), dtype=dtype, layout=ttnn.TILE_LAYOUT,
                               device=self.device)

    def test_values(self):
        for dtype in (ttnn.bfloat16, ttnn.float32, ttnn.int32):
            found = ttnn.operations.moreh.arange(2.25, -70, -0.75, self.any(dtype))
            exact = 2.25 - 0.75 * np.arange(97)  # float32 holds each of them; bfloat16 does not
            self.assertEqual((list(found.shape), found.layout), ([1, 97], ttnn.TILE_LAYOUT))
            if dtype is ttnn.bfloat16:
                cut = exact.astype(np.float32).view(np.uint32) >> 16
                self.assertEqual(bits_of(found).reshape(-1).tolist(), cut.tolist())
                continue
            values = exact if dtype is ttnn.float32 else np.trunc(exact)
            self.assertEqual(found.to_numpy().reshape(-1).tolist(), values.tolist())

    def test_in_rows_and_into_an_output(self):
        rows = ttnn.operations.moreh.arange(0, 5, 1, self.any(ttnn.int32), untilize_out=True)
        self.assertEqual((list(rows.shape), rows.layout), ([5], ttnn.ROW_MAJOR_LAYOUT))
        output = ttnn.operations.moreh.arange(0, 5, 1, self.any(ttnn.int32))
        returned = ttnn.operations.moreh.arange(5, 10, 1, self.any(ttnn.int32), output=output)
        self.assertIs(returned, output)
        self.assertEqual(output.to_numpy().reshape(-1).tolist(), [5, 6, 7, 8, 9])

    def test_refusals(self):
        arange, tensor = ttnn.operations.moreh.arange, self.any(ttnn.bfloat16)
        self.expect("bad_input", "step must be nonzero", lambda: arange(0, 5, 0, tensor))
        self.expect("bad_input", "inconsistent with step sign", lambda: arange(0, 5, -1, tensor))
        self.expect("bad_input", "writes nothing else", lambda: arange(0, 5, 1, tensor, dtype=ttnn.uint32))
        self.expect("bad_input", "should match the dtype parameter",
                    lambda: arange(0, 5, 1, tensor, dtype=ttnn.int32, output=tensor))
        with self.assertRaisesRegex(TypeError, "incompatible function arguments"):
            arange(0, 5)


if __name__ == "__main__":
    unittest.main()
