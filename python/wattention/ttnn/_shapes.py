"""Ops that keep the elements: permute, transpose, reshape, and where tensors lie."""
import math
import operator

from .. import _core
from ._errors import ArgumentError, error
from ._memory import place
from ._moves import reshaped
from ._ops import inherit_memory
from ._tensor import allocated, free, moved, on_device, wrap
from ._word import word

__all__ = ["get_memory_config", "permute", "reallocate", "reshape", "transpose"]

_MOVE = "Tensor must already be on device"


def _integers(op, name, values):
    try:
        return [operator.index(value) for value in values]
    except TypeError:
        raise ArgumentError(f"[ttnn.{op}] expected {name} as a sequence of integers (incompatible function arguments); "
                            f"found {values!r}") from None


@word("permute")
def permute(input_tensor, dims, *, memory_config=None, pad_value=None):
    """Dimension i of the result is the input's dims[i]."""
    allocated("permute", input_tensor)
    dims, rank = _integers("permute", "dims", dims), len(input_tensor.shape)
    if len(dims) != rank:
        raise error("bad_input", f"[ttnn.permute] expected {rank} dimensions; found {dims}. The number of dimensions "
                                 "in the tensor input does not match the length of the desired ordering")
    on_device("permute", _MOVE, input_tensor)
    return moved(_core.permute(input_tensor._core, dims, **place("permute", memory_config)), input_tensor)


@word("transpose")
def transpose(input_tensor, dim1, dim2, *, memory_config=None, pad_value=None):
    """Swaps two dimensions."""
    allocated("transpose", input_tensor)
    rank = len(input_tensor.shape)
    dims = list(range(rank))
    for dim in _integers("transpose", "dim1 and dim2", (dim1, dim2)):
        if not -rank <= dim < rank:
            raise error("bad_input", f"[ttnn.transpose] expected dimensions in [{-rank}, {rank}); found {dim}. Index "
                                     f"is out of bounds for the rank, should be between 0 and {rank - 1} however is "
                                     f"{dim}")
    dims[dim1], dims[dim2] = dims[dim2], dims[dim1]
    return permute(input_tensor, dims, memory_config=memory_config)


def _whole(shape, size):
    """The shape with its one -1, if any, replaced."""
    shape = _integers("reshape", "shape", shape)
    if shape.count(-1) == 1:
        known = -math.prod(shape)
        shape[shape.index(-1)] = size // known if known > 0 else -1
    return shape


@word("reshape")
def reshape(input_tensor, shape, *, memory_config=None, pad_value=None):
    """The same elements under another shape; one size may be -1."""
    core = allocated("reshape", input_tensor)
    return reshaped("reshape", input_tensor, _whole(shape, core.size), memory_config)


def get_memory_config(tensor):
    """A device tensor's memory config; None for another one."""
    allocated_there = tensor._device is not None and tensor.is_allocated()
    return tensor.memory_config() if allocated_there else None


@word("reallocate")
def reallocate(tensor, memory_config=None):
    """The tensor under a new handle; the old one is deallocated. Addresses do not change, as nothing is fragmented."""
    device = on_device("reallocate", _MOVE, tensor)
    inherit_memory("reallocate", tensor, memory_config)
    result = wrap(tensor._core, device)
    free(tensor)
    return result

