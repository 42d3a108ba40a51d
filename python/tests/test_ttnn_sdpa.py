"""scaled_dot_product_attention of the TT-NN face: TT-NN's arguments, their defaults and refusals."""
import os
import unittest
from unittest import mock

import numpy as np
from face import WithDevice, bits_of

from wattention import ttnn

attend = ttnn.transformer.scaled_dot_product_attention
attend_once = ttnn.transformer.scaled_dot_product_attention_decode


class Attention(WithDevice):
    def setUp(self):
        release = mock.patch.dict(os.environ, WATTENTION_RELEASE="0.81")
        release.start()
        self.addCleanup(release.stop)
        super().setUp()
        draw = np.random.default_rng(3)
        self.arrays = [draw.standard_normal((1, 2, 64, 32)).astype(np.float32) for _ in range(3)]
        self.heads = [self.send(array) for array in self.arrays]

    @staticmethod
    def program(**chunks):
        return ttnn.SDPAProgramConfig(compute_with_storage_grid_size=(8, 8), **chunks)

    def test_is_causal_unless_told_otherwise(self):
        causal, full = attend(*self.heads), attend(*self.heads, is_causal=False)
        np.testing.assert_array_equal(bits_of(causal), bits_of(attend(*self.heads, is_causal=True)))
        self.assertTrue((bits_of(causal) != bits_of(full)).any())

    def test_a_program_config_names_the_chunks(self):
        default = bits_of(attend(*self.heads))
        same = attend(*self.heads, program_config=self.program(q_chunk_size=32, k_chunk_size=32))
        np.testing.assert_array_equal(bits_of(same), default)
        other = attend(*self.heads, program_config=self.program(q_chunk_size=32, k_chunk_size=64))
        self.assertTrue((bits_of(other) != default).any())

    def test_a_window_counts_its_own_key(self):
        patterns = np.asarray(bits_of(attend(*self.heads, sliding_window_size=1)), np.uint32)
        value = (patterns << 16).view(np.float32)
        np.testing.assert_allclose(value, self.arrays[2], atol=0.12, rtol=0.05)
        self.expect("unsupported", "expected is_causal beside a sliding_window_size; found 4",
                    lambda: attend(*self.heads, is_causal=False, sliding_window_size=4))

    def test_refuses_as_ttnn_does(self):
        self.expect("bad_input", "Operands to SDPA need to be on device",
                    lambda: attend(ttnn.from_torch(self.arrays[0]), *self.heads[1:]))
        self.expect("bad_input", "is_causal and attn_mask cannot both be present",
                    lambda: attend(*self.heads, attn_mask=self.send(np.zeros((1, 1, 64, 64), np.float32))))
        self.expect("unsupported", "expected no attention_sink", lambda: attend(*self.heads, attention_sink=1))

    def test_one_query_a_head(self):
        query = self.send(self.arrays[0][:, :, :1].transpose(0, 2, 1, 3).copy())
        by_list = attend_once(query, *self.heads[1:], cur_pos=[40])
        self.assertEqual(list(by_list.shape), [1, 1, 2, 32])
        position = ttnn.from_torch(np.array([40], np.int32), device=self.device)
        by_tensor = attend_once(query, *self.heads[1:], cur_pos_tensor=position)
        np.testing.assert_array_equal(bits_of(by_list), bits_of(by_tensor))
        self.expect("bad_input", "expected a position for each of 1 users",
                    lambda: attend_once(query, *self.heads[1:], cur_pos=[1, 2]))
        self.expect("unsupported", "expected positions from 0 up; found -1",
                    lambda: attend_once(query, *self.heads[1:], cur_pos=[-1]))


if __name__ == "__main__":
    unittest.main()
