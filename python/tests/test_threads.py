"""Threads share a device; the GIL is free while kernels run; nothing leaks."""
import resource
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import wattention
from wattention import ttnn


class Threads(unittest.TestCase):
    def test_threads_share_a_device(self):
        device = ttnn.open_device(device_id=0)
        self.addCleanup(ttnn.close_device, device)

        def work(seed):
            array = np.asarray(wattention.randn((64, 96), wattention.Generator(seed)))
            tensor = ttnn.from_torch(array, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device)
            product = ttnn.matmul(tensor, tensor, transpose_b=True)
            return ttnn.from_device(ttnn.softmax(product * 0.01))._core.bits().copy()

        alone = [work(seed) for seed in range(8)]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(work, [seed for _ in range(4) for seed in range(8)]))
        for index, bits in enumerate(together):
            np.testing.assert_array_equal(bits, alone[index % 8])

    def test_the_gil_is_free_while_a_kernel_runs(self):
        tensor = wattention.randn((1500, 1500), wattention.Generator(1))
        reference = wattention.open_device("reference", threads=1)
        slow = wattention.to_device(tensor, reference)
        started, done = threading.Event(), threading.Event()

        def compute():
            started.set()
            for _ in range(2):
                wattention.softmax(slow)
                wattention.matmul(slow, wattention.to_device(wattention.zeros((1500, 64)), reference))
            done.set()

        worker = threading.Thread(target=compute)
        begin = time.perf_counter()
        worker.start()
        started.wait()
        ticks = 0
        while not done.is_set():
            time.sleep(0.001)
            ticks += 1
        whole = time.perf_counter() - begin
        worker.join()
        # Held, the GIL would let this thread run only between the four calls.
        self.assertGreater(ticks, 10, f"{ticks} ticks in {whole:.3f} s")


class Memory(unittest.TestCase):
    def test_round_trips_do_not_grow(self):
        array = np.ones((512, 512), np.float32)  # 1 MiB
        with wattention.open_device("wormhole") as card:
            def round_trip():
                np.asarray(wattention.to_host(wattention.to_device(array, card)))
                np.from_dlpack(wattention.Tensor(array)).sum()

            for _ in range(20):
                round_trip()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for _ in range(200):
                round_trip()
            grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        self.assertLess(grown_kib, 50 * 1024)  # 200 leaked copies would be 100 MiB and more
