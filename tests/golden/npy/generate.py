#!/usr/bin/env python3
"""Writes the .npy files of this folder with NumPy (last run with 2.x); the tests read only the files.

Every good file holds i * 0.25 - 3 at the i-th position in C order, which all float types hold exactly.
"""
import io
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


def write(name, array, version=(1, 0)):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=version)
    (FOLDER / f"{name}.npy").write_bytes(buffer.getvalue())


def ramp(shape, dtype, order="C"):
    values = np.arange(np.prod(shape, dtype=int)) * 0.25 - 3
    return np.array(values.reshape(shape), dtype=dtype, order=order)


for code in ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8"):
    for order in "CF":
        endian = "little" if code[0] == "<" else "big"
        write(f"good_{code[1:]}_{endian}_{order.lower()}", ramp((2, 3, 4), code, order))
for version in (1, 2, 3):
    write(f"good_version{version}", ramp((5, 7), "<f4"), (version, 0))
write("good_rank0", ramp((), "<f4"))
write("good_rank1", ramp((9,), "<f4"))
write("good_empty", ramp((0, 3), "<f4"))
write("good_rank8", ramp((1, 2, 1, 2, 1, 2, 1, 2), "<f4", "F"))
for name, dtype in {"int64": "<i8", "bool": "?", "complex": "<c8", "text": "<U3", "longdouble": "<f16"}.items():
    write(f"bad_{name}", np.zeros((2, 2), dtype))
write("bad_structured", np.zeros(2, [("x", "<f4"), ("y", "<f4")]))
write("bad_object", np.array([None, 1], dtype=object))
write("bad_rank9", np.zeros((1,) * 9, "<f4"))
