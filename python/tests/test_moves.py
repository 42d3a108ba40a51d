"""TT-NN's words that move elements or make tensors, against NumPy's."""
import unittest

import numpy as np

import face
from wattention import ttnn

TILE, ROWS = ttnn.TILE_LAYOUT, ttnn.ROW_MAJOR_LAYOUT


class WithDevice(face.WithDevice):
    def setUp(self):
        super().setUp()
        self.array = np.arange(2 * 3 * 35 * 2, dtype=np.float32).reshape(2, 3, 35, 2) % 251  # exact in bf16
        self.tensor = self.send(self.array)

    def send(self, array, layout=TILE, **options):
        return ttnn.from_torch(array, dtype=ttnn.bfloat16, layout=layout, device=self.device, **options)

    def same(self, tensor, array):
        self.assertEqual(tuple(tensor.shape), array.shape)
        host = tensor if tensor.device() is None else ttnn.from_device(tensor)
        np.testing.assert_array_equal(np.asarray(host._core).astype(np.float32), array)


class Parts(WithDevice):
    def test_indices_are_numpys(self):
        for layout in (TILE, ROWS):
            tensor = self.send(self.array, layout)
            for index in (0, -1, (1, 2), (slice(None), 1), (..., 1), (slice(0, 1), ..., slice(1, 2)), (0, ..., 0),
                          (slice(None), slice(None), slice(3, 20, 4)), (slice(None), slice(-2, None), slice(1, -1))):
                with self.subTest(index=index, layout=layout):
                    self.same(tensor[index], self.array[index])
                    self.assertEqual(tensor[index].layout, layout)
        host = ttnn.from_torch(self.array, dtype=ttnn.bfloat16)
        self.same(host[1, :, 3:30], self.array[1, :, 3:30])
        self.assertRaises(RuntimeError, lambda: host[:, :, ::2])
        self.assertRaises(IndexError, lambda: self.tensor[2])
        self.assertRaises(IndexError, lambda: self.tensor[0, 0, 0, 0, 0])
        self.assertRaises(IndexError, lambda: self.tensor[..., 0, ...])
        self.assertRaises(TypeError, lambda: self.tensor["a"])

    def test_slice(self):
        self.same(ttnn.slice(self.tensor, (0, 1, 0, 0), (2, 3, 32, 2)), self.array[:, 1:, :32])
        self.same(ttnn.slice(self.tensor, [0, 0, 0, 0], [1, 3, 35, 2], [1, 2, 3, 1]), self.array[:1, ::2, ::3])
        stepped = ttnn.slice(self.tensor, starts=[0] * 4, ends=[1, 1, 9, 1], steps=[1, 1, 2, 1])
        self.same(stepped, self.array[:1, :1, :9:2, :1])
        in_core = ttnn.slice(self.tensor, [0] * 4, [1, 1, 1, 1], memory_config=ttnn.L1_MEMORY_CONFIG)
        self.assertEqual(in_core.memory_config(), ttnn.L1_MEMORY_CONFIG)
        self.assertIs(ttnn.to_memory_config(in_core, ttnn.L1_MEMORY_CONFIG), in_core)
        moved = ttnn.to_memory_config(in_core, ttnn.DRAM_MEMORY_CONFIG)
        self.assertEqual(moved.memory_config(), ttnn.DRAM_MEMORY_CONFIG)
        self.same(moved, self.array[:1, :1, :1, :1])
        self.expect("bad_input", "must have the same size", lambda: ttnn.slice(self.tensor, [0], [1]))
        self.assertRaises(TypeError, lambda: ttnn.slice(self.tensor))
        for call in (lambda: ttnn.squeeze(3), lambda: ttnn.pad(3, [(0, 1)], 0), lambda: ttnn.expand(self.array, (2,))):
            self.expect("bad_input", "expected a ttnn.Tensor", call)
        host = ttnn.from_torch(self.array)
        self.expect("bad_input", "Operands to unpad need to be on device!",
                    lambda: ttnn.slice(host, [0] * 4, [1, 1, 1, 1]))

    def test_split(self):
        for size, dim in ((1, 0), (2, 1), (20, 2), ([5, 30], -2), (1, -1)):
            places = np.cumsum(size)[:-1] if isinstance(size, list) else range(size, self.array.shape[dim], size)
            wanted = np.split(self.array, list(places), dim)
            found = ttnn.split(self.tensor, size, dim)
            self.assertEqual(len(found), len(wanted))
            for part, array in zip(found, wanted):
                self.same(part, array)
        self.expect("bad_input", "greater than 0", lambda: ttnn.split(self.tensor, 0))
        self.expect("bad_input", "sum to at least", lambda: ttnn.split(self.tensor, [1, 1], 2))

    def test_concat(self):
        for dim in range(-4, 4):
            self.same(ttnn.concat([self.tensor, self.tensor, self.tensor], dim), np.concatenate([self.array] * 3, dim))
        self.same(ttnn.concat((self.tensor,)), self.array)
        self.expect("bad_input", "non-empty list", lambda: ttnn.concat([]))

    def test_pad(self):
        pairs = ((0, 0), (0, 1), (0, 2), (0, 31))
        self.same(ttnn.pad(self.tensor, pairs, 1.5), np.pad(self.array, pairs, constant_values=1.5))
        last = (*[(0, 0)] * 3, (0, 3))
        self.same(ttnn.pad(self.tensor, [(0, 3)], value=-1), np.pad(self.array, last, constant_values=-1))
        whole = (*[(0, 0)] * 2, (0, 29), (0, 30))
        for options in ({"value": 0}, {"value": 0, "use_multicore": True}):
            self.same(ttnn.pad(self.tensor, [2, 3, 64, 32], [0, 0, 0, 0], **options), np.pad(self.array, whole))
        self.same(ttnn.pad(self.tensor, [2, 3, 64, 32], [0, 0, 0, 0], 0), np.pad(self.array, whole))
        self.assertRaises(TypeError, lambda: ttnn.pad(self.tensor, pairs))
        rows, around = self.send(self.array, ROWS), ((1, 0), (0, 0), (2, 1), (1, 1))
        self.same(ttnn.pad(rows, around, 2), np.pad(self.array, around, constant_values=2))
        self.assertIs(ttnn.pad(self.tensor, [(0, 0)] * 4, 1), self.tensor)
        self.expect("bad_input", "does not support front padding", lambda: ttnn.pad(self.tensor, [(1, 0)] * 4, 0))

    def test_dimensions_of_one(self):
        tensor, array = self.send(self.array[:1, :1]), self.array[:1, :1]
        self.same(ttnn.squeeze(tensor), array.squeeze())
        self.same(ttnn.squeeze(tensor, 0), array.squeeze(0))
        self.same(ttnn.squeeze(tensor, (0, -3)), array.squeeze((0, 1)))
        self.assertIs(ttnn.squeeze(tensor, 2), tensor)
        for dim in range(-4, 4):
            self.same(ttnn.unsqueeze(ttnn.squeeze(tensor, 0), dim), np.expand_dims(array[0], dim))
        self.same(ttnn.unsqueeze_to_4D(ttnn.squeeze(tensor)), array)
        self.expect("bad_input", "Dimension out of range", lambda: ttnn.squeeze(tensor, 4))
        self.expect("bad_input", "appears multiple times", lambda: ttnn.squeeze(tensor, (0, -4)))

    def test_views_die_with_their_buffer(self):
        for view_of in (lambda tensor: ttnn.squeeze(tensor, 0), lambda tensor: ttnn.unsqueeze(tensor, 0),
                        lambda tensor: ttnn.concat([tensor]), lambda tensor: tensor[0]):
            tensor = self.send(self.array[:1])
            view = view_of(tensor)
            ttnn.deallocate(tensor)
            self.assertFalse(view.is_allocated())

    def test_every_move_takes_a_place(self):
        open_shards = "MemoryConfig must have Shard Spec"
        for move, kind, sentence in (
                (lambda **place: ttnn.permute(self.tensor, (0, 2, 1, 3), **place), "bad_input",
                 "Interleaved inputs cannot output sharded outputs"),
                (lambda **place: ttnn.permute(self.tensor, (0, 1, 2, 3), **place), "bad_input", open_shards),
                (lambda **place: ttnn.reshape(self.tensor, (6, 35, 2), **place), "unsupported", "in pages"),
                (lambda **place: ttnn.to_layout(self.tensor, ROWS, **place), "unsupported", "in pages"),
                (lambda **place: ttnn.concat([self.tensor], **place), "bad_input", open_shards)):
            self.assertEqual(move().memory_config(), ttnn.DRAM_MEMORY_CONFIG)
            there = move(memory_config=ttnn.L1_MEMORY_CONFIG)
            self.assertEqual(there.memory_config(), ttnn.L1_MEMORY_CONFIG)
            self.same(there, np.asarray(ttnn.from_device(move())._core).astype(np.float32))
            self.expect(kind, sentence, lambda: move(memory_config=ttnn.L1_HEIGHT_SHARDED_MEMORY_CONFIG))

    def test_repetitions(self):
        self.same(ttnn.repeat(self.tensor, ttnn.Shape([2, 1, 1, 3])), np.tile(self.array, (2, 1, 1, 3)))
        self.same(ttnn.repeat(self.tensor, (2,)), np.tile(self.array, 2))
        for dim in range(-4, 4):
            self.same(ttnn.repeat_interleave(self.tensor, 3, dim), np.repeat(self.array, 3, dim))
        one = self.send(self.array[:, :1])
        self.same(ttnn.expand(one, (-1, 4, 35, -1)), np.broadcast_to(self.array[:, :1], (2, 4, 35, 2)))
        self.expect("bad_input", "Only size 1 dimensions", lambda: ttnn.expand(self.tensor, (2, 6, 35, 2)))

    def test_layouts(self):
        rows = ttnn.untilize(self.tensor)
        self.assertEqual(rows.layout, ROWS)
        self.same(rows, self.array)
        self.same(ttnn.untilize_with_unpadding(self.tensor, (1, 2, 29, 1)), self.array[:, :, :30])
        for tiles in (ttnn.tilize_with_zero_padding(rows), ttnn.tilize_with_val_padding(rows, (2, 3, 64, 32), 1.5)):
            self.assertEqual(tiles.layout, TILE)
            self.same(tiles, self.array)
        self.expect("bad_input", "whole tiles", lambda: ttnn.tilize(rows))
        whole = np.ones((32, 64), np.float32)
        self.same(ttnn.tilize(self.send(whole, ROWS)), whole)


