"""Starts the program by mpirun. Standard library only."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["WATTENTION_PROGRAM"]
MPIRUN = [os.environ["WATTENTION_MPIRUN"], "--oversubscribe"]
# A few milliseconds of work for each case.
SMALL = ["--tokens", "32", "--embed-dim", "64", "--head-dim", "64", "--min-repeats", "1", "--max-repeats", "2",
         "--min-time", "0", "--meter", "none"]


def mpirun(*words, **options):
    """The finished mpirun."""
    command = [*MPIRUN, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def sentences(text):
    """The program's own lines among mpirun's."""
    return [line for line in text.splitlines() if line.startswith("[") and "] " in line and "expected" in line
            or line.startswith("[bench] interrupted")]


class RanksTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def succeeds(self, *words):
        result = mpirun(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def one_sentence(self, result, code=2):
        self.assertEqual(result.returncode, code, result.stderr)
        found = sentences(result.stderr)
        self.assertEqual(len(found), 1, result.stderr)
        return found[0]
