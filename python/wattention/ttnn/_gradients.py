"""Words for gradients, at their places in the module: a list with one tensor for each operand."""
from ._errors import error
from ._modules import attach
from ._ops import inherit_memory, put
from ._tensor import Tensor, on_device
from ._word import unfit, word

_SENTENCE = "Operands to eltwise binary need to be on device!"
# TT-NN's names for the operands, in their order, and for the tensors that take the gradients.
_OPERANDS = ("input_tensor", "input_tensor_a", "condition_tensor", "input_tensor_b", "other_tensor")
_TAKERS = (("input_grad", "input_a_grad"), ("other_grad", "input_b_grad"))


def _takers(options):
    takers = [[options.pop(name, None) for name in names] for names in _TAKERS]
    return [first if first is not None else second for first, second in takers]


def _as_list(result):
    return list(result) if isinstance(result, tuple) else [result]


def _gradient(name, compute):
    def core_of(value):
        if not isinstance(value, Tensor):
            return value
        on_device(name, _SENTENCE, value)
        return value._core

    def call(grad_tensor, *operands, memory_config=None, are_required_outputs=None, **options):
        takers = _takers(options)
        operands = (*(options.pop(key) for key in _OPERANDS if key in options), *operands)
        device = on_device(name, _SENTENCE, grad_tensor)
        inherit_memory(name, grad_tensor, memory_config)
        if are_required_outputs is not None and not any(are_required_outputs):
            raise error("bad_input", f"[ttnn.{name}] expected one of are_required_outputs at least; found none. "
                                     "Atleast one gradient is expected to be calculated.")
        try:
            results = _as_list(compute(grad_tensor._core, *map(core_of, operands),
                                       **{key: core_of(value) for key, value in options.items()}))
        except TypeError as failure:
            if failure.__traceback__.tb_next is not None:  # not from binding the arguments
                raise
            raise unfit(name, compute, operands, options) from None
        wanted = are_required_outputs or [True] * len(results)
        return [put(name, taker, result, device) if want else None
                for want, result, taker in zip(wanted, results, [*takers, None])]

    call.__doc__ = f"{name}: the gradients, by several ops of TT-NN."
    return call


def attach_gradients(module):
    """Puts a module's functions of a gradient and the library's tensors at their places: those whose names end so."""
    for name, compute in list(module.items()):
        if name.endswith("_bw"):
            attach(name, word(name)(_gradient(name, compute)))
