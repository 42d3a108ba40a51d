"""The steps of composites: the library's ops on its tensors, with numbers where TT-NN takes them."""
import math

from .. import _core

Tensors = _core.Tensor
absolute, exp, expm1, floor, log, negative = _core.abs, _core.exp, _core.expm1, _core.floor, _core.log, _core.neg
reciprocal, sign, sqrt, square = _core.reciprocal, _core.sign, _core.sqrt, _core.square
equal, not_equal, less, greater, less_or_equal = _core.eq, _core.ne, _core.lt, _core.gt, _core.le
maximum, minimum, subtract = _core.maximum, _core.minimum, _core.subtract


def _operand(value, like):
    """A number that is no finite one as a tensor: the matrix unit meets its pattern, as that of any other."""
    if isinstance(value, Tensors) or math.isfinite(value):
        return value
    return _core.full_like(like, value)


def _ordered(a, b):
    """The tensor first: these steps may come in any order."""
    return (a, b) if isinstance(a, Tensors) else (b, a)


def multiply(a, b):
    a, b = _ordered(a, b)
    return _core.multiply(a, _operand(b, a))


def add(a, b):
    a, b = _ordered(a, b)
    return _core.add(a, _operand(b, a))


def where(condition, chosen, other):
    """chosen where the condition is above 0, else other: both are multiplied by 1 or 0, and added."""
    return add(multiply(_core.gtz(condition), chosen), multiply(_core.lez(condition), other))
