"""Ctrl-C inside one long call: KeyboardInterrupt comes soon, and the process and its devices go on."""
import os
import signal
import subprocess
import sys
import threading
import unittest
from pathlib import Path

import wattention

PACKAGE = str(Path(wattention.__file__).parents[1])
SOON_S = 1.5  # of a machine that does something else, too

# Each call takes several seconds; the signal comes after a third of one, from another thread as a terminal's would.
CHILD = """
import os, signal, sys, threading, time
import numpy as np
import wattention
from wattention import ttnn

def module(device, variant, size):
    return wattention.SelfAttention(size, size, wattention.Generator(1)).to(device, variant)

def forward(device, variant, tokens, size):
    attention = module(device, variant, size)
    x = wattention.randn((tokens, size), wattention.Generator(2))
    return lambda: attention(x)

cpu = wattention.open_device("cpu", threads=1)
card = ttnn.open_device(device_id=0)
reference = wattention.open_device("reference")
sizes = dict(tokens=2048, embed_dim=1024, head_dim=1024)

def product():
    array = np.random.default_rng(1).standard_normal((4096, 4096), np.float32)  # equal rows are multiplied once
    tensor = ttnn.from_torch(array, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=card)
    return lambda: ttnn.matmul(tensor, tensor)

def heads(queries, keys):
    query, key = (wattention.randn((1, 1, rows, 64), wattention.Generator(1)) for rows in (queries, keys))
    query, key = (wattention.to_device(tensor, cpu) for tensor in (query, key))
    return lambda: wattention.scaled_dot_product_attention(query, key, key)

calls = {
    "attention": lambda: heads(32768, 100000),
    "bench": lambda: lambda: wattention.bench(devices=["cpu", "wormhole"], tokens=[512], counts=[10**5], max_time_s=60),
    "bench of one forward": lambda: lambda: wattention.bench(devices=["reference"], tokens=[2048], counts=[1]),
    "verify": lambda: lambda: wattention.verify(cpu, **sizes),
    "verify the card": lambda: lambda: wattention.verify(card._core, "resident", **sizes),
    "fused forward": lambda: forward(cpu, "fused", 12288, 1024),
    "card's forward": lambda: forward(card._core, "resident", 4096, 2048),
    "reference forward": lambda: forward(reference, "reference", 1024, 1024),
    "ttnn.matmul": product,
    "randn": lambda: lambda: wattention.randn((1 << 21, 2048), wattention.Generator(1)),
}

def check_devices():
    small = np.eye(32, dtype=np.float32)
    for device in (cpu, reference):
        assert module(device, "reference", 32)(small).shape == (32, 32)
    ones = ttnn.from_torch(small, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=card)
    np.testing.assert_array_equal(wattention.to_host(ttnn.matmul(ones, ones)._core).numpy(), small)

def check_memory():  # 84 of the card's 91 MiB of L1: what the interrupted ops held is free again
    ttnn.from_torch(np.zeros((6144, 7168), np.float32), dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=card,
                    memory_config=ttnn.L1_MEMORY_CONFIG)

call = calls[sys.argv[1]]()
sent = []
def send():
    time.sleep(0.3)
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)

for again in range(2):
    sent.clear()
    sender = threading.Thread(target=send)
    sender.start()
    try:
        call()
        print("came to its end")
    except KeyboardInterrupt:
        print("stopped after", time.monotonic() - sent[0])
    sender.join()
del call
check_devices()
check_memory()
ttnn.close_device(card)
print("usable")
"""


class Interrupt(unittest.TestCase):
    def expect_soon(self, name):
        child = subprocess.run([sys.executable, "-c", CHILD, name], capture_output=True, text=True, timeout=120,
                               env={**os.environ, "PYTHONPATH": PACKAGE, "PYTHONDONTWRITEBYTECODE": "1"})
        *stops, last = child.stdout.splitlines() or [""]
        self.assertEqual((last, child.returncode), ("usable", 0), child.stderr)
        self.assertEqual(len(stops), 2)
        for stop in stops:
            self.assertRegex(stop, "^stopped after", name)
            self.assertLess(float(stop.split()[-1]), SOON_S, name)

    def test_bench(self):
        self.expect_soon("bench")
        self.expect_soon("bench of one forward")

    def test_verify(self):
        self.expect_soon("verify")
        self.expect_soon("verify the card")

    def test_forwards(self):
        for name in ("fused forward", "card's forward", "reference forward"):
            self.expect_soon(name)

    def test_ops(self):
        for name in ("attention", "ttnn.matmul", "randn"):
            self.expect_soon(name)

    def test_a_handler_that_does_not_raise_leaves_an_error(self):
        heard = []
        before = signal.signal(signal.SIGINT, lambda *_: heard.append("SIGINT"))
        self.addCleanup(signal.signal, signal.SIGINT, before)
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        self.addCleanup(timer.join)
        with self.assertRaisesRegex(wattention.Error, "request to stop") as caught:
            wattention.randn((1 << 21, 2048), wattention.Generator(1))
        self.assertEqual((caught.exception.kind, heard), ("interrupted", ["SIGINT"]))

    def test_an_ignored_signal_changes_nothing(self):
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        timer = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        self.addCleanup(timer.join)
        self.assertEqual(wattention.randn((1 << 13, 2048), wattention.Generator(1)).shape, (1 << 13, 2048))

    def test_pythons_handler_stands_again_after_a_call(self):
        before = signal.getsignal(signal.SIGINT)
        wattention.randn((4, 4), wattention.Generator(1))
        self.assertIs(signal.getsignal(signal.SIGINT), before)
        with self.assertRaises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(5)
