"""Runs the program and reads what it and the notebook print. Standard library only."""
import json
import math
import os
import re
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["WATTENTION_PROGRAM"]
GOLDEN = Path(os.environ["WATTENTION_SOURCE_DIR"]) / "tests" / "golden"
# In a sanitizer's build: an allocation failed, as the program then says in its own words.
SANITIZER_WARNING = re.compile(r"^==\d+==WARNING: \w+Sanitizer failed to allocate .*\n", re.M)
NUMBER = re.compile(r"-?\d+\.\d*(?:e[-+]\d+)?|-?inf|nan")


def run(*arguments, **options):
    """The finished process; stdout and stderr as text."""
    words = [PROGRAM, *map(str, arguments)]
    result = subprocess.run(words, capture_output=True, text=True, timeout=600, **options)
    result.stderr = re.sub(SANITIZER_WARNING, "", result.stderr)
    return result


def notebook_rows(cell, name):
    """The numbers that the notebook prints, as their digits."""
    for entry in json.loads((GOLDEN / "notebook" / "prints.json").read_text())["prints"]:
        if entry["cell"] == cell and entry["name"] == name:
            return entry["rows"]
    raise KeyError((cell, name))


def printed_rows(text):
    """Rows of digits in a printed matrix."""
    body = text.split("shape=")[0]
    return [numbers for row in re.findall(r"\[([^\[\]]*)\]", body) if (numbers := NUMBER.findall(row))]


def block(output, title):
    """The lines below a title, up to the next empty line."""
    lines = output.splitlines()
    start = lines.index(title) + 1
    end = next((i for i in range(start, len(lines)) if not lines[i].strip()), len(lines))
    return "\n".join(lines[start:end])


def bf16_neighbours(value):
    """A bf16 value and the ones directly below and above it in magnitude."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0] >> 16
    return [struct.unpack("<f", struct.pack("<I", near << 16))[0] for near in (bits - 1, bits, bits + 1)]


def write_npy(path, rows, descr="<f4", shape=None):
    """A matrix of floats as NumPy writes it, under another shape if one is given."""
    columns = len(rows[0]) if rows else 0
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape or (len(rows), columns)}, }}"
    head = head.ljust(117) + "\n"
    code = {"f2": "e", "f4": "f", "f8": "d", "i4": "i"}[descr[1:]]
    values = [value for row in rows for value in row]
    body = struct.pack(descr[0] + str(len(values)) + code, *values)
    Path(path).write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + body)


def read_npy(path):
    """Rows of a '<f4' matrix in C order."""
    data = Path(path).read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    head = eval(data[10:10 + length].decode(), {"__builtins__": {}})  # a file that the test just made
    assert head["descr"] == "<f4" and not head["fortran_order"], head
    count = math.prod(head["shape"])
    values = struct.unpack(f"<{count}f", data[10 + length:])
    columns = head["shape"][-1]
    return [list(values[i:i + columns]) for i in range(0, count, columns)]


def to_f32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


class ProgramTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def succeeds(self, *arguments, **options):
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr, "")
        return result.stdout

    def refuses(self, *arguments, **options):
        """Exit code 2, nothing on stdout, one sentence on stderr."""
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
        self.assertRegex(result.stderr, r"^\[[\w -]+\] ")
        return result.stderr
