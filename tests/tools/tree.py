"""A throw-away source tree and a way to run a tool of tools/ on it."""
import subprocess
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent.parent / "tools"


class TreeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_tool(self, name, *arguments):
        """(exit code, output) of tools/NAME --root TREE."""
        result = subprocess.run([str(TOOLS / name), "--root", str(self.root), *arguments],
                                capture_output=True, text=True)
        return result.returncode, result.stdout + result.stderr
