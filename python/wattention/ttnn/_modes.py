"""Later releases' ways of gelu and sigmoid, chosen by a word."""
import enum

from .. import _core
from ._errors import HOW_TO_ASK, error, expect_types
from ._release import expect_later_word

__all__ = ["GeluVariant", "SigmoidMode"]


class GeluVariant(enum.Enum):
    """Which gelu: by the error function, by a table of straight pieces, or by the hyperbolic tangent."""
    Accurate = 0
    FastLut = 1
    Tanh = 2


class SigmoidMode(enum.Enum):
    """Which sigmoid: by straight pieces, by the quick exponential, or by the accurate one."""
    FastApproximate = 0
    AccurateFastExp = 1
    Accurate = 2


def _gelu(attributes, compute):
    variant = attributes.pop("variant", None)
    if variant is None:
        return compute
    expect_later_word("GeluVariant")
    expect_types("gelu", variant=(variant, GeluVariant))
    if variant is GeluVariant.Tanh:
        return _core.gelu_tanh
    attributes["fast_and_approximate_mode"] = variant is GeluVariant.FastLut
    return compute


def _sigmoid(attributes, compute):
    vectors, mode = attributes.pop("vector_mode", None), attributes.pop("mode", None)
    if vectors is None and mode is None:
        return compute
    expect_later_word("SigmoidMode")
    expect_types("sigmoid", mode=(mode or SigmoidMode.Accurate, SigmoidMode))
    if vectors not in (None, 4) or mode is SigmoidMode.AccurateFastExp:
        raise error("unsupported", "[ttnn.sigmoid] expected vector_mode 4 and a mode whose digits are known; found "
                                   f"{vectors} and {mode}. {HOW_TO_ASK}.")
    attributes["fast_and_approximate_mode"] = mode is SigmoidMode.FastApproximate
    return compute


_BY_NAME = dict(gelu=_gelu, sigmoid=_sigmoid)


def in_mode(name, attributes, compute):
    """The function for what `attributes` ask for, without those that chose it."""
    return _BY_NAME[name](attributes, compute) if name in _BY_NAME else compute
