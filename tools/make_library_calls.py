#!/usr/bin/env python3
"""Writes calls that the real TT-NN answered in the form that the tests read.

  tools/make_library_calls.py RECORDED FOLDER [NAME_PREFIX ...]

RECORDED has a folder for each call: case.json (inputs, steps, results) and the arrays as .npy files. FOLDER gets
calls.json and the inputs' arrays, each once, named after what is in them. Of a result there is a digest for every 1,024
elements: which block differs is seen, and 20 MB are 100 kB. tests/golden/wormhole_library/README.md says what was
recorded. Needs numpy.
"""
import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python" / "tests"))
from library_calls import digests  # noqa: E402


def as_sent(array, case):
    """What reached the device: a list of floats, as these calls were given, writes every NaN as 0x7fc0."""
    array = np.ascontiguousarray(array)
    if case.startswith("all_"):
        array = np.where((array & 0x7fff) > 0x7f80, np.uint16(0x7fc0), array)
    return array


class Arrays:
    def __init__(self, folder):
        self.folder = folder

    def keep(self, array):
        name = f"{hashlib.sha1(array.tobytes()).hexdigest()[:10]}.npy"
        if not (self.folder / name).exists():
            np.save(self.folder / name, array)
        return name


def call_of(folder, arrays):
    case = json.loads((folder / "case.json").read_text())
    inputs = {}
    for name, spec in case["inputs"].items():
        array = as_sent(np.load(folder / spec.get("upload", spec["file"])), folder.name)
        inputs[name] = {"dtype": spec["dtype"], "layout": spec["layout"], "memory": spec["memory"],
                        "file": arrays.keep(array)}
    results = []
    for result in case["results"]:
        found = np.load(folder / result["file"])
        results.append({"ref": result["ref"], "shape": result["shape"], "dtype": found.dtype.name,
                        "digests": digests(found)})
    return {"name": folder.name, "inputs": inputs, "steps": case["steps"], "results": results}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recorded", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("prefixes", nargs="*")
    options = parser.parse_args()
    arrays = Arrays(options.folder)
    calls = [call_of(path.parent, arrays) for path in sorted(options.recorded.glob("*/case.json"))
             if not options.prefixes or path.parent.name.startswith(tuple(options.prefixes))]
    lines = ",\n".join(json.dumps(call) for call in calls)
    (options.folder / "calls.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(calls)} calls")


if __name__ == "__main__":
    main()
