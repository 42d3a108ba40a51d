"""What can be copied and sent to another process, and what is refused."""
import copy
import io
import multiprocessing
import pickle
import unittest

import numpy as np
import wattention

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def tensor_of(dtype):
    return wattention.Tensor(np.array([[1.5, -2.25], [3e-5, np.inf]])).to(dtype)


def same(one, other):
    """Equal in dtype, shape and every bit."""
    return (one.dtype, one.shape) == (other.dtype, other.shape) and raw(one) == raw(other)


def raw(tensor):
    return (tensor.bits() if tensor.dtype == "bf16" else tensor.numpy()).tobytes()


def answer(questions, answers):
    """Another process: computes with what it is sent."""
    attention, tokens, generator = questions.get()
    answers.put((attention(tokens), wattention.randn((3,), generator)))


class Tensors(unittest.TestCase):
    def test_every_dtype_and_protocol(self):
        for dtype in ("f32", "f64", "bf16"):
            for protocol in PROTOCOLS:
                tensor = tensor_of(dtype)
                self.assertTrue(same(pickle.loads(pickle.dumps(tensor, protocol)), tensor), (dtype, protocol))

    def test_block_formats_go_as_the_bf16_that_they_are(self):
        for dtype in ("bfloat8_b", "bfloat4_b"):
            tensor = wattention.Tensor(np.array([[1.5, -2.25], [0.03, 7]], np.float32)).to(dtype)
            again = pickle.loads(pickle.dumps(tensor))
            self.assertEqual((again.dtype, again.shape), (tensor.dtype, tensor.shape))
            np.testing.assert_array_equal(np.asarray(again), np.asarray(tensor))
            self.assertEqual(np.asarray(tensor).dtype, np.float32)

    def test_shapes(self):
        for shape in ((), (0, 3), (1, 2, 3, 4)):
            tensor = wattention.zeros(shape)
            self.assertEqual(pickle.loads(pickle.dumps(tensor)).shape, shape)

    def test_out_of_band_buffers_are_not_copied_into_the_pickle(self):
        tensor, buffers = wattention.zeros((1000, 100)), []
        data = pickle.dumps(tensor, 5, buffer_callback=buffers.append)
        self.assertLess(len(data), 1000)
        self.assertTrue(same(pickle.loads(data, buffers=buffers), tensor))

    def test_a_copy_shares_and_a_deep_copy_does_not(self):
        for dtype in ("f32", "f64", "bf16"):
            tensor = tensor_of(dtype)
            view = tensor.bits() if dtype == "bf16" else tensor.numpy()
            shallow, deep, before = copy.copy(tensor), copy.deepcopy(tensor), raw(tensor)
            view[0, 0] = 0
            self.assertTrue(same(shallow, tensor))
            self.assertEqual(raw(deep), before)

    def test_the_memo_keeps_what_is_shared_shared(self):
        tensor = tensor_of("f32")
        first, second = copy.deepcopy([tensor, tensor])
        self.assertIs(first, second)

    def test_tensors_of_a_device_are_refused(self):
        for name in ("wormhole", "cpu"):
            with wattention.open_device(name) as device:
                tensor = wattention.to_device(tensor_of("f32"), device)
                for call in (pickle.dumps, copy.deepcopy):
                    refused = rf"^\[pickle\] expected .* on {name} \(to_host first\)$"
                    with self.assertRaisesRegex(wattention.Error, refused):
                        call(tensor)


class Generators(unittest.TestCase):
    def draws(self, generator):
        return np.asarray(wattention.randn((3,), generator)).tobytes() + np.asarray(
            wattention.rand((20,), generator)).tobytes()

    def test_a_copy_goes_on_where_the_other_stands(self):
        for drawn in (0, 1, 3, 20, 1000):  # odd numbers below 16 leave a spare normal
            generator = wattention.Generator(789)
            wattention.randn((drawn,), generator)
            copies = [copy.copy(generator), copy.deepcopy(generator)]
            copies += [pickle.loads(pickle.dumps(generator, protocol)) for protocol in PROTOCOLS]
            expected = self.draws(generator)
            for one in copies:
                self.assertEqual((one.seed, self.draws(one)), (789, expected), drawn)


class Modules(unittest.TestCase):
    tokens = np.linspace(-1, 1, 5 * 6, dtype=np.float32).reshape(5, 6)

    def test_linear(self):
        layer = wattention.Linear(6, 4, wattention.Generator(1))
        for other in (copy.deepcopy(layer), *(pickle.loads(pickle.dumps(layer, p)) for p in PROTOCOLS)):
            self.assertTrue(same(other.weight, layer.weight))

    def test_attention_keeps_weights_variant_and_dtype(self):
        drawn = wattention.SelfAttention(6, 4, wattention.Generator(1))
        for attention in (drawn, drawn.to(wattention.open_device("cpu"), "fused"),
                          drawn.to(wattention.open_device("cpu"), "fused", dtype="bf16", fold_projections=True),
                          drawn.to(wattention.open_device("reference"), "reference")):
            here = attention(self.tokens)
            copies = [copy.copy(attention), copy.deepcopy(attention)]
            copies += [pickle.loads(pickle.dumps(attention, protocol)) for protocol in PROTOCOLS]
            for other in copies:
                self.assertTrue(same(other(self.tokens), here))
                self.assertTrue(same(other.key_weight, drawn.key_weight))

    def test_a_deep_copy_has_weights_of_its_own(self):
        weights = [np.ones((4, 6), np.float32) for _ in range(3)]
        attention = wattention.SelfAttention.from_weights(*weights)
        deep = copy.deepcopy(attention)
        weights[2][:] = 0
        self.assertEqual(float(deep.value_weight.numpy().sum()), 24)

    def test_a_module_on_a_card_is_copied_there_and_not_pickled(self):
        with wattention.open_device("wormhole") as card:
            attention = wattention.SelfAttention(6, 4, wattention.Generator(1)).to(card, "resident")
            self.assertTrue(same(copy.deepcopy(attention)(self.tokens), attention(self.tokens)))
            with self.assertRaisesRegex(wattention.Error, r"^\[pickle\] .* found resident on wormhole \(pickle it "):
                pickle.dumps(attention)

    def test_another_process_computes_the_same(self):
        attention = wattention.SelfAttention(6, 4, wattention.Generator(1))
        generator = wattention.Generator(5)
        wattention.randn((3,), generator)
        spawn = multiprocessing.get_context("spawn")
        questions, answers = spawn.Queue(), spawn.Queue()
        child = spawn.Process(target=answer, args=(questions, answers))
        child.start()
        questions.put((attention, wattention.Tensor(self.tokens), generator))
        found, drawn = answers.get(timeout=60)
        child.join(60)
        self.assertTrue(same(found, attention(self.tokens)))
        self.assertTrue(same(drawn, wattention.randn((3,), generator)))

    def test_errors_keep_their_kind(self):
        try:
            wattention.open_device("abacus")
        except wattention.Error as error:
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((str(again), again.kind), (str(error), "absent"))


if __name__ == "__main__":
    unittest.main()
