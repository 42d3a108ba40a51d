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

    def test_what_does_not_fit_is_refused(self):
        pages = self.send(values(256, 128))
        short = ttnn.create_sharded_memory_config((64, 128), ttnn.CoreGrid(y=1, x=2), ttnn.ShardStrategy.HEIGHT,
                                                  use_height_and_width_as_shard_shape=True)
        self.expect("bad_input", "Number of shards along height 4 must not exceed number of cores 2",
                    lambda: ttnn.to_memory_config(pages, short))
        self.expect("bad_input", "MemoryConfig must have Shard Spec",
                    lambda: ttnn.to_memory_config(pages, ttnn.L1_HEIGHT_SHARDED_MEMORY_CONFIG))
        self.expect("unsupported", "tensors in pages",
                    lambda: ttnn.softmax(ttnn.to_memory_config(pages, self.rows)))
        in_dram = ttnn.MemoryConfig(ttnn.TensorMemoryLayout.HEIGHT_SHARDED, ttnn.BufferType.DRAM, self.rows.shard_spec)
        self.expect("unsupported", "shards in L1", lambda: ttnn.to_memory_config(pages, in_dram))
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
