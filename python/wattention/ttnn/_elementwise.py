"""Functions of one tensor that TT-NN makes of several of its ops: each step is a program, and rounds as one.

tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary/device/unary_composite_op.cpp, in its order of steps.
"""
import math

from .. import _core
from ._composed import attach_composites
from ._device import SFPU_INFINITY, SFPU_NAN
from ._errors import ArgumentError, error
from ._steps import (Tensors, absolute, add, equal, exp, expm1, floor, greater, less, less_or_equal, log, maximum,
                     minimum, multiply, negative, not_equal, reciprocal, sign, sqrt, square, subtract, where)

_NAN = math.nan


def _tanhshrink(x):
    return subtract(x, _core.tanh(x))


def _softsign(x):
    return multiply(x, reciprocal(add(absolute(x), 1.0)))


def sinh(x):
    return multiply(subtract(exp(x), exp(negative(x))), 0.5)


def cosh(x):
    return multiply(add(exp(x), exp(negative(x))), 0.5)


def _asinh(x):
    size = log(add(absolute(x), sqrt(add(square(x), 1.0))))
    return where(x, size, negative(size))


def _acosh(x):
    if x.dtype == "f32":  # below 1 a NaN must come from steps that have none in bfloat16
        raise error("unverified", "[ttnn.acosh] expected bfloat16, as what float32 gives below 1 is not known; found "
                                  "float32")
    one = _core.full_like(x, 1.0)
    size = absolute(x)
    result = log(add(size, sqrt(subtract(square(size), 1.0))))
    outside = multiply(less_or_equal(x, one), SFPU_NAN)
    result = add(outside, multiply(greater(x, one), result))
    return where(equal(x, one), 0.0, result)


def _atanh(x):
    ratio = multiply(add(x, 1.0), reciprocal(negative(subtract(x, 1.0))))
    result = multiply(log(ratio), 0.5)
    return where(_core.ltz(subtract(absolute(x), 1.0)), result, _NAN)


def _cbrt(x):
    return multiply(exp(multiply(log(absolute(x)), 1 / 3)), sign(x))


def truncated(x):
    below = floor(x)
    of_negative = where(not_equal(x, below), add(below, 1.0), below)
    return where(_core.gtz(x), below, of_negative)


def _frac(x):
    return subtract(x, truncated(x))


_DIGAMMA = (-0.083333333, 0.008333333333333333, -0.003968253968253968, 0.004166666666666667, -0.007575757575757576,
            0.021092796092796094, -0.08333333333333333)


def digamma(x):
    """log x less 1 / 2x and less a polynomial in 1 / x^2, with bf16's rounding of each term."""
    inverse = reciprocal(x)
    result, power, squared = multiply(inverse, 0.5), square(inverse), square(inverse)
    for place, factor in enumerate(_DIGAMMA):
        power = power if place == 0 else multiply(power, squared)
        term = multiply(power, abs(factor))
        result = subtract(result, term) if factor < 0 else add(result, term)
    return subtract(log(x), result)


_LANCZOS = (76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
            -0.5395239384953e-5)


def _lgamma(x):
    """By Lanczos's series."""
    less_one = subtract(x, 1.0)
    series = 1.0
    for place, factor in enumerate(_LANCZOS):
        series = add(multiply(reciprocal(add(less_one, 1.0 + place)), factor), series)
    shifted = add(less_one, 5.5)
    result = add(multiply(add(less_one, 0.5), log(shifted)), 0.918938531357171)
    result = subtract(add(result, log(series)), shifted)
    for root in (1.0, 2.0):
        result = where(equal(x, root), 0.0, result)
    return result


def _multigammaln(x):
    result = _lgamma(x)
    for shift in (0.5, 1.0, 1.5):
        result = add(result, _lgamma(subtract(x, shift)))
    return add(result, 3.434189657547)


def _selu(x, scale=1.0507, alpha=1.67326):
    below = minimum(multiply(expm1(x), alpha), 0.0)
    return add(multiply(maximum(x, 0.0), scale), below)


def _threshold(x, threshold, value):
    return where(_core.lez(subtract(x, threshold)), value, x)


def hardshrink(x, lambd=0.5):
    below = multiply(_core.ltz(add(x, lambd)), x)
    return add(below, multiply(_core.gtz(subtract(x, lambd)), x))


def _softshrink(x, lambd=0.5):
    shifted = add(x, lambd)
    below = multiply(_core.ltz(shifted), shifted)
    shifted = subtract(x, lambd)
    return add(below, multiply(_core.gtz(shifted), shifted))


def _hardsigmoid(x, scale=1 / 6, shift=0.5):
    return _core.relu_max(add(multiply(x, scale), shift), max=1.0)


def _hardswish(x, scale=1 / 6, shift=0.5):
    return multiply(_hardsigmoid(x, scale, shift), x)


