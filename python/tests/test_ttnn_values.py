"""Words that are values: shapes, cores, memory configs, program configs. Prints: golden_library's 0.59-prints of the
real library, tests/golden/wormhole_library/README.md; 0.57's where the two differ (MemoryConfig)."""
import tempfile
import unittest
from pathlib import Path

import numpy as np
from face import WithDevice
from wattention import ttnn


class Values(WithDevice):
    def test_prints_are_the_recorded_ones(self):
        for value, text in (
            (ttnn.bfloat16, "<DataType.BFLOAT16: 0>"), (ttnn.bfloat8_b, "<DataType.BFLOAT8_B: 3>"),
            (ttnn.TILE_LAYOUT, "<Layout.TILE: 1>"), (ttnn.MathFidelity.LoFi, "<MathFidelity.LoFi: 0>"),
            (ttnn.CoreGrid(y=8, x=8), "ttnn.CoreGrid(x=8, y=8)"), (ttnn.CoreCoord(3, 4), "(x=3,y=4)"),
            (ttnn.Shape([1, 2, 3]), "Shape([1, 2, 3])"),
            (ttnn.CoreRange(ttnn.CoreCoord(0, 0), ttnn.CoreCoord(3, 3)), "[(x=0,y=0) - (x=3,y=3)]"),
            (self.device.compute_with_storage_grid_size(), "(x=8,y=8)"),
            (self.device.arch(), "<Arch.WORMHOLE_B0: 2>"),
            (ttnn.TensorMemoryLayout.HEIGHT_SHARDED, "<TensorMemoryLayout.HEIGHT_SHARDED: 2>"),
            (ttnn.L1_MEMORY_CONFIG, "MemoryConfig(memory_layout=TensorMemoryLayout::INTERLEAVED,"
                                    "buffer_type=BufferType::L1,shard_spec=std::nullopt)"),
            (self.device.core_grid, "ttnn.CoreGrid(x=8, y=8)"),
        ):
            self.assertEqual(repr(value), text)

    def test_shapes_compare_with_any_sequence(self):
        shape = ttnn.from_torch(np.zeros((1, 32), np.float32)).shape
        self.assertTrue(shape == [1, 32] and shape == (1, 32) and (1, 32) == shape and shape == ttnn.Shape((1, 32)))
        self.assertTrue(shape != [1, 31] and shape != [1] and shape != None)  # noqa: E711
        self.assertEqual((len(shape), shape[-1], list(shape), shape.rank), (2, 32, [1, 32], 2))
        self.assertEqual((shape.to_rank(4), shape.to_rank(1)), ([1, 1, 1, 32], [32]))
        self.expect("bad_input", "Can't convert shape rank", lambda: ttnn.Shape((2, 3)).to_rank(1))

    def test_cores(self):
        both = ttnn.CoreRangeSet({ttnn.CoreRange((0, 0), (4, 4)), ttnn.CoreRange((5, 5), (7, 7))})
        self.assertEqual((both.num_cores(), repr(both.bounding_box())), (34, "[(x=0,y=0) - (x=7,y=7)]"))
        self.assertEqual(repr(both), "{[(x=0,y=0) - (x=4,y=4)], [(x=5,y=5) - (x=7,y=7)]}")
        grid = ttnn.CoreCoord(8, 4)
        self.assertEqual(repr(ttnn.num_cores_to_corerangeset(10, grid, row_wise=True)),
                         "{[(x=0,y=0) - (x=7,y=0)], [(x=0,y=1) - (x=1,y=1)]}")
        self.assertEqual(repr(ttnn.num_cores_to_corerangeset(3, grid)), "{[(x=0,y=0) - (x=0,y=2)]}")
        self.assertEqual(ttnn.CoreCoord((3, 4)), ttnn.CoreCoord(3, 4))
        for call in (lambda: ttnn.CoreCoord(1), lambda: ttnn.CoreGrid(8, 8), lambda: ttnn.CoreRangeSet([1])):
            self.expect("bad_input", "incompatible constructor arguments", call)

    def test_sharded_memory_configs_are_values(self):
        config = ttnn.create_sharded_memory_config((1, 2, 64, 128), ttnn.CoreGrid(y=4, x=2), ttnn.ShardStrategy.BLOCK)
        self.assertEqual((config.shard_spec.shape, config.is_sharded()), ((32, 64), True))
        tall = ttnn.create_sharded_memory_config((256, 64), ttnn.CoreGrid(y=4, x=2), ttnn.ShardStrategy.HEIGHT)
        self.assertEqual((tall.shard_spec.shape, tall.shard_spec.num_cores()), ((32, 64), 8))
        uneven = ttnn.create_sharded_memory_config_(
            (1, 1, 100, 96), ttnn.CoreGrid(y=2, x=3), ttnn.ShardStrategy.BLOCK, ttnn.ShardOrientation.ROW_MAJOR,
            tile_layout=True)
        self.assertEqual(uneven.shard_spec.shape, (64, 32))
        self.expect("bad_input", "Invalid sharding core_grid", lambda: ttnn.create_sharded_memory_config(
            (100, 64), ttnn.CoreGrid(y=8, x=8), ttnn.ShardStrategy.HEIGHT))
        with tempfile.TemporaryDirectory() as folder:
            for written in (config, tall, ttnn.DRAM_MEMORY_CONFIG):
                path = str(Path(folder) / "config.bin")
                ttnn.dump_memory_config(path, written)
                read = ttnn.load_memory_config(path)
                self.assertEqual((read, hash(read)), (written, hash(written)))

    def test_program_configs_take_their_words_by_name(self):
        config = ttnn.MatmulMultiCoreReuseProgramConfig(
            compute_with_storage_grid_size=(8, 8), in0_block_w=1, out_subblock_h=1, out_subblock_w=1, per_core_M=2,
            per_core_N=2)
        self.assertEqual(config.per_core_M, 2)
        for call in (lambda: ttnn.MatmulMultiCoreReuseProgramConfig(in0_block_w=1), lambda: ttnn.SDPAProgramConfig(1)):
            self.expect("bad_input", "by name", call)
        tensor = self.send(np.ones((32, 32), np.float32))
        self.expect("bad_input", "input a total height, 1, must be divisible by per_core_M, 2!",
                    lambda: ttnn.matmul(tensor, tensor, program_config=config))
        self.expect("bad_input", "Cannot use both user core grid/coordinates and a program config", lambda: ttnn.linear(
            tensor, tensor, program_config=config, core_grid=self.device.core_grid))

    def test_kernel_configs(self):
        config = ttnn.init_device_compute_kernel_config(self.device.arch(), math_fidelity=ttnn.MathFidelity.HiFi4,
                                                        packer_l1_acc=True)
        tensor = self.send(np.ones((32, 32), np.float32))
        self.assertEqual(ttnn.matmul(tensor, tensor, compute_kernel_config=config).shape, (32, 32))
        self.expect("unsupported", "expected a math_fidelity", lambda: ttnn.matmul(
            tensor, tensor, compute_kernel_config=ttnn.WormholeComputeKernelConfig(packer_l1_acc=True)))


