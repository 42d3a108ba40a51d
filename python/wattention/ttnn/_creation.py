"""TT-NN's words that make tensors: on the host, as it does, then sent.

A bfloat16 is a float32 whose low half was dropped, where the release makes it so; else it is rounded.
"""
import numpy

from .. import _core
from ._convert import _send, dtype_word
from ._errors import ArgumentError, error, refuse_options
from ._in_place import write
from ._memory import memory_word
from ._release import fact
from ._tensor import allocated, on_device, wrap
from ._types import ROW_MAJOR_LAYOUT, TILE_LAYOUT, bfloat16, int32, uint8, uint16, uint32

__all__ = [
    "allocate_tensor_on_device", "arange", "empty", "empty_like", "full", "full_like", "ones", "ones_like", "tril",
    "triu", "zeros", "zeros_like",
]


_WHOLE = {uint32: numpy.uint32, int32: numpy.int32, uint16: numpy.uint16, uint8: numpy.uint8}


def _cut(array, dtype):
    if dtype in _WHOLE:  # without the fraction, modulo the dtype's range
        return numpy.asarray(numpy.asarray(array).astype(numpy.int64).astype(_WHOLE[dtype]), order="C")
    array = numpy.asarray(array, numpy.float32, order="C")
    cut = dtype is bfloat16 and fact("cuts_numbers")
    return (array.view(numpy.uint32) & 0xFFFF0000).view(numpy.float32) if cut else array


def _made(op, array, dtype, layout, device, memory_config):
    word = dtype_word(op, dtype)
    core = _core.Tensor(_cut(array, dtype)).to(word)
    if device is not None:
        return _send(core, dtype, layout, device, memory_config)
    return wrap(core, None, layout)


def _refill(op, tensor, value):
    """One value everywhere in a device tensor that is there: the host sends it."""
    device = on_device(op, "Tensor must be on device", tensor)
    sent = full(tensor.shape, value, tensor.dtype, tensor.layout, device, tensor.memory_config())
    write(op, tensor, sent._core)
    return tensor


def full(shape, fill_value, dtype=None, layout=None, device=None, memory_config=None, optional_tensor=None):
    """A tensor of one value: bfloat16, in rows, on the host or in the device's DRAM unless told otherwise.

    With an optional_tensor the value goes there; its shape, dtype, layout and place hold.
    """
    if optional_tensor is not None:
        return _refill("full", optional_tensor, fill_value)
    if dtype is int32:
        raise error("bad_input", "[ttnn.full] expected bfloat16, float32, uint32 or uint16; found DataType.INT32. "
                                 "Unsupported DataType!")
    values = numpy.full([int(size) for size in shape], fill_value, None if dtype in _WHOLE else numpy.float32)
    return _made("full", values, dtype or bfloat16, layout or ROW_MAJOR_LAYOUT, device, memory_config)


def zeros(shape, dtype=None, layout=None, device=None, memory_config=None):
    """full with 0."""
    return full(shape, 0, dtype, layout, device, memory_config)


def ones(shape, dtype=None, layout=None, device=None, memory_config=None):
    """full with 1."""
    return full(shape, 1, dtype, layout, device, memory_config)


def empty(shape, dtype=bfloat16, layout=ROW_MAJOR_LAYOUT, device=None, memory_config=None):
    """Room on a device. Its values are zeros here; the card's are what lay there."""
    if device is None:
        raise ArgumentError("[ttnn.empty] expected a device (incompatible function arguments); found none")
    return full(shape, 0, dtype, layout, device, memory_config)


def allocate_tensor_on_device(shape, dtype, layout, device, memory_config=None):
    """Room on a device, for copy_host_to_device_tensor. Its values are zeros here; the card's are what lay there."""
    return full(shape, 0, dtype, layout, device, memory_config)


def full_like(tensor, fill_value, dtype=None, layout=None, device=None, memory_config=None, optional_tensor=None):
    """A tensor of one value with another's shape, dtype, layout and place."""
    core = allocated("full_like", tensor)
    if optional_tensor is not None:
        return _refill("full_like", optional_tensor, fill_value)
    dtype, layout = dtype or tensor.dtype, layout or tensor.layout
    device = device or tensor._device
    if (tensor._device is not None and tensor.layout is TILE_LAYOUT and layout is TILE_LAYOUT and
            dtype is tensor.dtype and dtype not in _WHOLE):
        memory = memory_word("full_like", memory_config)
        return wrap(_core.full_like(core, float(fill_value), memory=memory), tensor._device)
    place = memory_config or (tensor.memory_config() if tensor._device is not None else None)
    return full(tensor.shape, fill_value, dtype, layout, device, place)


def zeros_like(tensor, dtype=None, layout=None, device=None, memory_config=None, optional_tensor=None):
    """full_like with 0."""
    return full_like(tensor, 0, dtype, layout, device, memory_config, optional_tensor)


def ones_like(tensor, dtype=None, layout=None, device=None, memory_config=None, optional_tensor=None):
    """full_like with 1."""
    return full_like(tensor, 1, dtype, layout, device, memory_config, optional_tensor)


def empty_like(tensor, *, dtype=bfloat16, layout=ROW_MAJOR_LAYOUT, device=None, memory_config=None):
    """Room of another tensor's shape. Its values are zeros here; the card's are what lay there."""
    return empty(tensor.shape, dtype, layout, device or tensor._device, memory_config)


def arange(*bounds, start=0, end=None, step=1, dtype=bfloat16, device=None, memory_config=None):
    """start, start + step, ... below end: one dimension, in rows."""
    if bounds:
        start, end, step = (0, bounds[0], step) if len(bounds) == 1 else (*bounds[:2], *(bounds[2:3] or (step,)))
    if step == 0:
        raise error("bad_input", "[ttnn.arange] expected a step other than 0; found 0. Step must be nonzero")
    if (end - start) * step < 0:
        raise error("bad_input", f"[ttnn.arange] expected steps from {start} towards {end}; found {step}. Invalid "
                                 "range: Step direction does not match range bounds")
    return _made("arange", numpy.arange(start, end, step), dtype, ROW_MAJOR_LAYOUT, device, memory_config)


def _triangle(op, tensor, diagonal, memory_config, keep):
    """The product with a mask of ones that the host sends."""
    device = on_device(op, "Operands to eltwise binary need to be on device!", tensor)
    mask = keep(numpy.ones(tuple(tensor.shape), numpy.float32), diagonal)
    place = memory_config or tensor.memory_config()
    sent = _send(_core.Tensor(mask), bfloat16, TILE_LAYOUT, device, place)
    refuse_options(op, memory_config=None if place == tensor.memory_config() else place)
    return wrap(_core.multiply(tensor._core, sent._core), device)


def tril(input_tensor, diagonal=0, *, memory_config=None):
    """The lower triangle of each matrix, zeros above."""
    return _triangle("tril", input_tensor, diagonal, memory_config, numpy.tril)


def triu(input_tensor, diagonal=0, *, memory_config=None):
    """The upper triangle of each matrix, zeros below."""
    return _triangle("triu", input_tensor, diagonal, memory_config, numpy.triu)