class Heads(WithDevice):
    def test_a_fused_projection(self):
        fused = np.arange(2 * 35 * 6 * 32, dtype=np.float32).reshape(2, 35, 192) % 251
        heads = fused.reshape(2, 35, 3, 2, 32).transpose(2, 0, 3, 1, 4)
        split = ttnn.transformer.split_query_key_value_and_split_heads
        query, key, value = split(self.send(fused), num_heads=2)
        self.same(query, heads[0])
        self.same(key, heads[1].swapaxes(-1, -2))
        self.same(value, heads[2])
        apart = self.send(fused[..., :64]), self.send(fused[..., 64:])
        query, key, value = split(*apart, num_heads=2, transpose_key=False)
        for found, wanted in zip((query, key, value), heads):
            self.same(found, wanted)
        self.same(ttnn.transformer.concatenate_heads(query), fused[..., :64])
        self.expect("bad_input", "separate num_kv_heads", lambda: split(self.send(fused), num_heads=4, num_kv_heads=1))
        self.expect("bad_input", "4672",
                    lambda: split(self.send(fused), num_heads=4, num_kv_heads=1, transpose_key=False))

    def test_the_experimental_ones(self):
        fused = np.arange(2 * 64 * 8 * 32, dtype=np.float32).reshape(2, 1, 64, 256) % 251
        create = ttnn.experimental.nlp_create_qkv_heads
        query, key, value = create(self.send(fused), num_heads=4, num_kv_heads=2)
        heads = fused.reshape(2, 64, 8, 32).transpose(0, 2, 1, 3)
        self.same(query, heads[:, :4])
        self.same(key, heads[:, 4:6].swapaxes(-1, -2))
        self.same(value, heads[:, 6:])
        self.same(ttnn.experimental.nlp_concat_heads(query), fused[..., :128])
        self.expect("unsupported", "multiple of 32 tokens", lambda: create(self.send(fused[:, :, :33]), num_heads=4))

    def test_caches(self):
        cache = self.send(np.zeros((2, 3, 64, 2), np.float32))
        self.assertIs(ttnn.fill_cache(cache, self.send(self.array[1:]), 1), cache)
        ttnn.kv_cache.update_cache_for_token_(cache, self.send(self.array[:1]), 40)
        ttnn.update_cache(cache, self.send(self.array[:1]), 50, batch_offset=3)
        wanted = np.zeros((2, 3, 64, 2), np.float32)
        wanted[1, :, :35] = self.array[1]
        wanted[:, :, 40] = self.array[0, :, :2].swapaxes(0, 1)
        wanted[:, :, 50] = self.array[0, :, 3:5].swapaxes(0, 1)
        self.same(cache, wanted)