def _prelu(x, weight):
    """One slope for all, or one for each of the second dimension's places."""
    if not isinstance(weight, Tensors):
        slopes = weight if isinstance(weight, (list, tuple)) else (weight,)
        if len(slopes) != 1:
            raise ArgumentError("[ttnn.prelu] expected a slope or a tensor of them (incompatible function arguments); "
                                f"found {weight}")
        return _core.leaky_relu(x, negative_slope=float(slopes[0]))
    rank, channels = len(x.shape), x.shape[1]
    if weight.size != channels:
        raise error("bad_input", f"[ttnn.prelu] expected {channels} slopes; found {weight.size}. Mismatch of parameter "
                                 f"numbers and input channel size. Found parameter numbers = {weight.size} and channel "
                                 f"size = {channels}.")
    if rank > 2:
        weight = _core.reshape(weight, [1, channels] + [1] * (rank - 2))
    return where(_core.ltz(x), multiply(x, weight), x)


def _hardtanh(x, min_val=-1.0, max_val=1.0):
    return clamped(x, min_val, max_val)


def clamped(x, low, high):
    """Between two numbers or tensors, either of which may be left out."""
    if low is None and high is None:
        raise error("bad_input", "[ttnn.clamp] expected min or max; found neither. Only one of 'min' or 'max' can be "
                                 "None. Please provide one value")
    if high is None:
        return where(_core.ge(x, low), x, low)
    if low is None:
        return where(_core.le(x, high), x, high)
    if isinstance(low, Tensors) or isinstance(high, Tensors):
        bounded = minimum(x, high)
        bounded = where(equal(low, 0.0), _core.relu(bounded), maximum(bounded, low))
        return where(greater(low, high), high, bounded)
    return _core.full_like(x, high) if low > high else _core.clamp(x, min=low, max=high)


def _logit(x, eps=0.0):
    bounded = where(less(x, eps), eps, where(greater(x, 1 - eps), 1 - eps, x))
    odds = multiply(bounded, reciprocal(_core.rsub(bounded, 1.0)))
    infinite = multiply(sign(x), SFPU_INFINITY)
    if eps in (0.0, 1.0):
        rest = where(equal(bounded, 1.0), SFPU_INFINITY, log(odds))
        return where(_core.eqz(bounded), infinite, rest)
    return where(equal(bounded, 1.0), infinite, where(_core.ltz(odds), SFPU_NAN, log(odds)))


def rpow(x, exponent):
    return exp(multiply(x, math.log(exponent)))


def _rdiv(x, value, round_mode=None):
    result = multiply(reciprocal(x), value)
    if round_mode not in (None, "None"):
        result = dict(trunc=truncated, floor=floor)[round_mode](result)
    return where(_core.eqz(x), math.inf, result)


def polygamma(x, k):
    total = reciprocal(_core.pow(x, 1.0 + k))
    for step in range(1, 11):
        total = add(total, reciprocal(_core.pow(add(x, float(step)), 1.0 + k)))
    return multiply(total, math.gamma(1.0 + k) * (-1.0 if k % 2 == 0 else 1.0))


def _halves(name, x, dim):
    """The two halves of the last dimension, each of whole tiles."""
    sizes = list(x.shape)
    if len(sizes) != 4 or dim not in (-1, 3):
        raise error("bad_input", f"[ttnn.{name}] expected dim -1 or 3 of four dimensions; found {dim} of {sizes}")
    if sizes[-1] // 2 % 32:
        raise error("bad_input", f"[ttnn.{name}] expected halves of whole tiles; found shape {sizes}. Split tensor "
                                 "dimension should be in full tile")
    half = sizes[-1] // 2
    return _core.slice(x, [0] * 4, [*sizes[:3], half]), _core.slice(x, [0, 0, 0, half], sizes)


def _gated(name, gate):
    def call(x, dim=-1):
        first, second = _halves(name, x, dim)
        return multiply(first, gate(second))

    return call


_FUNCTIONS = {
    "acosh": _acosh, "asinh": _asinh, "atanh": _atanh, "cbrt": _cbrt, "cosh": cosh,
    "deg2rad": lambda x: multiply(x, math.pi / 180), "digamma": digamma, "frac": _frac,
    "geglu": _gated("geglu", lambda x: _core.gelu(x, fast_and_approximate_mode=True)),
    "glu": _gated("glu", _core.sigmoid), "hardshrink": hardshrink, "hardsigmoid": _hardsigmoid,
    "hardswish": _hardswish, "hardtanh": _hardtanh, "lgamma": _lgamma,
    "logit": _logit, "multigammaln": _multigammaln, "polygamma": polygamma, "prelu": _prelu,
    "rad2deg": lambda x: multiply(x, 180 / math.pi), "rdiv": _rdiv, "reglu": _gated("reglu", _core.relu),
    "rpow": rpow, "selu": _selu, "sinh": sinh, "softshrink": _softshrink, "softsign": _softsign,
    "swiglu": _gated("swiglu", _core.silu), "tanhshrink": _tanhshrink, "threshold": _threshold, "trunc": truncated,
}


def attach_elementwise():
    attach_composites(_FUNCTIONS, "Operands to eltwise unary need to be on device!")
