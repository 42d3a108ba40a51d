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


def compare(name, golden_function, arguments, options, result):
    """Prints, or raises, where a tensor that an op gave is less like torch's than CONFIG.comparison_mode_pcc."""
    tensor_class, to_torch = _tensors
    inputs = [*arguments, *options.values()]
    if golden_function is None or not isinstance(result, tensor_class) or tensor_class not in map(type, inputs):
        return
    was, CONFIG.enable_comparison_mode = CONFIG.enable_comparison_mode, False
    try:
        arguments = [to_torch(a) if isinstance(a, tensor_class) else a for a in arguments]
        options = {k: to_torch(v) if isinstance(v, tensor_class) else v for k, v in options.items()}
        found = pcc(golden_function(*arguments, **options), to_torch(result))
    finally:
        CONFIG.enable_comparison_mode = was
    if found >= CONFIG.comparison_mode_pcc:
        return
    sentence = f"[ttnn.{name}] expected a PCC of {CONFIG.comparison_mode_pcc} or more against torch; found {found:.6f}"
    if CONFIG.comparison_mode_should_raise_exception:
        raise error("unverified", sentence)
    print(sentence, file=sys.stderr)