class Creation(WithDevice):
    def test_numbers_are_cut_to_bfloat16(self):
        for device in (None, self.device):
            made = ttnn.full((2, 3), 0.1, device=device)
            self.assertEqual((made.dtype, made.layout), (ttnn.bfloat16, ROWS))
            self.same(made, np.full((2, 3), np.float32(0.099609375)))
        self.same(ttnn.full((2, 3), 0.1, dtype=ttnn.float32), np.full((2, 3), np.float32(0.1)))

    def test_words(self):
        self.same(ttnn.zeros((3, 40), layout=TILE, device=self.device), np.zeros((3, 40)))
        self.same(ttnn.ones(ttnn.Shape([3, 40])), np.ones((3, 40)))
        self.same(ttnn.empty((3, 40), device=self.device), np.zeros((3, 40)))
        for layout in (TILE, ROWS):
            tensor = self.send(self.array, layout, memory_config=ttnn.L1_MEMORY_CONFIG)
            for like, value in ((ttnn.zeros_like(tensor), 0), (ttnn.ones_like(tensor), 1),
                                (ttnn.full_like(tensor, -3), -3)):
                self.same(like, np.full_like(self.array, value))
                self.assertEqual((like.layout, like.memory_config()), (layout, ttnn.L1_MEMORY_CONFIG))
        self.same(ttnn.empty_like(self.tensor), np.zeros_like(self.array))

    def test_a_value_goes_into_a_tensor_that_is_there(self):
        for layout in (TILE, ROWS):
            there = self.send(self.array, layout, memory_config=ttnn.L1_MEMORY_CONFIG)
            for value, call in ((2.5, lambda: ttnn.full(there.shape, 2.5, device=self.device, optional_tensor=there)),
                                (0, lambda: ttnn.zeros_like(there, optional_tensor=there))):
                self.assertIs(call(), there)
                self.same(there, np.full_like(self.array, value))
                self.assertEqual((there.layout, there.memory_config()), (layout, ttnn.L1_MEMORY_CONFIG))

    def test_arange(self):
        self.same(ttnn.arange(5), np.arange(5))
        self.same(ttnn.arange(2, 9, 3), np.arange(2, 9, 3))
        self.same(ttnn.arange(start=9, end=2, step=-2, device=self.device), np.arange(9, 2, -2))
        numbers = np.arange(260)
        self.same(ttnn.arange(0, 260), np.where(numbers > 256, numbers & ~1, numbers))  # cut, not rounded
        self.expect("bad_input", "nonzero", lambda: ttnn.arange(0, 4, 0))
        self.expect("bad_input", "does not match range bounds", lambda: ttnn.arange(4, 0))

    def test_triangles(self):
        for diagonal in (-1, 0, 2):
            self.same(ttnn.tril(self.tensor, diagonal), np.tril(self.array, diagonal))
            self.same(ttnn.triu(self.tensor, diagonal=diagonal), np.triu(self.array, diagonal))


if __name__ == "__main__":
    unittest.main()
