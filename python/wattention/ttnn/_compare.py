"""Comparison mode: each op's result against torch's, by Pearson's correlation (PCC), as CONFIG asks."""
import sys

import numpy as np

from ._config import CONFIG
from ._errors import error

_tensors = None  # set by attach(): (Tensor, to_torch)


def attach(tensor_class, to_torch):
    global _tensors
    _tensors = tensor_class, to_torch


def is_on():
    """As on the card's stack, fast runtime mode leaves comparisons out."""
    return CONFIG.enable_comparison_mode and not CONFIG.enable_fast_runtime_mode


def pcc(expected, found):
    """Pearson's correlation of two tensors' values; 1 for equal ones."""
    a, b = (np.asarray(tensor.detach().double()).ravel() for tensor in (expected, found))
    if np.array_equal(a, b, equal_nan=True):
        return 1.0
    with np.errstate(all="ignore"):
        return float(np.corrcoef(a, b)[0, 1])


def _as_list(result):
    return list(result) if isinstance(result, (list, tuple)) else [result]


def _tell(name, index, found):
    """TT-NN's sentence is the second one (tt-metal v0.57.0-rc71, ttnn/ttnn/decorators.py)."""
    least = CONFIG.comparison_mode_pcc
    if found >= least:
        return
    sentence = (f"[ttnn.{name}] expected a PCC of {least} or more against torch; found {found:.6f}. Comparing output "
                f"tensor {index} against CPU locally failed: pcc is {found:.6f} but should be >={least}")
    if CONFIG.comparison_mode_should_raise_exception:
        raise error("unverified", sentence)
    print(sentence, file=sys.stderr)


def compare(name, golden_function, arguments, options, result):
    """Prints, or raises, where a tensor that an op gave is less like torch's than CONFIG.comparison_mode_pcc."""
    tensor_class, to_torch = _tensors
    results, inputs = _as_list(result), [*arguments, *options.values()]
    if not all(isinstance(one, tensor_class) for one in results) or tensor_class not in map(type, inputs):
        return
    if golden_function is None:
        return
    was, CONFIG.__dict__["enable_comparison_mode"] = CONFIG.enable_comparison_mode, False
    try:
        arguments = [to_torch(a) if isinstance(a, tensor_class) else a for a in arguments]
        options = {k: to_torch(v) if isinstance(v, tensor_class) else v for k, v in options.items()}
        goldens = _as_list(golden_function(*arguments, **options))
        found = [pcc(golden, to_torch(one)) for golden, one in zip(goldens, results)]
    finally:
        CONFIG.__dict__["enable_comparison_mode"] = was
    for index, value in enumerate(found):
        _tell(name, index, value)
