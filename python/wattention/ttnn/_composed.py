"""Words that TT-NN makes of several of its ops, at their places in the module."""
from ._modules import attach
from ._nothing import is_nothing, nothing
from ._ops import inherit_memory
from ._release import refuse_composite
from ._tensor import Tensor, on_device, wrap
from ._word import unfit, word

_BY_NAME = ("input_tensor", "input_tensor_a", "input_tensor_b")  # TT-NN's names for the first operands


def _composed(name, compute, sentence):
    def core_of(value):
        if not isinstance(value, Tensor):
            return value
        on_device(name, sentence, value)
        return value._core

    def call(*operands, memory_config=None, **options):
        refuse_composite(name)
        operands = (*(options.pop(key) for key in _BY_NAME if key in options), *operands)
        if not operands:
            raise unfit(name, compute, operands, options)
        device = on_device(name, sentence, operands[0])
        inherit_memory(name, operands[0], memory_config)
        if is_nothing(*operands):
            return nothing(name, operands)
        try:
            return wrap(compute(*map(core_of, operands), **{key: core_of(value) for key, value in options.items()}),
                        device)
        except TypeError as failure:
            if failure.__traceback__.tb_next is not None:  # not from binding the arguments
                raise
            raise unfit(name, compute, operands, options) from None

    call.__doc__ = f"{name} of each element, by several ops of TT-NN."
    return call


def attach_composites(functions, sentence):
    """Puts {name: function of the library's tensors} at their places; `sentence` is TT-NN's for tensors on the host."""
    for name, compute in functions.items():
        attach(name, word(name)(_composed(name, compute, sentence)))
