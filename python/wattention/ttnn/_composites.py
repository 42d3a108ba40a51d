"""Words that TT-NN itself makes of several of its ops: each step is a program, and rounds as one."""
from .. import _core
from ._memory import memory_word
from ._release import is_one_program, refuse_composite
from ._tensor import Tensor, on_device, wrap
from ._word import word

__all__ = ["where"]

_SENTENCE = "Operands to eltwise ternary need to be on device!"


def _operand(op, value):
    """The library's tensor of a Tensor on the device, or the number."""
    if not isinstance(value, Tensor):
        return value
    on_device(op, _SENTENCE, value)
    return value._core


def _chosen(predicate, true_value, false_value, memory):
    """As one program: where the predicate is not 0."""
    options, operands = {"memory": memory}, []
    for key, value in {"true_value": true_value, "false_value": false_value}.items():
        operands.append(_operand("where", value) if isinstance(value, Tensor) else None)
        if not isinstance(value, Tensor):
            options[key] = float(value)
    return _core.where(predicate._core, *operands, **options)


# tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/ternary/where.cpp.
@word("where")
def where(predicate, true_value, false_value, *, memory_config=None):
    """true_value where predicate is above 0, else false_value; both are tensors or numbers.

    It is gtz(predicate) * true_value + lez(predicate) * false_value: an infinity in either leaves a trace everywhere.
    Releases with one program for it take true_value where predicate is not 0, and copy bits.
    """
    device = on_device("where", _SENTENCE, predicate)
    memory = memory_word("where", memory_config)
    if is_one_program("where"):
        return wrap(_chosen(predicate, true_value, false_value, memory), device)
    refuse_composite("where")
    chosen = _core.multiply(_core.gtz(predicate._core, memory=memory), _operand("where", true_value))
    rest = _core.multiply(_core.lez(predicate._core, memory=memory), _operand("where", false_value))
    return wrap(_core.add(chosen, rest), device)
