"""Gradients of functions of one tensor, which TT-NN makes of several of its ops.

tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary_backward/unary_backward.cpp, in its order of steps. Not
here are those that run a chain of functions in one program, and exp_bw, which gives an infinity for any number there.
"""
import math

from .. import _core
from ._device import SFPU_INFINITY, SFPU_NAN
from ._elementwise import cosh, digamma, hardshrink, polygamma, sinh
from ._elementwise_pairs import power_of_number
from ._errors import error
from ._gradients import attach_gradients
from ._steps import (Tensors, absolute, add, equal, exp, expm1, greater, less, less_or_equal, multiply, negative,
                     reciprocal, sign, sqrt, square, subtract, where)

_INFINITY, _NAN = math.inf, math.nan
_both, _either = _core.logical_and, _core.logical_or
_is_zero, _below_zero, _above_zero, _at_least = _core.eqz, _core.ltz, _core.gtz, _core.ge


def zeros(grad, *_, **__):
    return _core.full_like(grad, 0.0)


def clamp_bw(grad, x, min=None, max=None):
    if min is None and max is None:
        raise error("bad_input", "[ttnn.clamp_bw] expected min or max; found neither. Only one of 'min' or 'max' can "
                                 "be None. Please provide one value")
    if max is None:
        return multiply(grad, _at_least(x, min))
    if min is None:
        return multiply(grad, less_or_equal(x, max))
    if isinstance(min, Tensors):  # the release turns these around
        return multiply(grad, _both(less_or_equal(x, min), _at_least(x, max)))
    return multiply(grad, _both(_at_least(x, min), less_or_equal(x, max)))


def hardtanh_bw(grad, x, min=-1.0, max=1.0):
    return where(less_or_equal(x, min), 0.0, where(_at_least(x, max), 0.0, grad))


def threshold_bw(grad, x, threshold, value):
    return where(_above_zero(add(x, -threshold)), grad, 0.0)


def softplus_bw(grad, x, beta=1.0, threshold=20.0):
    scaled = multiply(x, beta)
    power = exp(scaled)
    beyond = add(scaled, -threshold)
    slope = multiply(multiply(grad, power), reciprocal(add(power, 1.0)))
    return where(_above_zero(beyond), grad, slope)


def rdiv_bw(grad, x, scalar, round_mode=None):
    if round_mode not in (None, "None"):
        return zeros(grad)
    result = multiply(negative(grad), multiply(reciprocal(square(x)), scalar))
    result = where(_core.nez(x), result, _NAN)
    if scalar == 0:
        return result
    for of_grad, side in ((_below_zero, 1), (_above_zero, -1)):
        infinite = math.copysign(_INFINITY, side * scalar)
        result = where(_both(_is_zero(x), of_grad(grad)), infinite, result)
    return result


def pow_bw(grad, x, exponent):
    if exponent < 0:
        raise error("bad_input", f"[ttnn.pow_bw] expected exponent >= 0.0; found {exponent}. negative exponents are "
                                 "not supported; use recip(pow(input,abs(exponent)))")
    if abs(exponent) < 10 * 2.0 ** -23:
        return zeros(x)
    power = _core.pow(x, float(int(abs(exponent - 1.0))))  # its whole part
    power = reciprocal(power) if exponent < 1 else power
    result = multiply(multiply(power, exponent), grad)
    low = where(less_or_equal(result, -3.4e38), -_INFINITY, result)
    return where(_at_least(result, 3.4e38), _INFINITY, low)


def tanh_bw(grad, x):
    return multiply(grad, _core.rsub(square(_core.tanh(x)), 1.0))


def sqrt_bw(grad, x):
    result = multiply(grad, reciprocal(multiply(sqrt(x), 2.0)))
    result = where(_core.lez(x), _NAN, result)
    result = where(_both(_is_zero(x), _below_zero(grad)), -_INFINITY, result)
    return where(_both(_is_zero(x), _above_zero(grad)), _INFINITY, result)


def multigammaln_bw(grad, x):
    result = multiply(grad, digamma(x))
    for shift in (-0.5, -1.0, -1.5):
        result = add(result, multiply(grad, digamma(add(x, shift))))
    return result


def log_sigmoid_bw(grad, x):
    most, signs = where(_below_zero(x), 1.0, 0.0), where(_below_zero(x), 1.0, -1.0)
    power = exp(negative(absolute(x)))
    share = multiply(power, reciprocal(add(power, 1.0)))
    return multiply(grad, subtract(most, multiply(signs, share)))


def tan_bw(grad, x):
    return multiply(grad, add(square(_core.tan(x)), 1.0))


def sigmoid_bw(grad, x):
    share = _core.sigmoid(x)
    return multiply(multiply(share, _core.rsub(share, 1.0)), grad)


def rsqrt_bw(grad, x):
    root = _core.rsqrt(x, fast_and_approximate_mode=True)
    result = multiply(multiply(grad, _core.pow(root, 3.0)), -0.5)
    result = where(_is_zero(x), _INFINITY, result)
    result = where(_below_zero(x), _NAN, result)
    return where(_both(_is_zero(x), _is_zero(grad)), _NAN, result)


