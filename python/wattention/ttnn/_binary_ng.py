"""Two operands by TT-NN's newer programs, which use_legacy=False asks for: any broadcast, activations, and rows.

tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise: binary/binary.cpp (invoke_binary_ng) and binary_ng/device. What
one program there does to an operand, between the two and to the result is a program each here, with the same digits
but for a NaN or a denormal on its way. They are known from the source alone.
"""
import os
from functools import cache

import numpy as np

from .. import _core
from ._broadcast import expect_fit
from ._capture import refuse_transfer
from ._configs import UnaryOpType, UnaryWithParam
from ._convert import to_layout
from ._errors import HOW_TO_ASK, error, shown
from ._in_place import write
from ._memory import place
from ._nothing import is_nothing, nothing
from ._ops import inherit_memory
from ._tensor import Tensor, on_device, wrap
from ._types import ROW_MAJOR_LAYOUT, TILE_LAYOUT, dtype_words, int32

_SENTENCE = "Operands to eltwise binary need to be on device!"
_SAME_NAMES = ("add subtract multiply rsub squared_difference maximum minimum eq ne lt gt le ge logical_and logical_or "
               "logical_xor pow bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift").split()
_OTHER_NAMES = dict(word.split(":") for word in "sub:subtract mul:multiply div:divide divide:divide".split())
# Activations of the first operand, of the second, the op, and activations of the result.
_CHAINS = """
ldexp      - EXP2 multiply -
logaddexp  EXP EXP add LOG
logaddexp2 EXP2 EXP2 add LOG2
bias_gelu  - - add GELU
"""


def _steps_of(activation):
    return () if activation == "-" else (activation,)


_PROGRAMS = {
    **{name: ((), (), name, ()) for name in _SAME_NAMES},
    **{name: ((), (), op, ()) for name, op in _OTHER_NAMES.items()},
    **{name: (_steps_of(first), _steps_of(second), op, _steps_of(after))
       for name, first, second, op, after in map(str.split, _CHAINS.strip().splitlines())},
}
_BY_NUMBER = tuple("add subtract multiply".split())  # a tile of the number, in the older program too
_ACTIVATIONS = {kind.name: kind.name.lower() for kind in UnaryOpType} | {
    "RECIP": "reciprocal", "LOGICAL_NOT_UNARY": "logical_not", "POWER": "pow"}
_OWN_DTYPE = tuple("div maximum minimum pow".split())  # of two tensors: TT-NN takes a dtype there, and forgets it
_QUICK = ("GELU",)  # the kernel's own default


@cache
def _rows():
    return {row["name"]: row for row in _core.list_ops()}


def _activation(name, activation):
    """The library's function of a UnaryOpType, a UnaryWithParam, or a pair of the type and its number."""
    if isinstance(activation, UnaryOpType):
        activation = UnaryWithParam(activation)
    elif isinstance(activation, tuple):
        activation = UnaryWithParam(*activation)
    kind = getattr(activation, "op_type", None)
    word, numbers = _ACTIVATIONS.get(getattr(kind, "name", None)), getattr(activation, "params", [])
    row = _rows().get(word)
    if row is None or bool(numbers) is not (word == "pow") or row["family"] not in ("unary", "binary"):
        raise error("unsupported", f"[ttnn.{name}] expected activations that are here; found {shown(activation)}. "
                                   f"{HOW_TO_ASK}.")
    options = {"fast_and_approximate_mode": True} if kind.name in _QUICK else {}
    return lambda core, **where: getattr(_core, word)(core, *numbers, **options, **where)


def _through_the_host(core, shape, device):
    """Bit for bit, which the release's own moves of 32 bits in tiles are not."""
    refuse_transfer("to_device", "Writes")
    array = np.ascontiguousarray(np.broadcast_to(_core.to_host(core).numpy(), shape))
    return _core.to_device(_core.Tensor(array), device._core, memory=core.memory, layout="tile", dtype=core.dtype)


