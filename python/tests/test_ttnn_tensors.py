"""Tensors: what shares memory, what deallocate frees, conversions, files, attributes."""
import tempfile
from pathlib import Path

import numpy as np
from face import WithDevice
from golden import TOKENS
from wattention import ttnn


class Views(WithDevice):
    def test_a_views_life_is_its_buffers(self):
        tensor = self.send(np.ones((32, 32), np.float32))
        views = [ttnn.reshape(tensor, (1, 32, 32)), ttnn.to_layout(tensor, ttnn.TILE_LAYOUT)]
        views.append(ttnn.permute(views[0], (0, 1, 2)))
        other = ttnn.permute(tensor, (1, 0))
        ttnn.deallocate(views[0], force=False)
        self.assertTrue(tensor.is_allocated())  # the buffer has other users
        ttnn.deallocate(views[0])
        self.assertFalse(any(view.is_allocated() for view in (tensor, *views)))
        self.assertTrue(other.is_allocated())
        self.expect("closed", "Cannot get the device from a tensor without an allocated buffer",
                    lambda: views[1] + views[1])
        ttnn.deallocate(tensor)  # a second time changes nothing

    def test_dead_views_leave_no_trace(self):
        tensor = self.send(np.ones((32, 32), np.float32))
        for _ in range(100):
            ttnn.reshape(tensor, (1, 32, 32))
        self.assertLess(len(tensor._views), 4)

    def test_memory_is_free_after_a_view_was_deallocated(self):
        for _ in range(40):  # 40 x 8 MiB would not fit
            tensor = self.send(np.ones((2048, 2048), np.float32), memory_config=ttnn.L1_MEMORY_CONFIG)
            view = ttnn.reshape(tensor, (1, 2048, 2048))
            ttnn.deallocate(view)
        self.assertFalse(tensor.is_allocated())

    def test_a_borrowed_host_tensor_is_not_deallocated(self):
        array = TOKENS.copy()
        tensor = ttnn.from_torch(array)
        array[:] = 1234
        self.assertIn("1234.00000", repr(tensor))
        self.assertEqual(tensor.storage_type(), ttnn.StorageType.BORROWED)
        self.expect("bad_input", "Cannot deallocate tensor with borrowed storage!", lambda: ttnn.deallocate(tensor))
        self.expect("bad_input", "borrowed storage", lambda: ttnn.deallocate(ttnn.reshape(tensor, (3, 6))))
        tiles = ttnn.from_torch(array, layout=ttnn.TILE_LAYOUT)  # TT-NN tilizes into memory of its own
        array[:] = 1
        self.assertIn("1234.00000", repr(tiles))
        ttnn.deallocate(tiles)

    def test_reallocate_leaves_the_old_handle(self):
        tensor = self.send(TOKENS)
        moved = ttnn.reallocate(tensor)
        self.assertEqual((tensor.is_allocated(), moved.is_allocated()), (False, True))
        self.assertEqual(ttnn.get_memory_config(moved), ttnn.DRAM_MEMORY_CONFIG)
        self.assertIsNone(ttnn.get_memory_config(tensor))
        self.assertIs(ttnn.to_memory_config(moved, ttnn.DRAM_MEMORY_CONFIG), moved)


class InPlace(WithDevice):
    def values(self, tensor):
        return np.asarray(ttnn.from_device(tensor)._core)

    def test_a_copy_into_a_device_tensor_shows_in_its_views(self):
        there = self.send(np.zeros((32, 32), np.float32))
        view = ttnn.to_layout(there, ttnn.TILE_LAYOUT)
        host = ttnn.from_torch(np.ones((32, 32), np.float32), dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT)
        ttnn.copy_host_to_device_tensor(host, there)
        for tensor in (there, view):
            np.testing.assert_array_equal(self.values(tensor), 1)
        ttnn.deallocate(there)
        self.assertFalse(view.is_allocated())
        self.expect("bad_input", "expected the same shape", lambda: ttnn.copy_host_to_device_tensor(
            host, self.send(TOKENS)))

    def test_words_in_place(self):
        tensor = self.send(np.full((2, 3), 3, np.float32))
        self.assertIs(ttnn.add_(tensor, 1), tensor)
        self.assertIs(ttnn.multiply_(tensor, tensor), tensor)
        np.testing.assert_array_equal(self.values(tensor), 16)


