"""Functions of two and three tensors that TT-NN makes of several of its ops.

tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise: binary/device/binary_composite_op.cpp,
ternary/ternary_composite_op.cpp, in their order of steps.
"""
import math

import numpy as np

from .. import _core
from ._composed import attach_composites
from ._device import SFPU_EPSILON
from ._elementwise import clamped
from ._errors import error
from ._release import is_one_program, refuse_composite
from ._steps import (absolute, add, equal, floor, greater, less, less_or_equal, log, multiply, negative, reciprocal,
                     sign, sqrt, square, subtract, where)


def hypot(a, b):
    return sqrt(add(square(a), square(b)))


def _atan2(y, x):
    """Of the quotient, turned by half a turn where x is below 0; on x = 0 a quarter turn."""
    angle = _core.atan(multiply(y, reciprocal(x)))
    left, on_axis, below, above = _core.ltz(x), _core.eqz(x), _core.ltz(y), _core.gtz(y)
    upper_left = _core.logical_and(left, _core.ge(y, 0.0))
    lower_left = _core.logical_and(left, below)
    down, up = _core.logical_and(on_axis, below), _core.logical_and(on_axis, above)
    rest = where(down, -math.pi / 2, where(up, math.pi / 2, 0.0))
    rest = where(lower_left, subtract(angle, math.pi), rest)
    return where(_core.gtz(x), angle, where(upper_left, add(angle, math.pi), rest))


def power_of_number(x, exponent, options):
    """The whole part by squares, the rest by log and exp; a NaN below 0. Options are for whole exponents."""
    if is_one_program("pow"):
        return _core.pow(x, float(exponent), **options)
    exponent = np.float32(exponent)
    if exponent < 0:
        raise error("bad_input", f"[ttnn.pow] expected an exponent of at least 0; found {exponent:g}. works for "
                                 "positive exponents only")
    whole = np.floor(exponent)
    if exponent == whole:
        return _core.pow(x, float(exponent), **options)
    refuse_composite("pow")
    if options.get("output_dtype") not in (None, x.dtype):
        raise error("unsupported", f"[ttnn.pow] expected a result in {x.dtype}; found {options['output_dtype']}")
    fraction = _core.exp(multiply(log(x), float(exponent - whole)))
    result = multiply(_core.pow(x, float(whole)), fraction)
    return where(_core.ltz(x), math.nan, result)


def _xlogy(a, b):
    result = multiply(a, log(b))
    wrong = _core.logical_or(_core.ltz(b), equal(b, _core.full_like(b, math.nan)))
    return where(wrong, math.nan, result)


def _addalpha(a, b, alpha):
    return add(multiply(b, alpha), a)


def _subalpha(a, b, alpha):
    return add(negative(multiply(b, alpha)), a)


def _isclose(a, b, *, rtol=1e-05, atol=1e-08, equal_nan=False):
    first, second = a, b
    if not equal_nan:
        first, second = where(_core.isnan(a), 1.0, a), where(_core.isnan(b), 0.0, b)
    distance = absolute(subtract(first, second))
    return where(less_or_equal(distance, add(multiply(absolute(second), rtol), atol)), 1.0, 0.0)


def _nextafter(a, b):
    above = where(greater(a, b), add(a, SFPU_EPSILON), a)
    return where(less(a, b), subtract(a, SFPU_EPSILON), above)


def _floor_div(a, b):
    if not isinstance(b, _core.Tensor):
        if b == 0:
            return where(_core.eqz(a), math.nan, multiply(sign(a), math.inf))
        return floor(multiply(a, 1 / b))
    raise error("unsupported", "[ttnn.floor_div] expected a number as the second operand; found a tensor")


def _div_no_nan(a, b):
    if isinstance(b, _core.Tensor):
        return where(_core.eqz(b), 0.0, _core.divide(a, b))
    return _core.full_like(a, 0.0) if b == 0 else multiply(a, 1 / b)


def _polyval(a, coeffs):
    if len(coeffs) == 1:
        return _core.full_like(a, coeffs[0])
    result = multiply(a, coeffs[0])
    for factor in coeffs[1:-1]:
        result = multiply(a, add(result, factor))
    return add(result, coeffs[-1])


def _addcmul(a, b, c, *, value=1.0):
    return add(a, multiply(multiply(b, c), value))


def _addcdiv(a, b, c, *, value=1.0):
    result = add(a, multiply(multiply(b, reciprocal(c)), value))
    infinite = multiply(sign(b), math.inf)
    at_zero = math.nan if value == 0 else where(_core.eqz(b), math.nan, infinite)
    return where(_core.eqz(c), at_zero, result)


def _lerp(a, end, weight):
    return add(a, multiply(subtract(end, a), weight))


def _mac(a, b, c):
    return add(multiply(a, b), c)


def _clamp(a, min=None, max=None):
    return clamped(a, min, max)


_FUNCTIONS = {
    "addalpha": _addalpha, "addcdiv": _addcdiv, "addcmul": _addcmul, "atan2": _atan2, "clamp": _clamp, "clip": _clamp,
    "div_no_nan": _div_no_nan, "floor_div": _floor_div, "hypot": hypot, "isclose": _isclose, "lerp": _lerp,
    "mac": _mac, "nextafter": _nextafter, "polyval": _polyval, "subalpha": _subalpha, "xlogy": _xlogy,
}


def attach_pairs():
    attach_composites(_FUNCTIONS, "Operands to eltwise binary need to be on device!")
