"""A report folder in PyPI's ttnn-visualizer: its server on loopback, looked at in Chromium."""
import importlib.util
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import wattention

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from browser import Browser, find_browser  # noqa: E402

HOST = "127.0.0.1"
STARTS_WITHIN_S = 120
PROGRAM = """import numpy, ttnn
device = ttnn.open_device(device_id=0)
values = numpy.random.default_rng(1).normal(size=(256, 512)).astype("f")
x = ttnn.from_torch(values, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device)
y = ttnn.to_memory_config(ttnn.transpose(x, -2, -1), ttnn.L1_MEMORY_CONFIG)
z = ttnn.matmul(x, y, memory_config=ttnn.L1_MEMORY_CONFIG)
ttnn.deallocate(y)
ttnn.to_torch(ttnn.softmax(z, dim=-1))
"""


def free_port():
    with socket.socket() as one:
        one.bind((HOST, 0))
        return one.getsockname()[1]


class Server:
    """ttnn-visualizer in a folder of its own, in a process group of its own: it starts another server."""

    def __init__(self, report, folder):
        self.folder, self.port = Path(folder), free_port()
        environment = {**os.environ, "HOME": folder, "APP_DATA_DIRECTORY": folder, "REPORT_DATA_DIRECTORY": folder,
                       "LAUNCH_BROWSER_ON_START": "false", "USAGE_RECORDING_DISABLED": "true"}
        command = [Path(sysconfig.get_path("scripts")) / "ttnn-visualizer", "--host", HOST, "--port", str(self.port),
                   "--profiler-path", str(report)]
        self.log = open(self.folder / "log", "w", encoding="utf-8")
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=self.log, stderr=self.log,
                                        start_new_session=True)

    def address(self):
        """Of its first page, once it answers. It numbers its visits in a database of its own."""
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                urllib.request.urlopen(f"http://{HOST}:{self.port}/api/up", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text(encoding="utf-8")[-2000:]) from None
                time.sleep(0.2)
        base = sqlite3.connect(next(self.folder.glob("ttnn_*.db")))
        (instance,), = base.execute("SELECT instance_id FROM instances")
        base.close()
        return f"http://{HOST}:{self.port}/?instanceId={instance}"

    def end(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)
        self.log.close()


@unittest.skipUnless(importlib.util.find_spec("ttnn_visualizer"), "ttnn-visualizer is not installed")
class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        path, reason = find_browser()
        if path is None:
            raise unittest.SkipTest(f"no Chromium: {reason}")
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        (Path(folder.name) / "program.py").write_text(PROGRAM, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(Path(wattention.__file__).parents[1])}
        command = [sys.executable, "-B", "-m", "wattention.ttnn", "explain", "--visualizer", "report", "program.py"]
        subprocess.run(command, cwd=folder.name, env=environment, capture_output=True, check=True, timeout=120)
        server = Server(Path(folder.name) / "report", folder.name)
        cls.addClassCleanup(server.end)
        address = server.address()
        cls.browser = Browser(path)
        cls.addClassCleanup(cls.browser.__exit__)
        # Its pages ask for a logo and its server for the newest version: nothing here leaves the machine.
        cls.browser.call("Network.setBlockedURLs", urls=["https://*", "*/api/latest-version"])
        cls.root = address.partition("?")[0]
        cls.browser.open_address(address)
        cls.browser.wait_until("document.body.innerText.includes('report')")

    def text_of(self, page, *, shows):
        """The page's words, once `shows` is among them."""
        self.browser.open_address(self.root + page, height=2400)
        self.browser.wait_until(f"document.body.innerText.includes({shows!r})")
        return self.browser.evaluate("document.body.innerText")

    def press(self, words):
        self.browser.evaluate("[...document.querySelectorAll('label, button')]"
                              f".find(e => e.textContent.trim() === {words!r}).click()")

    def test_the_operations(self):
        text = self.text_of("operations", shows="Showing 7 operations")
        names = re.findall(r"^\d+ (ttnn\.\w+) \((.*)\)$", text, re.MULTILINE)
        self.assertEqual(names, [("ttnn.from_torch", "program.py:4"), ("ttnn.transpose", "program.py:5"),
                                 ("ttnn.to_memory_config", "program.py:5"), ("ttnn.matmul", "program.py:6"),
                                 ("ttnn.deallocate", "program.py:7"),
                                 ("ttnn.softmax", "program.py:8"), ("ttnn.to_torch", "program.py:8")])

    def test_l1_of_an_operation(self):
        text = self.text_of("operations/4", shows="Peak L1 memory load per core")
        self.assertIn("L1 START", text)
        # 512 x 256 and 256 x 256 bf16 over 64 cores: 4096 and 2048 bytes of each, from the end of L1 down.
        self.assertRegex(text, r"1495040\n4 KiB\n3 ttnn\.to_memory_config program\.py:5")
        self.assertRegex(text, r"1492992\n2 KiB\n4 ttnn\.matmul program\.py:6")
        self.assertRegex(text, r"duration\s+modelled")
        self.press("Show Circular Buffers Details")
        self.browser.wait_until("document.body.innerText.includes('Device Operations')")
        self.assertIn("z = ttnn.matmul", text)

    def test_cores(self):
        self.text_of("operations/4", shows="Peak L1 memory load per core")
        self.press("All allocations per core")
        self.browser.wait_until("document.body.innerText.includes('detailed memory report')")

    def test_the_buffers(self):
        text = self.text_of("buffer-summary", shows="Showing")
        # In L1, behind each operation from the third on: one, two, one again, and with the softmax's two, which stay.
        self.assertIn("Showing 8 buffers", text)

    def test_the_tensors(self):
        text = self.text_of("tensors", shows="Showing")
        self.assertIn("(4 ttnn.matmul program.py:6)", text)


if __name__ == "__main__":
    unittest.main()
