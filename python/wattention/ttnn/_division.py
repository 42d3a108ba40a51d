"""Quotients that are rounded, and what they leave: made of several of TT-NN's ops.

tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/binary/device/binary_composite_op.cpp (ExecuteDiv,
ExecuteBinaryFmod, ExecuteBinaryRemainder), in its order of steps.
"""
import math

from .. import _core
from ._composed import attach_composites
from ._device import SFPU_NAN
from ._elementwise import truncated
from ._errors import error
from ._ops import put
from ._steps import Tensors, add, equal, floor, multiply, sign, subtract, where
from ._tensor import Tensor

_ROUNDINGS = {None: None, "None": None} | dict(trunc=truncated, floor=floor)


def _of_fp32(a, b):
    return isinstance(b, Tensors) and a.dtype == b.dtype == "f32"


def _accurate(a, b, quotient):
    """By 0 a NaN or an infinity; two float32 tensors have that in their kernel, numbers never."""
    if not isinstance(b, Tensors) or _of_fp32(a, b):
        return quotient
    infinite = multiply(sign(a), math.inf)
    return where(_core.eqz(b), where(_core.eqz(a), math.nan, infinite), quotient)


def _expect_known(op, a, b):
    """The release divides bfloat16 tensors in 32 bits, and its own tests want 1 for x / x, which the cut misses."""
    if isinstance(b, Tensors) and not _of_fp32(a, b):
        raise error("unverified", f"[ttnn.{op}] expected float32 tensors or a number, as the card's quotients of "
                                  f"others are not known close to whole numbers; found {a.dtype} and {b.dtype}")


def rounding(divide):
    """The word div around its function without roundings."""
    def call(input_tensor_a, input_tensor_b, *, accurate_mode=False, round_mode=None, output_tensor=None,
             **options):
        if round_mode not in _ROUNDINGS:
            raise error("bad_input", f"[ttnn.div] expected round_mode None, trunc or floor; found {round_mode!r}. "
                                     "Incorrect rounding mode (expected None, 'trunc', or 'floor')")
        rounded = _ROUNDINGS[round_mode]
        newer = options.get("use_legacy") is False  # that program rounds nothing
        divisor = input_tensor_b._core if isinstance(input_tensor_b, Tensor) else input_tensor_b
        if newer or not (rounded or accurate_mode):
            return divide(input_tensor_a, input_tensor_b, output_tensor=output_tensor, **options)
        if rounded:
            _expect_known("div", input_tensor_a._core, divisor)
        result = divide(input_tensor_a, input_tensor_b, **options)
        quotient = rounded(result._core) if rounded else result._core
        if accurate_mode:
            quotient = _accurate(input_tensor_a._core, divisor, quotient)
        return put("div", output_tensor, quotient, input_tensor_a._device)

    call.__doc__ = divide.__doc__
    return call


def _wide(x):
    return x if x.dtype == "f32" else _core.typecast(x, output_dtype="f32")


def _as(x, dtype):
    return x if x.dtype == dtype else _core.typecast(x, output_dtype=dtype)


def _fmod(a, b):
    if not isinstance(b, Tensors):
        return _core.fmod(a, float(b))
    _expect_known("fmod", a, b)
    rest = subtract(a, multiply(truncated(_core.divide(a, b)), b))
    return where(equal(a, b), 0.0, rest)


def _remainder(a, b):
    if not isinstance(b, Tensors):
        return _core.remainder(a, float(b))
    dtype, a, b = a.dtype, _wide(a), _wide(b)
    rest = subtract(a, multiply(b, floor(_core.divide(a, b))))
    rest = where(_core.ge(rest, b), subtract(rest, b), rest)
    rest = where(_core.ltz(b), add(rest, b), rest)
    rest = where(equal(a, b), 0.0, rest)
    rest = where(_core.eqz(a), 0.0, where(_core.eqz(b), SFPU_NAN, rest))
    return _as(where(_core.logical_and(_core.eqz(a), _core.eqz(b)), SFPU_NAN, rest), dtype)


def attach_divisions():
    sentence = "Operands to eltwise binary need to be on device!"
    attach_composites({"fmod": _fmod}, sentence)
    attach_composites({"remainder": _remainder}, sentence)
