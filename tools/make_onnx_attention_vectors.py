#!/usr/bin/env python3
"""Writes tests/golden/onnx_attention/cases.npz from ONNX's own node tests of Attention: pip install onnx==1.23.0.

An array is named CASE/INPUT or CASE/Y; bfloat16 as its bits, under CASE/INPUT.bf16. `cases` is a JSON object of the
cases' attributes. Only inputs and Y are kept: qk_matmul_output and present_key are no result of ours.
"""
import json
import sys
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")  # of other ops' cases, which are made as well


def stored(name, array):
    if str(array.dtype) == "bfloat16":
        return f"{name}.bf16", array.view(np.uint16)
    return name, array


def main():
    import onnx
    from onnx.backend.test.case.node import collect_testcases
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/golden/onnx_attention/cases.npz")
    arrays, cases = {}, {}
    for case in collect_testcases(None):
        nodes = list(case.model.graph.node)
        if [node.op_type for node in nodes] != ["Attention"]:
            continue
        inputs, outputs = case.data_sets[0]
        name = case.name.removeprefix("test_")
        cases[name] = {a.name: onnx.helper.get_attribute_value(a) for a in nodes[0].attribute}
        given = [word for word in nodes[0].input if word]
        for word, array in [*zip(given, inputs), ("Y", outputs[0])]:
            key, values = stored(f"{name}/{word}", np.asarray(array))
            arrays[key] = values
    arrays["cases"] = np.array(json.dumps({"onnx": onnx.__version__, "cases": cases}))
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(target, **arrays)
    print(f"{target}: {len(cases)} cases of onnx {onnx.__version__}, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
