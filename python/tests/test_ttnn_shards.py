"""wattention.ttnn: tensors in shards, products by program configs, results into tensors that are there."""
import numpy as np
from face import WithDevice, bits_of
from wattention import ttnn

RNG = np.random.default_rng(1)


def values(*shape):
    return RNG.standard_normal(shape, dtype=np.float32)


class Shards(WithDevice):
    def setUp(self):
        super().setUp()
        self.rows = ttnn.create_sharded_memory_config((256, 128), ttnn.CoreGrid(y=1, x=4), ttnn.ShardStrategy.HEIGHT)
        self.blocks = ttnn.create_sharded_memory_config((256, 128), ttnn.CoreGrid(y=2, x=2), ttnn.ShardStrategy.BLOCK,
                                                        ttnn.ShardOrientation.COL_MAJOR)

    def same(self, tensor, expected):
        np.testing.assert_array_equal(bits_of(tensor), bits_of(expected))

    def test_there_and_back(self):
        pages = self.send(values(256, 128))
        for config in (self.rows, self.blocks):
            shards = ttnn.to_memory_config(pages, config)
            self.assertEqual(shards.memory_config(), config)
            self.assertTrue(shards.is_sharded() and ttnn.is_sharded(shards))
            self.assertIs(ttnn.to_memory_config(shards, config), shards)
            self.same(shards, pages)
            back = ttnn.sharded_to_interleaved(shards)
            self.assertEqual((back.memory_config(), back.is_sharded()), (ttnn.DRAM_MEMORY_CONFIG, False))
            self.same(back, pages)
            self.assertIs(ttnn.sharded_to_interleaved(back), back)
        again = ttnn.reshard(ttnn.interleaved_to_sharded(pages, self.rows), self.blocks)
        self.assertEqual(again.memory_config(), self.blocks)
        self.same(again, pages)
        by_parts = ttnn.interleaved_to_sharded(pages, ttnn.CoreGrid(y=8, x=8), [64, 128],
                                               ttnn.TensorMemoryLayout.HEIGHT_SHARDED, ttnn.ShardOrientation.ROW_MAJOR)
        self.assertEqual(by_parts.memory_config(), self.rows)
        by_numbers = ttnn.interleaved_to_sharded(pages, (8, 8), [64, 128], ttnn.TensorMemoryLayout.HEIGHT_SHARDED,
                                                 ttnn.ShardOrientation.ROW_MAJOR)
        self.assertEqual(by_numbers.memory_config(), self.rows)
        sent = self.send(values(256, 128), memory_config=self.blocks)
        self.assertEqual(sent.memory_config(), self.blocks)

    def test_ops_where_shards_lie(self):
        pages, others = self.send(values(256, 128)), self.send(values(256, 128))
        a, b = (ttnn.to_memory_config(tensor, self.rows) for tensor in (pages, others))
        for found, expected in ((ttnn.silu(a), ttnn.silu(pages)), (a + b, pages + others), (a * 0.5, pages * 0.5)):
            self.assertEqual(found.memory_config(), self.rows)
            self.same(found, expected)
        self.assertEqual(ttnn.add(a, b, memory_config=ttnn.L1_MEMORY_CONFIG).memory_config(), ttnn.L1_MEMORY_CONFIG)
        weight = self.send(values(128, 64))
        product = ttnn.matmul(a, weight, memory_config=ttnn.L1_HEIGHT_SHARDED_MEMORY_CONFIG)
        self.assertEqual(product.memory_config().shard_spec.shape, (64, 64))
        self.same(product, ttnn.matmul(pages, weight, program_config=self.config(per_core_M=8, per_core_N=2, width=4),
                                       compute_kernel_config=self.kernel(True)))

    def test_newer_programs_leave_shards_and_come_back(self):
        matrix = values(256, 128)
        pages, column = self.send(matrix), self.send(matrix[:, :1])
        for layout in (ttnn.TILE_LAYOUT, ttnn.ROW_MAJOR_LAYOUT):
            shards = ttnn.to_memory_config(ttnn.to_layout(pages, layout), self.rows)
            for config in (self.rows, ttnn.DRAM_MEMORY_CONFIG):
                for other in (0.5, column):
                    in_layout = ttnn.to_layout(other, layout) if other is column else other
                    found = ttnn.add(shards, in_layout, memory_config=config, use_legacy=False)
                    self.assertEqual((found.memory_config(), found.layout), (config, layout))
                    self.same(found, ttnn.to_layout(ttnn.add(pages, other, use_legacy=False), layout))
        columns = ttnn.create_sharded_memory_config((256, 128), ttnn.CoreGrid(y=1, x=4), ttnn.ShardStrategy.WIDTH)
        self.expect("bad_input", "the same memory layout",
                    lambda: ttnn.add(ttnn.to_memory_config(pages, self.rows), 0.5, memory_config=columns,
                                     use_legacy=False))

    def test_layouts_change_where_shards_lie(self):
        pages = self.send(values(250, 104))
        rows = ttnn.create_sharded_memory_config((64, 128), ttnn.CoreGrid(y=1, x=4), ttnn.ShardStrategy.HEIGHT,
                                                 use_height_and_width_as_shard_shape=True)
        shards = ttnn.to_memory_config(pages, rows)
        found = ttnn.to_layout(shards, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
        self.assertEqual(found.memory_config().shard_spec.shape, (64, 104))  # as TT-NN, which forgets the config
        self.same(found, pages)
        found = ttnn.untilize_with_unpadding(shards, [249, 103], memory_config=ttnn.DRAM_MEMORY_CONFIG)
        self.assertEqual(found.memory_config(), ttnn.DRAM_MEMORY_CONFIG)
        self.same(found, pages)

    def test_moves_of_shards(self):
        host = values(1, 4, 64, 64)
        tiles = self.send(host, memory_config=self.rows_of(64))
        rows = ttnn.to_layout(tiles, ttnn.ROW_MAJOR_LAYOUT)
        host = bits_of(rows)
        found = {
            "wider": (ttnn.pad(rows, [(0, 0), (0, 8)], 0.0), np.pad(host, [(0, 0)] * 3 + [(0, 8)])),
            "higher": (ttnn.pad(rows, [(0, 16), (0, 0)], 0.0, memory_config=self.rows_of(80)),
                       np.pad(host, [(0, 0)] * 2 + [(0, 16), (0, 0)])),
            "part": (ttnn.slice(rows, [0, 0, 8, 0], [1, 4, 24, 64], memory_config=self.rows_of(16)),
                     host[:, :, 8:24]),
            "item": (tiles[:, 1:3], host[:, 1:3]),
            "turned": (ttnn.transpose(tiles, -2, -1), host.swapaxes(-2, -1)),
            "heads": (ttnn.permute(rows, (0, 2, 1, 3)), host.swapaxes(1, 2)),
            "flat": (ttnn.unsqueeze(ttnn.squeeze(tiles, 0), 0), host),
            "twice": (ttnn.repeat(tiles, [1, 1, 2, 1], memory_config=self.rows_of(128)), np.tile(host, (1, 1, 2, 1))),
        }
        for name, (tensor, expected) in found.items():
            with self.subTest(name):
                self.assertTrue(tensor.is_sharded())
                np.testing.assert_array_equal(bits_of(tensor), expected)
        table = ttnn.to_layout(self.send(values(16, 64)), ttnn.ROW_MAJOR_LAYOUT)
        numbers = np.arange(256, dtype=np.uint32).reshape(4, 64) % 16
        ids = ttnn.from_torch(numbers, dtype=ttnn.uint32, device=self.device)
        embedded = ttnn.embedding(ids, table, layout=ttnn.TILE_LAYOUT, memory_config=self.rows_of(64))
        self.assertEqual(embedded.memory_config(), self.rows_of(64))
        np.testing.assert_array_equal(bits_of(embedded), bits_of(table)[numbers])

    def rows_of(self, height):
        return ttnn.create_sharded_memory_config((height, 64), ttnn.CoreGrid(y=1, x=4), ttnn.ShardStrategy.HEIGHT,
                                                 use_height_and_width_as_shard_shape=True)

    def test_what_does_not_fit_is_refused(self):
        pages = self.send(values(256, 128))
        short = ttnn.create_sharded_memory_config((64, 128), ttnn.CoreGrid(y=1, x=2), ttnn.ShardStrategy.HEIGHT,
                                                  use_height_and_width_as_shard_shape=True)
        self.expect("bad_input", "Number of shards along height 4 must not exceed number of cores 2",
                    lambda: ttnn.to_memory_config(pages, short))
        self.expect("bad_input", "MemoryConfig must have Shard Spec",
                    lambda: ttnn.to_memory_config(pages, ttnn.L1_HEIGHT_SHARDED_MEMORY_CONFIG))
        self.expect("unverified", "a program of shards",
                    lambda: ttnn.softmax(ttnn.to_memory_config(pages, self.rows)))
        in_dram = ttnn.MemoryConfig(ttnn.TensorMemoryLayout.HEIGHT_SHARDED, ttnn.BufferType.DRAM, self.rows.shard_spec)
        self.expect("bad_input", "Error", lambda: ttnn.to_memory_config(pages, in_dram))
        sent = self.send(values(256, 128), memory_config=in_dram)
        self.assertEqual(sent.memory_config(), in_dram)
        fetched = ttnn.to_memory_config(sent, self.rows)
        self.same(fetched, sent)
        self.assertEqual(ttnn.to_memory_config(fetched, in_dram).memory_config(), in_dram)
        self.expect("bad_input", "Input tensor must be in L1", lambda: ttnn.sharded_to_interleaved(sent))
        self.expect("unsupported", "shards in l1", lambda: ttnn.relu(sent))
        self.assertEqual(self.device.dram_grid_size(), ttnn.CoreCoord(12, 1))
        self.expect("bad_input", "input must be sharded", lambda: ttnn.reshard(pages, self.rows))

    def kernel(self, packer):
        return ttnn.WormholeComputeKernelConfig(math_fidelity=ttnn.MathFidelity.HiFi2, math_approx_mode=False,
                                                packer_l1_acc=packer)

    def config(self, *, width=2, per_core_M=2, per_core_N=2, fused_activation=None):
        return ttnn.MatmulMultiCoreReuseMultiCastProgramConfig(
            compute_with_storage_grid_size=ttnn.CoreCoord(4, 4), in0_block_w=width, out_subblock_h=1, out_subblock_w=1,
            per_core_M=per_core_M, per_core_N=per_core_N, transpose_mcast=False, fused_activation=fused_activation)

    def test_program_configs(self):
        a, b = self.send(values(256, 256)), self.send(values(256, 128))
        with_packer, without = (ttnn.matmul(a, b, program_config=self.config(), compute_kernel_config=self.kernel(each))
                                for each in (True, False))
        self.assertTrue((bits_of(with_packer) != bits_of(without)).any())
        relu = ttnn.UnaryWithParam(ttnn.UnaryOpType.RELU)
        fused = ttnn.matmul(a, b, program_config=self.config(fused_activation=relu),
                            compute_kernel_config=self.kernel(True))
        self.same(fused, ttnn.relu(with_packer))
        grid = ttnn.CoreGrid(y=4, x=4)
        self.same(ttnn.matmul(a, b, core_grid=grid, activation="gelu"),
                  ttnn.gelu(ttnn.matmul(a, b, core_grid=grid), fast_and_approximate_mode=True))
        self.expect("unsupported", "gather_in0", lambda: ttnn.matmul(
            a, b, program_config=ttnn.MatmulMultiCoreReuseMultiCast1DProgramConfig(
                compute_with_storage_grid_size=(8, 8), in0_block_w=1, out_subblock_h=1, out_subblock_w=1, per_core_M=8,
                per_core_N=1, fuse_batch=True, fused_activation=None, mcast_in0=False, gather_in0=True)))

    def test_results_into_tensors_that_are_there(self):
        a, b = self.send(values(64, 64)), self.send(values(64, 64))
        out = self.send(np.zeros((64, 64), np.float32), memory_config=ttnn.L1_MEMORY_CONFIG)
        self.assertIs(ttnn.matmul(a, b, optional_output_tensor=out), out)
        self.same(out, ttnn.matmul(a, b, memory_config=ttnn.L1_MEMORY_CONFIG))
        self.assertIs(ttnn.subtract(a, b, output_tensor=out), out)
        self.same(out, ttnn.subtract(a, b))
        self.assertIs(ttnn.exp(a, output_tensor=out), out)
        self.same(out, ttnn.exp(a))
        self.assertEqual(out.memory_config(), ttnn.L1_MEMORY_CONFIG)
        self.expect("bad_input", "Memory config mismatch between optional output tensor", lambda: ttnn.matmul(
            a, b, optional_output_tensor=out, memory_config=ttnn.DRAM_MEMORY_CONFIG))
