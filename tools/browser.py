"""Drives a headless Chromium over its DevTools pipe. Standard library only; docs/report.md says who uses it."""
import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser():
    """(path, "") or (None, why there is none). Ubuntu's chromium packages are stubs that start a snap, which sees
    neither our files nor our pipe."""
    stubs = []
    for path in filter(None, [os.environ.get("WATTENTION_CHROMIUM"), *map(shutil.which, NAMES)]):
        real = os.path.realpath(path)
        head = Path(real).read_bytes()[:4096] if os.path.isfile(real) else b""
        if real.endswith("/snap") or (head.startswith(b"#!") and b"snap" in head and b"/snap/bin" in head):
            stubs.append(path)
        else:
            return path, ""
    return None, f"only a stub of a snap: {', '.join(stubs)}" if stubs else f"none of {', '.join(NAMES)} is installed"


class Browser:
    """A browser of its own profile. Messages are JSON, parted by zero bytes (--remote-debugging-pipe)."""

    def __init__(self, path, timeout_s=60):
        self.timeout_s = timeout_s
        self.next_id = 0
        self.events = []
        self.received = b""
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self.to_browser = os.pipe()
        self.from_browser, from_browser = os.pipe()
        # The browser reads from 3 and writes to 4, whatever numbers the pipes have here.
        high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_browser, from_browser)]

        def place():
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        options = ["--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
                   f"--user-data-dir={self.profile.name}"]
        # Root and most containers have no sandbox to offer, and Chromium then ends; the pages are our own.
        options.append("--no-sandbox")
        self.process = subprocess.Popen([path, *options, "about:blank"], preexec_fn=place, pass_fds=(3, 4),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for end in (to_browser, from_browser, *high):
            os.close(end)
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.to_browser)
        os.close(self.from_browser)
        self.profile.cleanup()

    def call(self, method, **parameters):
        """The answer of a DevTools method; events that come meanwhile are kept."""
        self.next_id += 1
        message = {"id": self.next_id, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self.to_browser, text):]
        while True:
            answer = self._receive(time.monotonic() + self.timeout_s)
            if answer.get("id") == self.next_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        """Until an event has come."""
        deadline = time.monotonic() + self.timeout_s
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._receive(deadline))

    def _receive(self, deadline):
        while b"\0" not in self.received:
            ready, _, _ = select.select([self.from_browser], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self.from_browser, 1 << 20) if ready else b""
            if not data:
                raise RuntimeError("the browser ended" if ready else f"no answer within {self.timeout_s} s")
            self.received += data
        message, self.received = self.received.split(b"\0", 1)
        return json.loads(message)

    def open(self, path, width=1280, height=800, dark=False):
        """Loads a file with a window of `width` CSS pixels; forgets earlier events."""
        self.open_address("file://" + os.path.realpath(path), width, height, dark)

    def open_address(self, address, width=1280, height=800, dark=False):
        """The same for a page of a server."""
        self.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url=address)
        self.wait_for("Page.loadEventFired")

    def wait_until(self, expression):
        """Until a JavaScript expression holds, for pages that scripts fill."""
        deadline = time.monotonic() + self.timeout_s
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{expression}: not within {self.timeout_s} s")
            time.sleep(0.1)

    def requests(self):
        """Addresses asked for since open(), the page's own included."""
        return [event["params"]["request"]["url"] for event in self.events
                if event.get("method") == "Network.requestWillBeSent"]

    def complaints(self):
        """What the console would show as warning or error."""
        texts = []
        for event in self.events:
            parameters = event.get("params", {})
            if event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] in ("warning", "error"):
                texts.append(parameters["entry"]["text"])
            elif event.get("method") == "Runtime.exceptionThrown":
                texts.append(parameters["exceptionDetails"]["text"])
            elif event.get("method") == "Runtime.consoleAPICalled":
                texts.append(str(parameters["args"]))
        return texts

    def evaluate(self, expression):
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def picture(self, top=0, height=None, scale=1):
        """PNG of the page from `top` on; without a height to its end."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": size["width"], "height": height or size["height"] - top, "scale": scale}
        return base64.b64decode(self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"])

    def pdf(self):
        """The page as it prints on A4."""
        answer = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
        return base64.b64decode(answer["data"])