def hardsigmoid_bw(grad, x):
    return where(_either(less_or_equal(x, -3.0), _at_least(x, 3.0)), 0.0, multiply(grad, 1 / 6))


def acosh_bw(grad, x):
    squared = square(x)
    result = multiply(grad, _core.rsqrt(subtract(squared, 1.0), fast_and_approximate_mode=True))
    signs = multiply(_core.signbit(grad), -1.0)
    infinite = multiply(add(signs, _is_zero(signs)), SFPU_INFINITY)
    inner = where(_both(less_or_equal(x, 1.0), _at_least(x, -1.0)), infinite, result)
    return where(_either(less(squared, 1.0), _both(equal(x, 1.0), _is_zero(grad))), SFPU_NAN, inner)


def acos_bw(grad, x):
    root = _core.rsqrt(add(multiply(negative(x), x), 1.0), fast_and_approximate_mode=True)
    result = multiply(grad, negative(root))
    infinite = multiply(sign(grad), -_INFINITY)
    result = where(_either(less(x, -1.0), greater(x, 1.0)), _NAN, result)
    return where(equal(x, -1.0), infinite, where(equal(x, 1.0), infinite, result))


def logit_bw(grad, x):
    result = multiply(grad, reciprocal(multiply(x, _core.rsub(x, 1.0))))
    inside = _both(_at_least(x, 0.0), less_or_equal(x, 1.0))
    result = where(equal(inside, 1.0), result, _NAN)
    return where(_either(equal(x, 0.0), equal(x, 1.0)), multiply(sign(grad), _INFINITY), result)


def logiteps_bw(grad, x, eps=0.0):
    result = multiply(grad, reciprocal(multiply(x, _core.rsub(x, 1.0))))
    outside = _either(less(x, eps), greater(x, 1.0 - eps))
    at_bounds = _either(equal(x, 0.0), equal(x, 1.0))
    rest = where(at_bounds, multiply(sign(grad), _INFINITY), result)
    return where(equal(outside, 1.0), where(_below_zero(_core.full_like(x, eps)), _NAN, 0.0), rest)


def hardshrink_bw(grad, x, lambd=0.5):
    return where(_is_zero(hardshrink(x, lambd)), 0.0, grad)


def softshrink_bw(grad, x, lambd=0.5):
    return where(_either(less(x, -lambd), greater(x, lambd)), grad, 0.0)


def leaky_relu_bw(grad, x, negative_slope=0.01):
    return where(_above_zero(x), grad, multiply(grad, negative_slope))


def elu_bw(grad, x, alpha=1.0):
    return where(_core.gez(x), grad, multiply(grad, multiply(exp(x), alpha)))


def celu_bw(grad, x, alpha=1.0):
    return where(greater(x, 0.0), grad, multiply(grad, exp(multiply(x, 1 / alpha))))


def rpow_bw(grad, x, exponent):
    if exponent == 0:
        return zeros(x)
    result = multiply(grad, multiply(power_of_number(x, exponent - 1, {}), exponent))
    return where(_below_zero(x), _NAN, result)


def _infinite_of(grad):
    return where(_is_zero(grad), _NAN, multiply(sign(grad), _INFINITY))


def log_bw(grad, x):
    return where(_is_zero(x), _infinite_of(grad), multiply(grad, reciprocal(x)))


def _log_to_base(factor):
    def call(grad, x):
        infinite = where(_below_zero(grad), -_INFINITY, _INFINITY)
        result = multiply(grad, reciprocal(multiply(x, factor)))
        inner = where(_is_zero(x), infinite, result)
        return where(_both(_is_zero(x), _is_zero(grad)), _NAN, inner)

    return call


def log1p_bw(grad, x):
    infinite = where(_below_zero(grad), -_INFINITY, _INFINITY)
    shifted = add(x, 1.0)
    result = where(equal(x, -1.0), infinite, multiply(grad, reciprocal(shifted)))
    return where(_both(_is_zero(shifted), _is_zero(grad)), _NAN, result)


def relu6_bw(grad, x):
    result = where(less_or_equal(x, 0.0), 0.0, 6.0)
    result = where(_both(_above_zero(x), less(x, 6.0)), grad, result)
    return where(_at_least(x, 6.0), 0.0, result)


def silu_bw(grad, x):
    share = _core.sigmoid(x)
    slope = add(multiply(_core.rsub(share, 1.0), x), 1.0)
    return multiply(multiply(grad, share), slope)


def selu_bw(grad, x):
    scaled = multiply(grad, 1.0507)
    return where(_above_zero(x), scaled, multiply(multiply(scaled, 1.67326), exp(x)))


def hardswish_bw(grad, x):
    slope = multiply(grad, add(multiply(x, 0.3333), 0.5))
    return where(less(x, -3.0), 0.0, where(less_or_equal(x, 3.0), slope, grad))