class Conversions(WithDevice):
    def test_numbers_of_any_type_become_the_dtype_asked_for(self):
        for array in (np.arange(6).reshape(2, 3), np.ones((2, 3), np.float16), np.ones((2, 3), np.float64),
                      np.ones((2, 3), bool), np.ones((2, 3), ">f4")):
            tensor = ttnn.from_torch(array, dtype=ttnn.bfloat16)
            np.testing.assert_array_equal(np.asarray(tensor._core), array.astype(np.float32))
            self.assertEqual(tensor.storage_type(), ttnn.StorageType.BORROWED)

    def test_what_ttnn_refuses_of_arrays(self):
        for sentence, array in (("must be of type torch.Tensor or numpy.ndarray!", [[1.0]]),
                                ("must be of type torch.Tensor or numpy.ndarray!", 3.0),
                                ("Unsupported DataType: float64", np.ones(2)),
                                ("Unsupported DataType: bool", np.ones(2, bool))):
            self.expect("bad_input", sentence, lambda: ttnn.from_torch(array))

    def test_scalars_print_without_brackets(self):
        tensor = ttnn.from_torch(np.array(2.0, np.float32))
        self.assertEqual(repr(tensor), "ttnn.Tensor( 2.00000, shape=Shape([]), dtype=DataType::FLOAT32, "
                                       "layout=Layout::ROW_MAJOR)")

    def test_the_constructor_is_from_torch(self):
        made = ttnn.Tensor(TOKENS, ttnn.bfloat16, self.device, ttnn.TILE_LAYOUT)
        self.assertEqual((made.shape, made.dtype, made.layout), ([6, 3], ttnn.bfloat16, ttnn.TILE_LAYOUT))
        listed = ttnn.Tensor([1.0, 2.0], [2, 1], ttnn.float32, ttnn.ROW_MAJOR_LAYOUT)
        np.testing.assert_array_equal(np.asarray(listed._core), [[1], [2]])
        self.assertEqual(repr(made.tile), "Tile with shape: [32, 32]")
        self.expect("bad_input", r"as shape \[3\] has; found 2", lambda: ttnn.Tensor([1.0, 2.0], [3], ttnn.float32))

    def test_print_profiles(self):
        tensor = ttnn.from_torch(np.ones((1, 6), np.float32))
        self.addCleanup(ttnn.set_printoptions, profile="short")
        counts = {}
        for profile in ("empty", "short", "full"):
            ttnn.set_printoptions(profile=profile)
            counts[profile] = repr(tensor).count("1.00000")
        self.assertEqual(counts, {"empty": 0, "short": 4, "full": 6})

    def test_attributes_and_methods(self):
        tensor = self.send(TOKENS)
        self.assertEqual((tensor.padded_shape, tensor.volume(), tensor.logical_volume()), ((32, 32), 1024, 18))
        self.assertEqual((tensor.get_dtype(), tensor.get_layout()), (ttnn.bfloat16, ttnn.TILE_LAYOUT))
        self.assertTrue(ttnn.is_tensor_storage_on_device(tensor) and ttnn.has_tile_padding(tensor))
        host = tensor.cpu()
        self.assertIsNone(host.device())
        self.assertEqual(host.to(self.device, ttnn.L1_MEMORY_CONFIG).memory_config(), ttnn.L1_MEMORY_CONFIG)
        self.assertEqual(tensor.reshape(1, 1, 6, -1).shape, (1, 1, 6, 3))
        tensor.deallocate()
        self.assertFalse(tensor.is_allocated())


class Parts(WithDevice):
    def test_parts_of_host_tensors(self):
        array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
        for dtype in (ttnn.float32, ttnn.bfloat16):
            tensor = ttnn.from_torch(array, dtype=dtype)
            for index in (0, (1, slice(1, 3)), (Ellipsis, 2), (slice(None), -1, slice(0, 2)), slice(1, 2),
                          slice(-1, None)):
                np.testing.assert_array_equal(np.asarray(tensor[index]._core), array[index], str(index))
            np.testing.assert_array_equal(np.asarray(tensor.unpad([0, 1, 0], [1, 3, 4])._core), array[:1, 1:])
        self.assertRaises(IndexError, lambda: tensor[2])
        self.assertRaises(IndexError, lambda: tensor[0, 0, 0, 0])
        self.expect("bad_input", "non-unit stride", lambda: tensor[:, ::2])

    def test_padding_is_zeros(self):
        whole, odd = np.ones((32, 64), np.float32), np.ones((30, 64), np.float32)
        tiles = {"layout": ttnn.TILE_LAYOUT}
        self.assertEqual(ttnn.from_torch(whole, pad_value=float("nan"), **tiles).shape, (32, 64))
        self.assertEqual(ttnn.from_torch(odd, pad_value=0, **tiles).pad_to_tile(0.0).shape, (30, 64))
        self.expect("unsupported", "padding of 0", lambda: ttnn.from_torch(odd, pad_value=1.5, **tiles))
        self.expect("unsupported", "padding of 0", lambda: ttnn.from_torch(odd, **tiles).pad_to_tile(float("nan")))
        self.expect("bad_input", "layout must be TILE_LAYOUT", lambda: ttnn.from_torch(odd, pad_value=0))


class Files(WithDevice):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def same(self, tensor, array):
        np.testing.assert_array_equal(np.asarray(ttnn.from_device(tensor)._core), array)

    def test_a_tensor_survives_a_file(self):
        exact = np.arange(18, dtype=np.float32).reshape(6, 3)
        for tensor in (ttnn.from_torch(exact), self.send(exact, memory_config=ttnn.L1_MEMORY_CONFIG)):
            ttnn.dump_tensor(self.folder / "tensor.bin", tensor)
            for device in (None, self.device):
                read = ttnn.load_tensor(self.folder / "tensor.bin", device=device)
                self.same(read, exact)
                self.assertEqual((read.dtype, read.layout), (tensor.dtype, tensor.layout))
            self.assertEqual(read.memory_config(), tensor.memory_config())
        (self.folder / "other.bin").write_bytes(b"no tensor")
        self.expect("io", "dump_tensor", lambda: ttnn.load_tensor(self.folder / "other.bin"))
        self.expect("io", "The file does not exist", lambda: ttnn.load_tensor(self.folder / "none.bin"))

    def test_as_tensor_reads_its_cache(self):
        options = {"dtype": ttnn.bfloat16, "layout": ttnn.TILE_LAYOUT, "device": self.device,
                   "memory_config": ttnn.DRAM_MEMORY_CONFIG, "cache_file_name": self.folder / "weights" / "q"}
        self.same(ttnn.as_tensor(np.ones((2, 2), np.float32), **options), np.ones((2, 2)))
        self.same(ttnn.as_tensor(np.zeros((2, 2), np.float32), **options), np.ones((2, 2)))
        self.assertTrue((self.folder / "weights" / "q_dtype_BFLOAT16_layout_TILE.bin").is_file())
        self.expect("bad_input", "memory_config must be specified", lambda: ttnn.as_tensor(TOKENS, device=self.device))
