"""wattention.ttnn against the notebook's prints and the golden vectors. NumPy in and out."""
import contextlib
import io
import math

import numpy as np
import wattention
from face import WithDevice, bits_of
from golden import TOKENS, notebook, text, vectors
from wattention import ttnn


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

    def test_a_layer(self):
        tokens, weight = self.send(np.eye(3, dtype=np.float32)), self.send(np.arange(9, dtype=np.float32).reshape(3, 3))
        bias = self.send(np.array([[-3, 0, 3]], np.float32))
        exact = np.arange(9, dtype=np.float32).reshape(3, 3) + [-3, 0, 3]
        self.same(ttnn.linear(tokens, weight, bias=bias), exact)
        self.same(ttnn.linear(tokens, weight, bias=bias, core_grid=ttnn.CoreGrid(y=1, x=1)), exact)
        tall = self.send(np.array([[-3, 0, 3], [9, 9, 9]], np.float32))  # the product's program adds the first row
        self.same(ttnn.linear(tokens, weight, bias=tall, core_grid=ttnn.CoreGrid(y=1, x=1)), exact)
        self.expect("bad_input", "a bias of 3 values", lambda: ttnn.linear(tokens, weight, bias=tall))
        self.same(ttnn.linear(tokens, weight, bias=bias, transpose_b=True), np.arange(9).reshape(3, 3).T + [-3, 0, 3])
        self.same(ttnn.linear(tokens, weight, bias=bias, activation="relu"), exact.clip(0))
        self.same(ttnn.matmul(tokens, weight, activation="relu"), np.arange(9).reshape(3, 3))

    def test_where(self):
        above = self.array % 2 * 3 - 1  # -1 or 2
        there = self.send(above)
        self.same(ttnn.where(there, self.tensor, -1), np.where(above > 0, self.array, -1))
        self.same(ttnn.where(there, 5.0, self.tensor), np.where(above > 0, 5, self.array))
        self.assertEqual(ttnn.where(there, 1, 0, memory_config=ttnn.L1_MEMORY_CONFIG).memory_config(),
                         ttnn.L1_MEMORY_CONFIG)
        self.expect("bad_input", "on the host", lambda: ttnn.where(there, ttnn.from_torch(self.array), 0))

    def test_arithmetic(self):
        one = self.send(np.ones_like(self.array))
        self.same(self.tensor + one - one, self.array)
        self.same(self.tensor * one, self.array)
        self.same(2 * self.tensor, self.array * 2)
        self.same(ttnn.divide(self.tensor, 2), self.array / 2)
        self.same(np.float32(2) + self.tensor, self.array + 2)
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
