"""With torch: tensors shared in and out, the card stack's result type, torch.nn modules."""
import unittest

import numpy as np
import torch
import wattention
from golden import TOKENS, notebook, text
from torch import nn
from wattention import ttnn


class Sharing(unittest.TestCase):
    def test_torch_tensors_share_memory(self):
        for dtype, word in ((torch.float32, "f32"), (torch.float64, "f64"), (torch.bfloat16, "bf16"),
                            (torch.float16, "f16")):
            tensor = torch.randn(4, 5).to(dtype)
            ours = wattention.Tensor(tensor)
            self.assertEqual(ours.dtype, word)
            again = torch.from_dlpack(ours)
            self.assertEqual((again.data_ptr(), again.dtype), (tensor.data_ptr(), dtype))
            self.assertTrue(torch.equal(again, tensor))

    def test_what_is_wrong_is_said(self):
        ones, pair = torch.ones(2, 2), torch.ones(2, 2, dtype=torch.complex64)
        for tensor, words in ((torch.ones(2, 2, device="meta"), "on the device meta"),
                              (ones.to_sparse(), r"in the layout torch.sparse_coo \(to_dense or toarray first\)"),
                              (ones.to_sparse_csr(), "in the layout torch.sparse_csr"),
                              (pair.conj(), "torch.complex64 with its conjugate bit set"),
                              (ones.to(torch.int64), "torch.int64$")):
            with self.assertRaisesRegex(wattention.Error, rf"^\[tensor\] expected .*; found torch.Tensor of .*{words}"):
                wattention.Tensor(tensor)
        self.assertEqual(wattention.Tensor(torch.ones(2, 2, requires_grad=True)).shape, (2, 2))

    def test_a_lazy_negation_is_part_of_the_values(self):
        for lazy in (torch.full((2, 2), 1 + 2j).conj().imag, torch._neg_view(torch.full((2, 2), 2.0))):
            self.assertTrue(lazy.is_neg())
            np.testing.assert_array_equal(np.asarray(wattention.Tensor(lazy)), np.full((2, 2), -2.0))

    def test_parameters_and_transposed_tensors(self):
        layer = nn.Linear(3, 2)
        self.assertTrue(torch.equal(torch.from_dlpack(wattention.Tensor(layer.weight)), layer.weight))
        self.assertTrue(torch.equal(torch.from_dlpack(wattention.Tensor(layer.weight.T)), layer.weight.T))

    def test_the_generator_is_torchs(self):
        torch.manual_seed(789)
        drawn = torch.randn(1000)
        ours = torch.from_dlpack(wattention.randn((1000,), wattention.Generator(789)))
        torch.testing.assert_close(ours, drawn, rtol=1e-6, atol=1e-6)

    def test_rounding_is_torchs(self):
        values = torch.randn(10000) * 1e3
        ours = torch.from_dlpack(wattention.Tensor(values).to("bf16"))
        self.assertTrue(torch.equal(ours, values.to(torch.bfloat16)))


class Ttnn(unittest.TestCase):
    def setUp(self):
        self.device = ttnn.open_device(device_id=0)
        self.addCleanup(ttnn.close_device, self.device)

    def test_results_are_the_stacks_torch_tensors(self):
        tensor = ttnn.from_torch(torch.from_numpy(TOKENS), dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT,
                                 device=self.device)
        result = ttnn.to_torch(tensor)
        self.assertIsInstance(result, torch.Tensor)
        self.assertEqual((type(result).__name__, result.dtype), ("TorchTensor", torch.bfloat16))
        self.assertTrue(repr(result).startswith("TorchTensor([["))
        self.assertEqual((result / 2**0.5).dtype, torch.bfloat16)
        self.assertEqual(ttnn.to_torch(tensor, torch.float32).dtype, torch.float32)
        self.assertTrue(torch.equal(result, torch.from_numpy(TOKENS).bfloat16()))

    def test_a_host_round_trip_shares_nothing(self):
        tensor = torch.ones(2, 2)
        result = ttnn.to_torch(ttnn.from_torch(tensor))
        result[0, 0] = 5
        self.assertEqual(tensor[0, 0], 1)

    def test_a_torch_module_runs_on_the_device(self):
        torch.manual_seed(789)
        layers = [nn.Linear(3, 2, bias=False) for _ in range(3)]
        query, key, value = (layer(torch.from_numpy(TOKENS)) for layer in layers)

        def send(tensor):
            return ttnn.from_torch(tensor, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=self.device)

        scores = ttnn.to_torch(ttnn.matmul(send(query), send(key.T))) / 2**0.5
        context = ttnn.to_torch(ttnn.matmul(ttnn.softmax(send(scores), dim=-1), send(value)))
        self.assertEqual(repr(context), text(notebook(11, "context")))
