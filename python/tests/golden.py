"""What the notebook printed, and bit vectors of single ops: stored in tests/golden with their sources."""
import json
import re
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "tests" / "golden"
NUMBER = re.compile(r"-?\d+\.\d+")

TOKENS = np.array([[0.43, 0.15, 0.89], [0.55, 0.87, 0.66], [0.57, 0.85, 0.64],
                   [0.22, 0.58, 0.33], [0.77, 0.25, 0.10], [0.05, 0.80, 0.55]], np.float32)


def notebook(cell, name):
    """One print of the notebook: its lines without the indent of a tuple, and the numbers shown, as text."""
    prints = json.loads((FOLDER / "notebook" / "prints.json").read_text(encoding="utf-8"))["prints"]
    return next(entry for entry in prints if entry["cell"] == cell and entry["name"] == name)


def text(entry):
    """As printed outside of a tuple: lines lose the blanks beyond the first line's bracket."""
    start = entry["lines"][0].index("[")
    return "\n".join([entry["lines"][0]] + [" " * (start + 1) + line.lstrip(" ") for line in entry["lines"][1:]])


def numbers(entry):
    return [number for row in entry["rows"] for number in row]


def numbers_in(printed):
    """The values of a printed tensor, as text; shapes and dtypes have no fraction."""
    return NUMBER.findall(printed)


def vectors(prefix):
    """(case, {name: uint16 array}) of the ops whose folder starts with the prefix."""
    for folder in sorted((FOLDER / "wormhole").glob(prefix + "*")):
        arrays = {path.stem: np.load(path) for path in folder.glob("*.npy")}
        yield json.loads((folder / "case.json").read_text(encoding="utf-8")), arrays