class Devices(unittest.TestCase):
    def test_options_without_effect_are_taken(self):
        kind = ttnn.device.DispatchCoreConfig(ttnn.device.DispatchCoreType.ETH)
        device = ttnn.open_device(device_id=0, l1_small_size=8192, trace_region_size=1, worker_l1_size=0,
                                  dispatch_core_config=kind)
        ttnn.close_device(device)
        with self.assertRaisesRegex(RuntimeError, "expected no worker_l1_size; found 16385"):
            ttnn.open_device(device_id=0, worker_l1_size=16385)
        with ttnn.manage_device(0) as device:
            self.assertIs(ttnn.CreateDevice(0), device)
            self.assertTrue(ttnn.device.is_wormhole_b0(device))
        self.assertFalse(device._core.is_open)

    def test_a_mesh_of_one_device_and_its_events(self):
        with ttnn.manage_device(0) as device:
            mapper = ttnn.ReplicateTensorToMesh(device)
            tensor = ttnn.from_torch(np.ones((2, 2), np.float32), dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT,
                                     device=device, mesh_mapper=mapper)
            self.assertIs(ttnn.get_device_tensors(tensor)[0], tensor)
            back = ttnn.to_torch(tensor, mesh_composer=ttnn.ConcatMeshToTensor(device, dim=0))
            self.assertEqual(tuple(back.shape), (2, 2))
            ttnn.wait_for_event(0, ttnn.record_event(device, 0))
            with self.assertRaisesRegex(RuntimeError, "expected a mesh of one device"):
                ttnn.ShardTensor2dMesh(device, mesh_shape=ttnn.MeshShape(2, 4), dims=(0, 1))
