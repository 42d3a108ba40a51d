"""Padding of tiles, and parts of host tensors. The library pads tiles with zeros; another value there is refused."""
from .. import _core
from ._errors import HOW_TO_ASK, error
from ._tensor import allocated, wrap
from ._types import TILE_SIZE


def expect_padding_of_zeros(op, shape, pad_value):
    """Refuses a value that would lie in the padding of tiles, unless there is no padding."""
    if pad_value and any(size % TILE_SIZE for size in tuple(shape)[-2:]):
        raise error("unsupported", f"[ttnn.{op}] expected padding of 0, or none, as for a shape of whole tiles; found "
                                   f"{pad_value} for {list(shape)}. {HOW_TO_ASK}.")


def array_of(core):
    """A host tensor's values as a NumPy array; bfloat16 as its patterns."""
    return core.bits() if core.dtype == "bf16" else core.numpy()


def core_of(array, dtype):
    """The library's tensor of such an array."""
    return _core.Tensor.from_bits(array) if dtype == "bf16" else _core.Tensor(array)


def part(tensor, starts, ends):
    """Tensor.unpad on the host: elements from `starts` up to `ends`, which are not included."""
    core = allocated("Tensor.unpad", tensor)
    if tensor._device is not None:
        raise error("bad_input", "[ttnn.Tensor.unpad] expected a tensor on the host; found one on a device")
    if len(starts) != core.ndim or any(not 0 <= a <= b <= size for a, b, size in zip(starts, ends, core.shape)):
        raise error("bad_input", f"[ttnn.Tensor.unpad] expected places within {list(core.shape)}; found "
                                 f"{list(starts)} and {list(ends)}")
    array = array_of(core)[tuple(slice(a, b) for a, b in zip(starts, ends))]
    return wrap(core_of(array.copy(), core.dtype), None, tensor.layout)


def _pad_to_tile(self, pad_value):
    """The tensor itself: its tiles are padded with zeros when they are made."""
    expect_padding_of_zeros("Tensor.pad_to_tile", self.shape, pad_value)
    return self


def _unpad_from_tile(self, shape):
    """The part of `shape` at the start of each dimension."""
    return part(self, [0] * len(shape), list(shape))


METHODS = {"pad_to_tile": _pad_to_tile, "unpad": part, "unpad_from_tile": _unpad_from_tile}