def _hyperbolic(function, of_low):
    def call(grad, x):
        infinite, low = multiply(sign(grad), _INFINITY), multiply(sign(grad), of_low)
        result = where(greater(x, 88.5), infinite, where(less(x, -88.5), low, multiply(grad, function(x))))
        return where(_at_least(result, 3.4e38), _INFINITY, where(less_or_equal(result, -3.4e38), -_INFINITY, result))

    return call


def _erf(factor):
    return lambda grad, x: multiply(multiply(exp(negative(square(x))), grad), factor)


def erfinv_bw(grad, x):
    power = exp(square(_core.erfinv(x)))
    result = multiply(multiply(multiply(power, grad), math.sqrt(math.pi)), 0.5)
    infinite = multiply(sign(grad), _INFINITY)
    result = where(_either(less(x, -1.0), greater(x, 1.0)), _NAN, result)
    return where(equal(x, -1.0), infinite, where(equal(x, 1.0), infinite, result))


def reciprocal_bw(grad, x):
    infinite = where(_is_zero(grad), _NAN, multiply(negative(sign(grad)), _INFINITY))
    return where(_is_zero(x), infinite, multiply(negative(grad), reciprocal(square(x))))


def digamma_bw(grad, x):
    result = multiply(grad, polygamma(x, 1))
    result = where(_both(_is_zero(x), _is_zero(grad)), _NAN, result)
    result = where(_both(_is_zero(x), _below_zero(grad)), -_INFINITY, result)
    return where(_both(_is_zero(x), _above_zero(grad)), _INFINITY, result)


def polygamma_bw(grad, x, n):
    infinite = -_INFINITY if n in (2, 4, 6, 8, 10) else _INFINITY
    result = multiply(grad, polygamma(x, n + 1))
    result = where(_both(less_or_equal(x, 0.0), _is_zero(grad)), _NAN, result)
    result = where(_both(_is_zero(x), _above_zero(grad)), -infinite, result)
    return where(_both(_is_zero(x), _below_zero(grad)), infinite, result)


def _by_tanh(x):
    """The slope of gelu's approximation by tanh."""
    beta, kappa = math.sqrt(2 / math.pi), 0.044715
    squared = multiply(x, x)
    inner = _core.tanh(multiply(add(x, multiply(multiply(squared, x), kappa)), beta))
    left = multiply(x, 0.5)
    slope_of_left = multiply(add(inner, 1.0), 0.5)
    slope_of_tanh = negative(subtract(multiply(inner, inner), 1.0))
    slope_of_inner = multiply(add(multiply(multiply(squared, kappa), 3.0), 1.0), beta)
    return add(slope_of_left, multiply(multiply(slope_of_tanh, left), slope_of_inner))


def _by_erf(x):
    share = multiply(add(_core.erf(multiply(x, math.sqrt(0.5))), 1.0), 0.5)
    density = multiply(exp(multiply(multiply(x, x), -0.5)), 1 / math.sqrt(2 * math.pi))
    return add(share, multiply(x, density))


def gelu_bw(grad, x, approximate="none"):
    if approximate not in ("none", "tanh"):
        raise error("bad_input", f"[ttnn.gelu_bw] expected approximate none or tanh; found {approximate!r}. Incorrect "
                                 "approximate mode (expected 'None', 'tanh')")
    return multiply(grad, _by_tanh(x) if approximate == "tanh" else _by_erf(x))


def abs_bw(grad, x):
    return multiply(grad, sign(x))


def cos_bw(grad, x):
    return multiply(grad, negative(_core.sin(x)))


def deg2rad_bw(grad, x):
    return multiply(grad, math.pi / 180)


def exp2_bw(grad, x):
    return multiply(grad, multiply(_core.exp2(x), math.log(2)))


def expm1_bw(grad, x):
    return multiply(grad, add(expm1(x), 1.0))


def frac_bw(grad, x):
    return grad


def lgamma_bw(grad, x):
    return multiply(grad, digamma(x))


def neg_bw(grad, x):
    return negative(grad)


def rad2deg_bw(grad, x):
    return multiply(grad, 180 / math.pi)


def relu_bw(grad, x):
    return multiply(_above_zero(x), grad)


def sin_bw(grad, x):
    return multiply(grad, _core.cos(x))


def square_bw(grad, x):
    return multiply(multiply(grad, 2.0), x)


def tanhshrink_bw(grad, x):
    return multiply(grad, square(_core.tanh(x)))


ceil_bw = zeros
clip_bw = clamp_bw
cosh_bw = _hyperbolic(sinh, -_INFINITY)
erf_bw = _erf(2 / math.sqrt(math.pi))
erfc_bw = _erf(-2 / math.sqrt(math.pi))
fill_bw = zeros
fill_zero_bw = zeros
floor_bw = zeros
log10_bw = _log_to_base(math.log(10))
log2_bw = _log_to_base(math.log(2))
round_bw = zeros
sign_bw = zeros
sinh_bw = _hyperbolic(cosh, _INFINITY)
trunc_bw = zeros


def attach_backward():
    attach_gradients(globals())
