"""wattention.ttnn against the notebook's prints, the golden vectors, and its documented refusals. NumPy in and out."""
import contextlib
import io
import math
import unittest

import numpy as np
import wattention
from golden import TOKENS, notebook, text, vectors
from wattention import ttnn


class WithDevice(unittest.TestCase):
    def setUp(self):
        self.device = ttnn.open_device(device_id=0)
        self.addCleanup(ttnn.close_device, self.device)

    def send(self, array, **options):
        return ttnn.from_torch(array, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=self.device, **options)

    def expect(self, kind, sentence, call):
        with self.assertRaisesRegex(wattention.Error, sentence) as caught:
            call()
        self.assertEqual(caught.exception.kind, kind)


def bits_of(tensor):
    return ttnn.from_device(tensor)._core.bits()


class Notebook(WithDevice):
    def test_each_step_prints_the_notebooks_digits(self):
        draw = wattention.Generator(789)
        query, key, value = (TOKENS @ np.asarray(wattention.linear_weight(3, 2, draw)).T for _ in range(3))
        scores = ttnn.matmul(self.send(query), self.send(key.T))
        self.assertEqual(repr(scores), text(notebook(6, "scores of the device")))
        on_host = np.asarray(ttnn.from_device(scores)._core)  # bf16 values in f32: torch 2 divides in f32, too
        weights = ttnn.softmax(self.send((on_host / np.float32(2**0.5)).astype(np.float32)), dim=-1)
        self.assertEqual(repr(weights), text(notebook(7, "weights of the device")))
        context = ttnn.matmul(weights, self.send(value))
        self.assertEqual(repr(context), text(notebook(8, "context of the device")))

    def test_attributes_print_as_the_cards_stack(self):
        tensor = self.send(TOKENS, memory_config=ttnn.L1_MEMORY_CONFIG)
        self.assertEqual(repr(tensor.shape), "Shape([6, 3])")
        self.assertEqual((tensor.shape[-1], tensor.shape.rank, tensor.shape), (3, 2, (6, 3)))
        self.assertEqual((tensor.dtype, str(tensor.dtype)), (ttnn.bfloat16, "DataType.BFLOAT16"))
        self.assertEqual((tensor.layout, str(tensor.layout)), (ttnn.TILE_LAYOUT, "Layout.TILE"))
        self.assertIs(tensor.device(), self.device)
        self.assertEqual(tensor.memory_config(), ttnn.L1_MEMORY_CONFIG)
        self.assertIn("BufferType::L1", repr(tensor.memory_config()))
        self.assertEqual(ttnn.CoreGrid(y=8, x=4).num_cores, 32)

    def test_log_lines_come_on_request(self):
        ttnn.close_device(self.device)
        shown = io.StringIO()
        ttnn.show_log()
        with contextlib.redirect_stdout(shown):
            device = ttnn.open_device(device_id=0)
            ttnn.enable_program_cache(device)
            ttnn.close_device(device)
        ttnn.show_log(False)
        self.assertEqual(shown.getvalue().splitlines(), [
            "                  Metal | INFO     | Initializing device 0. Program cache is NOT enabled",
            "                  Metal | INFO     | AI CLK for device 0 is:   1000 MHz",
            "                  Metal | INFO     | Enabling program cache on device 0",
            "                  Metal | INFO     | Closing device 0",
            "                  Metal | INFO     | Disabling and clearing program cache on device 0",
        ])


