"""Arrays in and out without copies, where dtype and order allow."""
import unittest

import numpy as np
import wattention


class Arrays(unittest.TestCase):
    def test_numpy_shares_memory_both_ways(self):
        for dtype, word in ((np.float32, "f32"), (np.float64, "f64")):
            array = np.arange(6, dtype=dtype).reshape(2, 3)
            tensor = wattention.Tensor(array)
            self.assertEqual((tensor.shape, tensor.dtype, tensor.ndim, tensor.size), ((2, 3), word, 2, 6))
            self.assertTrue(np.shares_memory(np.asarray(tensor), array))
            self.assertTrue(np.shares_memory(np.from_dlpack(tensor), array))
            array[1, 2] = 7
            self.assertEqual(tensor.numpy()[1, 2], 7)

    def test_an_array_outlives_its_tensor_and_the_other_way_round(self):
        array = np.asarray(wattention.randn((100, 100), wattention.Generator(1)))
        again = np.asarray(wattention.randn((100, 100), wattention.Generator(1)))
        np.testing.assert_array_equal(array, again)
        tensor = wattention.Tensor(np.full((50, 50), 3, np.float32))
        self.assertEqual(float(tensor.numpy().sum()), 7500)

    def test_other_orders_and_read_only_arrays_are_copied(self):
        array = np.arange(6, dtype=np.float32).reshape(2, 3)
        np.testing.assert_array_equal(np.asarray(wattention.Tensor(array.T)), array.T)
        np.testing.assert_array_equal(np.asarray(wattention.Tensor(array[:, ::2])), array[:, ::2])
        array.flags.writeable = False
        tensor = wattention.Tensor(array)
        self.assertFalse(np.shares_memory(np.asarray(tensor), array))
        np.testing.assert_array_equal(np.asarray(tensor), array)

    def test_bf16_is_bits_or_widened(self):
        tensor = wattention.Tensor([[1.0, -2.5, 3.14159265]]).to("bf16")
        self.assertEqual(tensor.bits().tolist(), [[0x3F80, 0xC020, 0x4049]])
        self.assertEqual(np.asarray(tensor).tolist(), [[1.0, -2.5, 3.140625]])
        self.assertEqual(np.asarray(tensor).dtype, np.float32)
        bits = np.array([[0x4049]], np.uint16)
        shared = wattention.Tensor.from_bits(bits)
        bits[0, 0] = 0x3F80
        self.assertEqual(shared.dtype, "bf16")
        self.assertEqual(shared.numpy().tolist(), [[1.0]])
        with self.assertRaises(ValueError):
            tensor.__array__(copy=False)
        with self.assertRaisesRegex(wattention.Error, r"^\[bits\] expected a bf16 tensor; found f32$"):
            wattention.Tensor([1.0]).bits()

    def test_array_protocol_options(self):
        tensor = wattention.Tensor(np.ones((2, 2), np.float32))
        self.assertEqual(np.asarray(tensor, dtype=np.float64).dtype, np.float64)
        self.assertFalse(np.shares_memory(tensor.__array__(copy=True), tensor.numpy()))

    def test_empty_and_nested_lists(self):
        self.assertEqual(wattention.Tensor(np.empty((0, 3), np.float32)).shape, (0, 3))
        self.assertEqual(wattention.Tensor([[1, 2], [3, 4]]).dtype, "f32")

    def test_other_dtypes_are_refused_by_name(self):
        for dtype in (np.int64, np.bool_, np.int16, np.complex64):
            with self.assertRaisesRegex(wattention.Error, f"found ndarray of {np.dtype(dtype)}") as caught:
                wattention.Tensor(np.zeros(3, dtype))
            self.assertEqual(caught.exception.kind, "bad_input")
        for other in ("text", 3.5, np.array(["a"])):
            with self.assertRaises(wattention.Error):
                wattention.Tensor(other)

    def test_what_is_wrong_is_said(self):
        class Elsewhere:
            """An array of another library, on a device of its own."""
            dtype, device, __dlpack__ = "float32", "cuda:1", None

        masked = np.ma.array(np.ones(3, np.float32), mask=[True, False, False])
        for array, words in ((np.ones(3, ">f4"), r"found ndarray of >f4, big-endian \(astype\(\"<f4\"\) first\)"),
                             (masked, r"found \S*MaskedArray of float32 with a mask \(filled first\)"),
                             (np.array([1, None]), "found ndarray of object"),
                             (np.array(["a"]), "found ndarray of <U1"),
                             (Elsewhere(), r"found \S*Elsewhere of float32 on the device cuda:1"),
                             (None, "found NoneType"), ("text", "found str"), (3.5, "found float")):
            with self.assertRaisesRegex(wattention.Error, rf"^\[tensor\] expected a CPU array of .*; {words}$"):
                wattention.Tensor(array)
        for lists, words in (([[1, 2], [3]], "inhomogeneous"), (["a"], "could not convert"), ([None, "x"], "")):
            with self.assertRaisesRegex(wattention.Error, rf"^\[tensor\] expected numbers in lists of equal .*{words}"):
                wattention.Tensor(lists)
        refused = r"^\[bits\] expected a CPU array of uint16; found ndarray of int16$"
        with self.assertRaisesRegex(wattention.Error, refused):
            wattention.Tensor.from_bits(np.ones(3, np.int16))

    def test_device_tensors_give_no_values(self):
        with wattention.open_device("wormhole") as card:
            tensor = wattention.to_device(np.ones((2, 2), np.float32), card, memory="l1")
            self.assertEqual((tensor.memory, tensor.layout, tensor.device, tensor.on_host),
                             ("l1", "tile", "wormhole", False))
            self.assertIn("[2, 2] bf16 on wormhole l1 in tile layout", repr(tensor))
            for read in (np.asarray, wattention.Tensor.numpy, wattention.Tensor.bits):
                with self.assertRaises(wattention.Error):
                    read(tensor)
