"""TT-NN's words that make tensors: on the host, as it does, then sent.

A bfloat16 is a float32 whose low half was dropped, as the release makes it.
"""
from .. import _core
from ._convert import _send
from ._errors import error, refuse_options
from ._tensor import allocated, on_device, wrap
from ._types import ROW_MAJOR_LAYOUT, TILE_LAYOUT, bfloat16, dtype_words

__all__ = []


def _word(function):
    """Exports it under its own name."""
    __all__.append(function.__name__)
    return function


def _cut(array, dtype):
    import numpy

    array = numpy.ascontiguousarray(array, dtype=numpy.float32)
    return (array.view(numpy.uint32) & 0xFFFF0000).view(numpy.float32) if dtype is bfloat16 else array


def _made(array, dtype, layout, device, memory_config):
    core = _core.Tensor(_cut(array, dtype))
    if device is not None:
        return _send(core.to(dtype_words[dtype]), dtype, layout, device, memory_config)
    return wrap(core.to(dtype_words[dtype]), None, layout)


@_word
def full(shape, fill_value, dtype=None, layout=None, device=None, memory_config=None, optional_tensor=None, queue_id=0):
    """A tensor of one value: bfloat16, in rows, on the host or in the device's DRAM unless told otherwise."""
    import numpy

    refuse_options("full", optional_tensor=optional_tensor)
    values = numpy.full([int(size) for size in shape], fill_value, numpy.float32)
    return _made(values, dtype or bfloat16, layout or ROW_MAJOR_LAYOUT, device, memory_config)


@_word
def zeros(shape, dtype=None, layout=None, device=None, memory_config=None):
    """full with 0."""
    return full(shape, 0, dtype, layout, device, memory_config)


@_word
def ones(shape, dtype=None, layout=None, device=None, memory_config=None):
    """full with 1."""
    return full(shape, 1, dtype, layout, device, memory_config)


@_word
def empty(shape, dtype=bfloat16, layout=ROW_MAJOR_LAYOUT, device=None, memory_config=None):
    """Room on a device. Its values are zeros here; the card's are what lay there."""
    if device is None:
        raise TypeError("[ttnn.empty] expected a device (incompatible function arguments); found none")
    return full(shape, 0, dtype, layout, device, memory_config)


@_word
def full_like(tensor, fill_value, dtype=None, layout=None, device=None, memory_config=None, optional_tensor=None,
              queue_id=0):
    """A tensor of one value with another's shape, dtype, layout and place."""
    core = allocated("full_like", tensor)
    refuse_options("full_like", optional_tensor=optional_tensor)
    dtype, layout = dtype or tensor.dtype, layout or tensor.layout
    device = device or tensor._device
    if tensor._device is not None and tensor.layout is TILE_LAYOUT and layout is TILE_LAYOUT and dtype is tensor.dtype:
        memory = None if memory_config is None else memory_config.word
        return wrap(_core.full_like(core, float(fill_value), memory=memory), tensor._device)
    place = memory_config or (tensor.memory_config() if tensor._device is not None else None)
    return full(tensor.shape, fill_value, dtype, layout, device, place)


@_word
def zeros_like(tensor, dtype=None, layout=None, device=None, memory_config=None, optional_tensor=None, queue_id=0):
    """full_like with 0."""
    return full_like(tensor, 0, dtype, layout, device, memory_config, optional_tensor)


@_word
def ones_like(tensor, dtype=None, layout=None, device=None, memory_config=None, optional_tensor=None, queue_id=0):
    """full_like with 1."""
    return full_like(tensor, 1, dtype, layout, device, memory_config, optional_tensor)


@_word
def empty_like(tensor, *, dtype=bfloat16, layout=ROW_MAJOR_LAYOUT, device=None, memory_config=None):
    """Room of another tensor's shape. Its values are zeros here; the card's are what lay there."""
    return empty(tensor.shape, dtype, layout, device or tensor._device, memory_config)


@_word
def arange(*bounds, start=0, end=None, step=1, dtype=bfloat16, device=None, memory_config=None):
    """start, start + step, ... below end: one dimension, in rows."""
    import numpy

    if bounds:
        start, end, step = (0, bounds[0], step) if len(bounds) == 1 else (*bounds[:2], *(bounds[2:3] or (step,)))
    if step == 0:
        raise error("bad_input", "[ttnn.arange] expected a step other than 0; found 0. Step must be nonzero")
    if (end - start) * step < 0:
        raise error("bad_input", f"[ttnn.arange] expected steps from {start} towards {end}; found {step}. Invalid "
                                 f"range: Step "
                                 "direction does not match range bounds")
    return _made(numpy.arange(start, end, step), dtype, ROW_MAJOR_LAYOUT, device, memory_config)


def _triangle(op, tensor, diagonal, memory_config, keep):
    """The product with a mask of ones that the host sends."""
    import numpy

    device = on_device(op, "Operands to eltwise binary need to be on device!", tensor)
    mask = keep(numpy.ones(tuple(tensor.shape), numpy.float32), diagonal)
    place = memory_config or tensor.memory_config()
    sent = _send(_core.Tensor(mask), bfloat16, TILE_LAYOUT, device, place)
    refuse_options(op, memory_config=None if place == tensor.memory_config() else place)
    return wrap(_core.multiply(tensor._core, sent._core), device)


@_word
def tril(input_tensor, diagonal=0, *, memory_config=None):
    """The lower triangle of each matrix, zeros above."""
    import numpy

    return _triangle("tril", input_tensor, diagonal, memory_config, numpy.tril)


@_word
def triu(input_tensor, diagonal=0, *, memory_config=None):
    """The upper triangle of each matrix, zeros below."""
    import numpy

    return _triangle("triu", input_tensor, diagonal, memory_config, numpy.triu)
