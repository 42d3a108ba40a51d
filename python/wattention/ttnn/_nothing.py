"""Tensors of no elements: TT-NN launches no program for them, and makes the results on the host.

tt-metal v0.57.0-rc71: skip_launch of eltwise's device operations; reduction/generic/generic_reductions.cpp.
"""
import math

import numpy as np

from ._creation import full, zeros
from ._errors import error
from ._moves import clone
from ._shapes import reshape
from ._tensor import Tensor
from ._types import bfloat16, bfloat8_b, float32


def is_nothing(*operands):
    """Whether one of the operands is a tensor without elements."""
    return any(isinstance(operand, Tensor) and 0 in tuple(operand.shape) for operand in operands)


def nothing(op, operands, output_tensor=None, *, dtype=None, memory_config=None):
    """The result of an element-wise op of such operands: of their common shape, where the first one lies."""
    tensors = [operand for operand in operands if isinstance(operand, Tensor)]
    first, shapes = tensors[0], [tuple(tensor.shape) for tensor in tensors]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise error("bad_input", f"[ttnn.{op}] expected shapes that broadcast; found "
                                 f"{' and '.join(str(list(one)) for one in shapes)}. Broadcasting rule "
                                 "violation") from None
    if output_tensor is not None:
        return output_tensor
    return zeros(shape, dtype or first.dtype, first.layout, first.device(), memory_config or first.memory_config())


def _has_fast_sum(name, tensor, dims):
    """Sums over a batch go through a program that may not skip them."""
    return name == "sum" and tensor.dtype in (bfloat16, bfloat8_b) and min(dims) < len(tensor.shape) - 2


def _of_nothing(name, tensor, dims, keepdim, memory_config):
    sizes = list(tensor.shape)
    for dim in dims if name in "max min".split() else ():
        if sizes[dim] == 0:
            raise error("bad_input", f"[ttnn.{name}] expected elements in dimension {dim}; found none. Expected "
                                     f"reduction dim {dim} to have non-zero size")
    kept = [1 if dim in dims else size for dim, size in enumerate(sizes) if keepdim or dim not in dims]
    return full(kept, 0 if name == "sum" else math.nan, tensor.dtype, tensor.layout, tensor.device(), memory_config)


def reduced(name, tensor, dims, keepdim, memory_config):
    """What a reduction gives without a program of its own; None where it has one."""
    rank, memory_config = len(tensor.shape), memory_config or tensor.memory_config()
    if rank == 0 and not dims:
        if name not in "std var".split():
            return reshape(clone(tensor, memory_config=memory_config), [])
        if tensor.dtype is not float32:  # what the packer makes of a NaN in bfloat16 is not looked at here
            return None
        return full([], math.nan, float32, tensor.layout, tensor.device(), memory_config)
    dims = sorted({dim % rank for dim in dims or range(rank) if -rank <= dim < rank})
    if not is_nothing(tensor) or not dims or _has_fast_sum(name, tensor, dims):
        return None
    return _of_nothing(name, tensor, dims, keepdim, memory_config)
