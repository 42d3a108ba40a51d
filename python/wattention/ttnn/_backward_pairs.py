"""Gradients of functions of two and three tensors, which TT-NN makes of several of its ops.

tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise: binary_backward/binary_backward.cpp,
ternary_backward/ternary_backward.cpp, in their order of steps. What div_bw computes for a divisor of 0 it forgets.
"""
import math

from .. import _core
from ._backward import gelu_bw as gelu
from ._backward import zeros
from ._elementwise import rpow, truncated
from ._elementwise_pairs import hypot
from ._gradients import attach_gradients
from ._steps import (Tensors, absolute, add, equal, exp, floor, multiply, negative, reciprocal, sign, square, subtract,
                     where)

_INFINITY, _NAN = math.inf, math.nan
_is_zero, _copy = _core.eqz, _core.clone


def atan2_bw(grad, a, b):
    share = multiply(grad, reciprocal(square(hypot(a, b))))
    at_zero = _core.logical_and(_is_zero(a), _is_zero(b))
    of_a = where(at_zero, _NAN, multiply(b, share))
    return of_a, where(at_zero, _NAN, multiply(negative(a), share))


def addalpha_bw(grad, a, b, alpha=1.0):
    return _copy(grad), multiply(grad, alpha)


def subalpha_bw(grad, a, b, alpha=1.0):
    return _copy(grad), multiply(negative(grad), alpha)


def add_bw(grad, a, b):
    return (_copy(grad), multiply(grad, 1.0)) if isinstance(b, Tensors) else _copy(grad)


def sub_bw(grad, a, b):
    return subalpha_bw(grad, a, b) if isinstance(b, Tensors) else _copy(grad)


def mul_bw(grad, a, b):
    return (multiply(grad, b), multiply(grad, a)) if isinstance(b, Tensors) else multiply(grad, b)


def div_bw(grad, a, b, round_mode=None):
    of_tensor = isinstance(b, Tensors)
    if round_mode not in (None, "None"):
        return (zeros(grad), zeros(grad)) if of_tensor else zeros(grad)
    if of_tensor:
        of_b = multiply(negative(grad), multiply(a, reciprocal(square(b))))
        return multiply(grad, reciprocal(b)), of_b
    if b == 0:
        return where(_is_zero(grad), _NAN, multiply(sign(grad), _INFINITY))
    return multiply(grad, 1 / b)


def hypot_bw(grad, a, b):
    inverse = reciprocal(hypot(a, b))
    return multiply(grad, multiply(a, inverse)), multiply(grad, multiply(b, inverse))


def ldexp_bw(grad, a, b):
    of_a = multiply(grad, rpow(b, 2.0))
    return of_a, multiply(a, multiply(of_a, math.log(2)))


def _logaddexp(power):
    def call(grad, a, b):
        return tuple(multiply(grad, reciprocal(add(power(difference), 1.0)))
                     for difference in (subtract(b, a), subtract(a, b)))

    return call


def remainder_bw(grad, a, b):
    if not isinstance(b, Tensors):
        return grad
    quotient = floor(add(multiply(a, reciprocal(b)), 0.005))
    quotient = where(equal(a, b), 1.0, quotient)
    return grad, multiply(negative(grad), quotient)


def fmod_bw(grad, a, b):
    if not isinstance(b, Tensors):
        return grad
    signs = multiply(sign(a), sign(b))
    quotient = truncated(add(multiply(a, reciprocal(b)), 0.005))
    quotient = where(equal(absolute(a), absolute(b)), signs, quotient)
    return grad, multiply(negative(grad), quotient)


def squared_difference_bw(grad, a, b):
    of_a = multiply(multiply(grad, subtract(a, b)), 2.0)
    return of_a, multiply(of_a, -1.0)


def assign_bw(grad, a, b=None):
    return grad if b is None else (_copy(grad), _copy(grad))


def concat_bw(grad, a, b, dim=0):
    begins = [0] * len(grad.shape)
    begins[dim] = a.shape[dim]
    return _core.slice(grad, [0] * len(begins), list(a.shape)), _core.slice(grad, begins, list(grad.shape))


def rsub_bw(grad, a, b):
    return negative(grad), _copy(grad)


def bias_gelu_bw(grad, a, b, approximate="none"):
    result = gelu(grad, add(a, b), approximate)
    return (result, result) if isinstance(b, Tensors) else result


def _larger(of_first):
    def call(grad, a, b):
        half, difference = multiply(grad, 0.5), subtract(b, a)
        above, even, below = _core.gtz(difference), _is_zero(difference), _core.ltz(difference)
        low = add(multiply(below, grad), multiply(even, half))
        high = add(multiply(above, grad), multiply(even, half))
        return (low, high) if of_first else (high, low)

    return call


def addcmul_bw(grad, x, a, b, value):
    return grad, multiply(multiply(grad, b), value), multiply(multiply(grad, a), value)


def addcdiv_bw(grad, x, a, b, value):
    def at_zero(infinite, result):
        return where(_is_zero(b), where(_is_zero(grad), _NAN, infinite), result)

    of_a = multiply(multiply(grad, value), reciprocal(b))
    of_b = multiply(multiply(multiply(negative(grad), value), a), reciprocal(square(b)))
    return grad, at_zero(_INFINITY, of_a), at_zero(-_INFINITY, of_b)


def where_bw(grad, condition, a, b):
    return where(condition, grad, 0.0), where(condition, 0.0, grad)


def lerp_bw(grad, a, end, weight):
    if isinstance(weight, Tensors):
        of_weight = multiply(grad, subtract(end, a))
        return multiply(grad, _core.rsub(weight, 1.0)), multiply(grad, weight), of_weight
    return multiply(grad, 1.0 - weight), multiply(grad, weight)


logaddexp_bw = _logaddexp(exp)
logaddexp2_bw = _logaddexp(lambda x: rpow(x, 2.0))
max_bw = _larger(True)
min_bw = _larger(False)


def attach_backward_pairs():
    attach_gradients(globals())