def _spread(core, shape, device):
    """As the reader and the writer spread rows, columns and batches."""
    sizes = (1,) * (len(shape) - core.ndim) + tuple(core.shape)
    core = core if len(sizes) == core.ndim else _core.reshape(core, list(sizes))
    times = [new // old for old, new in zip(sizes, shape)]
    if all(time == 1 for time in times):
        return core
    if core.dtype == "bf16":
        return _core.repeat(core, times)
    if any(time != 1 for time in times[-2:]):
        return _through_the_host(core, shape, device)
    for dim, time in enumerate(times):  # copies of whole tiles
        core = core if time == 1 else _core.concat([core] * time, dim)
    return core


def _number(core, value):
    """A tile of the number: cut to bfloat16 for a matrix unit, as a float for the vector unit."""
    value = np.float32(value)
    if core.dtype == "bf16":
        value = (value.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)
    return _core.full_like(core, float(value))


def _tiled(tensor):
    return to_layout(tensor, TILE_LAYOUT) if tensor.layout is ROW_MAJOR_LAYOUT else tensor


def _leaves_shards(a, b, target, in_rows):
    """One operand lies in shards, and the library's programs on shards do not do what one program does here."""
    tensors = [one for one in (a, b) if isinstance(one, Tensor)]
    if not target.is_sharded() and not any(one.is_sharded() for one in tensors):
        return False
    if len(tensors) < 2:
        return in_rows or a.dtype is int32 or target != a.memory_config()
    return in_rows or a.dtype is int32 or tuple(a.shape) != tuple(b.shape)


def _in_pages(value):
    """By way of DRAM: where a tensor lies does not change what comes out."""
    if not isinstance(value, Tensor) or not value.is_sharded():
        return value
    return wrap(_core.to_memory(value._core, memory="dram"), value._device)


def _refuse_dtypes(name, a, b, result):
    if a != b or a not in ("bf16", "f32", "int32") or result != a:
        raise error("unsupported", f"[ttnn.{name}] expected operands and result of one dtype, bfloat16, float32 or "
                                   f"int32, with use_legacy=False; found {a}, {b} and {result}. {HOW_TO_ASK}.")


class _Call:
    """One call: its operands as the library's tensors, and where the result goes."""

    def __init__(self, name, a, b, lhs, rhs, post):
        if os.environ.get("WATTENTION_STRICT") == "1":
            raise error("unverified", f"[ttnn.{name}] expected an op whose digits are verified, as strict was asked "
                                      "for; found use_legacy=False, which is known from source only")
        before_a, before_b, self.op, after = _PROGRAMS[name]
        self.name, self.device = name, a._device
        self.a, self.b = (value._core if isinstance(value, Tensor) else value for value in (a, b))
        named = [[getattr(UnaryOpType, one) for one in own] for own in (before_a, before_b, after)]
        steps = ([*(lhs or ()), *named[0]], [*(rhs or ()), *named[1]], [*named[2], *(post or ())])
        self.lhs, self.rhs, self.post = ([_activation(name, one) for one in part] for part in steps)

    def _cast(self, core):
        is_block = isinstance(core, _core.Tensor) and core.dtype.startswith("bfloat")
        return _core.typecast(core, "bf16") if is_block else core

    def _second(self, shape):
        if not isinstance(self.b, _core.Tensor):
            if self.op in _BY_NUMBER and not self.rhs and self.a.dtype == "bf16":
                return self.b
            self.b = _number(self.a, self.b)
        for step in self.rhs:
            self.b = step(self.b)
        return _spread(self.b, shape, self.device)

    def run(self, shape, dtype, where):
        """The result, of `dtype`; only the last program knows where it lies."""
        self.a, self.b = self._cast(self.a), self._cast(self.b)
        casts = dtype.startswith("bfloat")
        second = self.b.dtype if isinstance(self.b, _core.Tensor) else self.a.dtype
        _refuse_dtypes(self.name, self.a.dtype, second, self.a.dtype if casts else dtype)
        b = self._second(shape)
        for step in self.lhs:
            self.a = step(self.a)
        compute = getattr(_core, self.op)
        if "memory" not in _rows()[self.op]["attributes"]:
            where = {}
        steps = [lambda core, **where: compute(core, b, **where), *self.post]
        if casts:
            steps.append(lambda core, **where: _core.typecast(core, dtype, **where))
        result = _spread(self.a, shape, self.device)
        for step in steps:
            result = step(result, **(where if step is steps[-1] else {}))
        return result


def binary(name, a, b, *, dtype=None, memory_config=None, output_tensor=None, activations=None,
           input_tensor_a_activations=None, input_tensor_b_activations=None):
    """The word `name` of two tensors, or of a tensor and a number."""
    if name not in _PROGRAMS or name == "pow" and not isinstance(b, Tensor):
        raise error("unsupported", f"[ttnn.{name}] expected no use_legacy=False; found it. {HOW_TO_ASK}.")
    tensors = [operand for operand in (a, b) if isinstance(operand, Tensor)]
    device = on_device(name, _SENTENCE, a, *tensors[1:], *([] if output_tensor is None else [output_tensor]))
    in_rows = all(tensor.layout is ROW_MAJOR_LAYOUT for tensor in tensors)
    if in_rows and output_tensor is not None:
        raise error("bad_input", f"[ttnn.{name}] expected no output tensor for operands in rows; found one. Optional "
                                 "output tensor with Row Major input is not supported right now for Elementwise "
                                 "operations")
    target = memory_config or (output_tensor or a).memory_config()
    if output_tensor is not None:
        dtype = output_tensor.dtype
    elif dtype is None or name in _OWN_DTYPE and len(tensors) == 2:
        dtype = a.dtype
    shape = expect_fit(name, tensors, output_tensor, target)
    if "memory" not in _rows()[_PROGRAMS[name][2]]["attributes"]:
        inherit_memory(name, a, target)
    if is_nothing(*tensors):
        return nothing(name, tensors, output_tensor, dtype=dtype, memory_config=target)
    by_pages = _leaves_shards(a, b, target, in_rows)
    in_the_end = in_rows or by_pages and target.is_sharded()
    a, b = (_tiled(one) if isinstance(one, Tensor) else one for one in (a, b))
    if by_pages:
        a, b = _in_pages(a), _in_pages(b)
    call = _Call(name, a, b, input_tensor_a_activations, input_tensor_b_activations, activations)
    result = call.run(shape, dtype_words[dtype], {} if in_the_end else place(name, target))
    if output_tensor is not None:
        if tuple(result.shape) != tuple(output_tensor.shape):
            result = _core.reshape(result, list(output_tensor.shape))
        write(name, output_tensor, result)
        return output_tensor
    result = wrap(result, device)
    if in_rows:
        result = to_layout(result, ROW_MAJOR_LAYOUT, memory_config=None if by_pages else target)
    return wrap(_core.to_memory(result._core, **place(name, target)), device) if by_pages else result