class GoldenVectors(WithDevice):
    def bits(self, pattern):
        return self.send(wattention.Tensor.from_bits(pattern))

    def grid_for(self, case):
        """Without a grid K goes in blocks of 2 tiles, or 1; with one in ceil(K tiles / cores)."""
        block, k_tiles = case["in0_block_w_tiles"], math.ceil(case["arrays"]["a"][1] / 32)
        side = math.isqrt(k_tiles // block)
        return None if block <= 2 else ttnn.CoreGrid(y=side, x=side)

    def test_matmul(self):
        count = 0
        for case, arrays in vectors("matmul_"):
            config = ttnn.WormholeComputeKernelConfig(
                math_fidelity=ttnn.MathFidelity[case["fidelity"]], packer_l1_acc=True)
            out = ttnn.matmul(self.bits(arrays["a"]), self.bits(arrays["b"]), core_grid=self.grid_for(case),
                              compute_kernel_config=config)
            np.testing.assert_array_equal(bits_of(out), arrays["out"], str(case))
            count += 1
        self.assertGreaterEqual(count, 24)

    def test_softmax_and_multiply(self):
        cases = [*vectors("softmax_"), *vectors("multiply_scalar_")]
        for case, arrays in cases:
            a = self.bits(arrays["a"])
            out = ttnn.softmax(a, dim=-1) if case["op"] == "softmax" else a * case["scalar"]
            np.testing.assert_array_equal(bits_of(out), arrays["out"], str(case))
        self.assertGreaterEqual(len(cases), 8)


class Ops(WithDevice):
    def setUp(self):
        super().setUp()
        self.array = np.arange(2 * 40 * 3, dtype=np.float32).reshape(2, 40, 3)  # exact in bf16
        self.tensor = self.send(self.array)

    def same(self, tensor, array):
        np.testing.assert_array_equal(np.asarray(ttnn.from_device(tensor)._core), array)

    def test_moves(self):
        self.same(ttnn.permute(self.tensor, (0, 2, 1)), self.array.transpose(0, 2, 1))
        self.same(ttnn.transpose(self.tensor, -2, -1), self.array.transpose(0, 2, 1))
        self.same(ttnn.transpose(self.tensor, 0, 1), self.array.transpose(1, 0, 2))
        self.same(ttnn.reshape(self.tensor, (2, 3, 40)), self.array.reshape(2, 3, 40))
        self.same(ttnn.reshape(self.tensor, (-1, 3)), self.array.reshape(-1, 3))
        rows = ttnn.to_layout(self.tensor, ttnn.ROW_MAJOR_LAYOUT)
        self.assertEqual(rows.layout, ttnn.ROW_MAJOR_LAYOUT)
        self.same(ttnn.to_layout(rows, ttnn.TILE_LAYOUT), self.array)

    def test_arithmetic(self):
        one = self.send(np.ones_like(self.array))
        self.same(self.tensor + one - one, self.array)
        self.same(self.tensor * one, self.array)
        self.same(2 * self.tensor, self.array * 2)
        self.same(self.tensor / 2, self.array / 2)
        self.same(ttnn.multiply(self.tensor, 0.5), self.array / 2)

    def test_products(self):
        small = self.array[0, :, :] % 8
        a = self.send(small)
        product = small @ small.T
        self.same(ttnn.linear(a, a, transpose_b=True), product)
        self.same(ttnn.matmul(a, a, transpose_b=True), product)
        self.same(a @ ttnn.permute(a, (1, 0)), product)
        self.same(ttnn.matmul(a, a, transpose_a=True), small.T @ small)
        self.assertEqual(ttnn.matmul(a, a, transpose_b=True).memory_config(), ttnn.DRAM_MEMORY_CONFIG)
        in_l1 = ttnn.linear(a, a, transpose_b=True, memory_config=ttnn.L1_MEMORY_CONFIG)
        self.assertEqual(in_l1.memory_config(), ttnn.L1_MEMORY_CONFIG)

    def test_transfers(self):
        host = ttnn.from_torch(self.array, layout=ttnn.TILE_LAYOUT)
        self.assertEqual((host.dtype, host.layout, host.device()), (ttnn.float32, ttnn.TILE_LAYOUT, None))
        there = ttnn.to_device(ttnn.to_dtype(host, ttnn.bfloat16), self.device, memory_config=ttnn.L1_MEMORY_CONFIG)
        self.assertEqual((there.layout, there.memory_config()), (ttnn.TILE_LAYOUT, ttnn.L1_MEMORY_CONFIG))
        back = ttnn.from_device(there)
        self.assertEqual((back.layout, back.device()), (ttnn.TILE_LAYOUT, None))
        self.same(there, self.array)
        self.assertEqual(ttnn.from_torch(self.array).layout, ttnn.ROW_MAJOR_LAYOUT)

    def test_l1_is_freed_with_its_tensors(self):
        for _ in range(40):  # 40 x 8 MiB would not fit
            tensor = self.send(np.ones((2048, 2048), np.float32), memory_config=ttnn.L1_MEMORY_CONFIG)
        ttnn.deallocate(tensor)
        self.assertFalse(tensor.is_allocated())
        self.expect("closed", r"^\[ttnn.softmax\] expected an allocated tensor", lambda: ttnn.softmax(tensor))


class Refusals(WithDevice):
    def test_wrong_arguments(self):
        tensor = self.send(TOKENS)
        rows = ttnn.to_layout(tensor, ttnn.ROW_MAJOR_LAYOUT)
        host = ttnn.from_torch(TOKENS, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT)
        wide = ttnn.from_torch(TOKENS, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=self.device)
        self.expect("bad_input", "width of the first tensor to be equal", lambda: ttnn.matmul(tensor, tensor))
        self.expect("bad_input", "Inputs to matmul must be tilized", lambda: ttnn.matmul(rows, rows, transpose_b=True))
        self.expect("bad_input", "Inputs to softmax must be tilized", lambda: ttnn.softmax(rows))
        self.expect("bad_input", "matmul need to be on device!", lambda: ttnn.matmul(host, tensor))
        self.expect("bad_input", "softmax need to be on device!", lambda: ttnn.softmax(host))
        self.expect("bad_input", "eltwise binary need to be on device!", lambda: host * 2.0)
        self.expect("bad_input", "match the length", lambda: ttnn.permute(tensor, (0, 1, 2)))
        self.expect("bad_input", r"^\[ttnn.transpose\]", lambda: ttnn.transpose(tensor, 0, 2))
        self.expect("bad_input", r"^\[reshape\] expected 18 elements", lambda: ttnn.reshape(tensor, (5, -1)))
        self.expect("unsupported", "expected bf16 tensors", lambda: ttnn.softmax(wide))
        self.expect("unsupported", r"^\[ttnn.add\] expected a tensor or a number", lambda: tensor + "1")
        self.expect("bad_input", "device must be specified", lambda: ttnn.from_torch(
            TOKENS, memory_config=ttnn.L1_MEMORY_CONFIG))
        self.expect("bad_input", "expected float32 or bfloat16", lambda: ttnn.from_torch(np.zeros((2, 2))))
        self.expect("bad_input", "found ndarray of int64", lambda: ttnn.from_torch(np.zeros((2, 2), np.int64)))
        self.expect("unsupported", r"no program_config", lambda: ttnn.matmul(tensor, tensor, program_config=1))
        self.expect("unsupported", r"no bias", lambda: ttnn.linear(tensor, tensor, transpose_b=True, bias=tensor))
        self.expect("absent", "device_id 0", lambda: ttnn.open_device(device_id=1))
        for call in (lambda: ttnn.matmul(tensor, 3), lambda: ttnn.open_device(0), lambda: ttnn.softmax(TOKENS),
                     lambda: ttnn.from_torch(TOKENS, dtype="bf16"), lambda: ttnn.from_torch(TOKENS, layout="tile"),
                     lambda: ttnn.from_torch(TOKENS, device=0), lambda: ttnn.to_device(host, None),
                     lambda: self.send(TOKENS, memory_config="l1"), lambda: ttnn.to_layout(host, "tile"),
                     lambda: ttnn.to_dtype(host, "f32")):
            self.assertRaises(TypeError, call)

    def test_the_device_stays_usable_after_out_of_memory(self):
        big = np.zeros((16384, 16384), np.float32)
        self.expect("out_of_memory", "Not enough space to allocate", lambda: self.send(
            big, memory_config=ttnn.L1_MEMORY_CONFIG))
        self.assertEqual(ttnn.softmax(self.send(TOKENS)).shape, (6, 3))

    def test_a_closed_device(self):
        tensor = self.send(TOKENS)
        ttnn.close_device(self.device)
        ttnn.close_device(self.device)
        self.expect("closed", r"found wormhole closed", lambda: ttnn.softmax(tensor))
        self.expect("closed", r"found wormhole closed", lambda: self.send(TOKENS))
        self.expect("closed", r"found wormhole closed", lambda: ttnn.enable_program_cache(self.device))
        self.assertEqual(repr(tensor), "ttnn.Tensor(<buffer is not allocated>, shape=Shape([6, 3]), "
                                       "dtype=DataType::BFLOAT16, layout=Layout::TILE)")

    def test_what_is_not_here_names_itself(self):
        tensor = self.send(TOKENS)
        for name, call in (("gelu", lambda: ttnn.gelu(tensor)), ("bfloat8_b", lambda: ttnn.bfloat8_b),
                           ("Tensor.pad", lambda: tensor.pad(2))):
            self.expect("unsupported", rf"^\[ttnn.{name}\].*To ask for it, open an issue", call)
        self.assertFalse(hasattr(ttnn, "gelu"))


class Modelled(WithDevice):
    def test_a_block_has_a_modelled_time(self):
        with ttnn.modelled(self.device) as small:
            ttnn.softmax(self.send(TOKENS))
        with ttnn.modelled(self.device) as large:
            ttnn.softmax(self.send(np.ones((1024, 1024), np.float32)))
        for model in (small, large):
            self.assertEqual(model["source"], "modelled")
            self.assertLessEqual(model["time_ms"]["low"], model["time_ms"]["value"])
            self.assertGreater(model["card_j"]["value"], 0)
        self.assertGreater(large["phases_ms"]["write"], small["phases_ms"]["write"])
        with ttnn.modelled(self.device, host_speedup=4.0) as faster:
            ttnn.softmax(self.send(np.ones((1024, 1024), np.float32)))
        self.assertLess(faster["time_ms"]["value"], large["time_ms"]["value"])
        self.expect("unsupported", r"^\[estimate\] expected a device with a time model",
                    lambda: wattention.estimate(wattention.open_device("cpu")))


class Cache(WithDevice):
    def test_programs_are_kept_when_asked(self):
        core = wattention.open_device("wormhole", explain=True)
        device = ttnn.Device(core, 0)

        def hits():
            tensor = ttnn.from_torch(TOKENS, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device)
            core.take_reports()
            ttnn.softmax(tensor), ttnn.softmax(tensor)
            return [dict(report.attributes).get("program_cache") for report in core.take_reports()]

        self.assertEqual(hits(), ["miss", "miss"])
        ttnn.enable_program_cache(device)
        self.assertEqual(hits(), ["miss", "hit"])
