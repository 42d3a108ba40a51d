"""A process that has computed forks, as multiprocessing does by default on Linux up to Python 3.13."""
import multiprocessing
import os
import signal
import threading
import time
import unittest

import numpy as np
import wattention

FORK = multiprocessing.get_context("fork")


def context(seed=1):
    attention = wattention.SelfAttention(256, 256, wattention.Generator(seed))
    return np.asarray(attention(np.ones((512, 256), np.float32)))


def product(size=700):
    ones = np.ones((size, size), np.float32)
    return float(np.asarray(wattention.matmul(ones, ones)).sum())


def in_a_child(work):
    """What work() returned in a forked child; None when the child hung for 30 seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        os.write(writing, repr(work()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text or None


class Fork(unittest.TestCase):
    def test_a_pool_of_children_computes_what_the_parent_does(self):
        here = context()
        with FORK.Pool(2) as pool:
            results = pool.map_async(context, [1, 1, 1, 1]).get(timeout=60)
        for result in results:
            np.testing.assert_array_equal(result, here)

    def test_every_device_goes_on_in_a_child(self):
        for name in ("cpu", "reference", "wormhole"):
            with wattention.open_device(name, threads=2) as device:
                def softmax():
                    rows = wattention.to_device(np.ones((64, 256), np.float32), device)
                    return np.asarray(wattention.to_host(wattention.softmax(rows))).tobytes()
                here = repr(softmax())
                self.assertEqual(in_a_child(softmax), here, name)

    def test_a_child_forked_while_another_thread_computes_computes_or_is_told(self):
        stop = threading.Event()

        def keep_busy():
            while not stop.is_set():
                product()

        def attempt():
            try:
                return product(300)
            except wattention.Error as error:
                return f"{error.kind}: {error}"

        busy = threading.Thread(target=keep_busy)
        busy.start()
        try:
            time.sleep(0.05)
            answers = [in_a_child(attempt) for _ in range(5)]
        finally:
            stop.set()
            busy.join()
        for answer in answers:
            if answer != repr(300.0**3):
                self.assertRegex(str(answer), r"^'unsupported: \[fork\] expected the device cpu at rest")


if __name__ == "__main__":
    unittest.main()
