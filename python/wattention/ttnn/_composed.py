"""Words that TT-NN makes of several of its ops, at their places in the module."""
from .. import _core
from ._modules import attach
from ._nothing import is_nothing, nothing
from ._ops import inherit_memory
from ._release import is_one_program, refuse_composite
from ._tensor import Tensor, on_device, wrap
from ._word import unfit, word

_BY_NAME = ("input_tensor", "input_tensor_a", "input_tensor_b")  # TT-NN's names for the first operands


def _between(x, min_val=-1.0, max_val=1.0):
    return _core.clamp(x, min=min_val, max=max_val)


def _clamped(x, min=None, max=None):
    return _core.clamp(x, min=min, max=max)


# Words that some releases run as one program: which op that is, and how it is called.
_OPS = {name: (name, getattr(_core, name)) for name in "addcmul hardsigmoid hardswish softsign trunc".split()}
_OPS |= {name: ("clamp", bounds) for name, bounds in dict(hardtanh=_between, clamp=_clamped, clip=_clamped).items()}


def _in_this_release(name, compute):
    """What computes the word: one op, or several where their digits are known."""
    op, alone = _OPS.get(name, (None, None))
    if op is not None and is_one_program(op):
        return alone
    refuse_composite(name)
    return compute


def _composed(name, composed, sentence):
    def core_of(value):
        if not isinstance(value, Tensor):
            return value
        on_device(name, sentence, value)
        return value._core

    def call(*operands, memory_config=None, **options):
        compute = _in_this_release(name, composed)
        operands = (*(options.pop(key) for key in _BY_NAME if key in options), *operands)
        if not operands:
            raise unfit(name, composed, operands, options)
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
            raise unfit(name, composed, operands, options) from None

    call.__doc__ = f"{name} of each element, by several ops of TT-NN."
    return call


def attach_composites(functions, sentence):
    """Puts {name: function of the library's tensors} at their places; `sentence` is TT-NN's for tensors on the host."""
    for name, compute in functions.items():
        attach(name, word(name)(_composed(name, compute, sentence)))
