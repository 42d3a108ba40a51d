"""wattention.ttnn's traces: captured once, executed with what the inputs hold then."""
import numpy as np
from face import WithDevice, bits_of
from wattention import ttnn


def chain(x, y):
    half = ttnn.reshape(ttnn.multiply(x, 0.5), (2, 32, 32))
    total = ttnn.add(half, ttnn.reshape(y, (2, 32, 32)))
    ttnn.deallocate(half)
    return ttnn.exp(total), ttnn.neg(total)


class Traces(WithDevice):
    def setUp(self):
        super().setUp()
        ttnn.close_device(self.device)
        self.device = ttnn.open_device(device_id=0, trace_region_size=10000)

    def host(self, seed):
        values = np.random.default_rng(seed).normal(size=(64, 32)).astype(np.float32)
        return ttnn.from_torch(values, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT)

    def room(self):
        return ttnn.allocate_tensor_on_device(ttnn.Shape([64, 32]), ttnn.bfloat16, ttnn.TILE_LAYOUT, self.device)

    def captured(self, *inputs):
        trace = ttnn.begin_trace_capture(self.device, cq_id=0)
        outputs = chain(*inputs)
        ttnn.end_trace_capture(self.device, trace, cq_id=0)
        return trace, outputs

    def test_it_computes_from_what_the_inputs_hold_now(self):
        x, y = self.room(), self.room()
        trace, outputs = self.captured(x, y)
        for seed in (1, 2):
            first, second = self.host(seed), self.host(seed + 10)
            ttnn.copy_host_to_device_tensor(first, x)
            ttnn.copy_host_to_device_tensor(second, y)
            ttnn.execute_trace(self.device, trace, cq_id=0, blocking=True)
            wanted = chain(ttnn.to_device(first, self.device), ttnn.to_device(second, self.device))
            for found, right in zip(outputs, wanted):
                self.assertTrue(np.array_equal(bits_of(found), bits_of(right)))

    def test_ops_in_place_build_on_each_other(self):
        x = self.send(np.ones((32, 32), np.float32))
        trace = ttnn.begin_trace_capture(self.device)
        ttnn.add_(x, 1.0)
        ttnn.end_trace_capture(self.device, trace)
        ttnn.execute_trace(self.device, trace)
        ttnn.execute_trace(self.device, trace)
        self.assertEqual(float(ttnn.to_torch(x)[0, 0]), 4)

    def test_the_host_takes_no_part(self):
        x = self.room()
        trace = ttnn.begin_trace_capture(self.device)
        self.expect("bad_input", "Reads are not supported during trace capture", lambda: ttnn.to_torch(x))
        self.expect("bad_input", "Writes are not supported during trace capture",
                    lambda: ttnn.to_device(self.host(1), self.device))
        self.expect("bad_input", "expected no capture to be on", lambda: ttnn.begin_trace_capture(self.device))
        ttnn.end_trace_capture(self.device, trace)

    def test_a_trace_that_is_not_there(self):
        self.expect("bad_input", "expected a capture to be on", lambda: ttnn.end_trace_capture(self.device, 0))
        self.expect("bad_input", "expected one of the device's traces", lambda: ttnn.execute_trace(self.device, 99))
        trace, _ = self.captured(self.room(), self.room())
        ttnn.release_trace(self.device, trace)
        self.expect("bad_input", "expected one of the device's traces", lambda: ttnn.execute_trace(self.device, trace))

    def test_without_a_region_no_trace_fits(self):
        ttnn.close_device(self.device)
        self.device = ttnn.open_device(device_id=0)
        self.expect("out_of_memory", "only 0B is allocated for trace region",
                    lambda: self.captured(self.room(), self.room()))


class Programs(WithDevice):
    def test_a_device_counts_the_programs_that_it_keeps(self):
        x = self.send(np.ones((32, 32), np.float32))
        ttnn.exp(x)
        self.assertEqual(self.device.num_program_cache_entries(), 0)
        self.device.enable_program_cache()
        for _ in range(3):
            ttnn.exp(x)
        ttnn.add(x, x)
        self.assertEqual(self.device.num_program_cache_entries(), 2)
        self.device.disable_and_clear_program_cache()
        self.assertEqual(self.device.num_program_cache_entries(), 0)


class Clones(WithDevice):
    def test_a_clone_outlives_its_source(self):
        x = self.send(np.arange(32 * 32, dtype=np.float32).reshape(32, 32) % 200)
        there = ttnn.clone(x, memory_config=ttnn.L1_MEMORY_CONFIG)
        wanted = bits_of(x)
        ttnn.deallocate(x)
        self.assertEqual(there.memory_config(), ttnn.L1_MEMORY_CONFIG)
        self.assertTrue(np.array_equal(bits_of(there), wanted))
