"""Operators, indices and methods of ttnn.Tensor, by the ops they call. The release has these and no others."""
import math
import sys

import numpy as np

from ._absent import absent_or_unknown
from ._convert import from_device, from_torch, to_device, to_layout, to_numpy, to_torch
from ._device import Device
from ._errors import ArgumentError, error, shown
from ._padding import METHODS, part
from ._shape import Shape
from ._shapes import reshape
from ._tensor import Tensor
from ._types import TILE_LAYOUT, Layout, block_dtypes

# tt-metal v0.57.0-rc71, ttnn/ttnn/__init__.py and operations/matmul.py: no division, no reflected subtraction.
_OPERATORS = {
    "__add__": "add", "__radd__": "add", "__sub__": "subtract", "__mul__": "multiply", "__rmul__": "multiply",
    "__eq__": "eq", "__ne__": "ne", "__gt__": "gt", "__ge__": "ge", "__lt__": "lt", "__le__": "le",
    "__matmul__": "matmul",
}


def _op(name):
    """The op of this name: found at use, as it may be absent."""
    return sys.modules[__package__].__dict__.get(name) or absent_or_unknown("", name)


def _operator(name):
    def call(self, other):
        return _op(name)(self, other)

    return call


def _bounds(index, size, dim):
    """start, stop and step of one index, as TT-NN reads it."""
    if isinstance(index, slice):
        start, stop = (end if end is None or end >= 0 else end + size for end in (index.start, index.stop))
        return start or 0, size if stop is None else stop, 1 if index.step is None else index.step
    if not isinstance(index, int):
        raise ArgumentError(f"[ttnn.Tensor.__getitem__] expected integers and slices; found {shown(index)}. "
                            "Invalid slice type")
    at = index + size if index < 0 else index
    if not 0 <= at < size:
        raise IndexError(f"Index {index} is out of bounds for dimension {dim} of size {size}")
    return at, at + 1, 1


def _indices(index, rank):
    """One index a dimension: the ellipsis and what is not named are whole dimensions."""
    indices = list(index) if isinstance(index, (tuple, list)) else [index]
    places = [place for place, part in enumerate(indices) if part is Ellipsis]
    whole = [slice(None)] * (rank - len(indices) + len(places))
    if len(places) > 1 or len(indices) - len(places) > rank:
        raise IndexError(f"Too many indices for tensor of dimension {rank}")
    if places:
        return indices[:places[0]] + whole + indices[places[0] + 1:]
    return indices + whole


def _getitem(self, index):
    """ttnn.slice of the parts, then ttnn.squeeze of each dimension that had an integer; on the host in steps of 1."""
    indices = _indices(index, len(self.shape))
    bounds = [_bounds(part, size, dim) for dim, (part, size) in enumerate(zip(indices, self.shape))]
    starts, stops, steps = (list(part) for part in zip(*bounds))
    if self.device() is None:
        if any(step != 1 for step in steps):
            raise error("bad_input", f"[ttnn.Tensor.__getitem__] expected steps of 1 on the host; found {steps}. Host "
                                     "tensors cannot be accessed with non-unit stride")
        sizes = [stop - start for start, stop, step in bounds]
        kept = [size for size, index in zip(sizes, indices) if not isinstance(index, int)]
        return reshape(part(self, starts, stops), kept)
    result = _op("slice")(self, starts, stops, steps)
    for dim in reversed([dim for dim, part in enumerate(indices) if isinstance(part, int)]):
        result = _op("squeeze")(result, dim)
    return result


def _made(self, tensor, *arguments, **options):
    """ttnn.Tensor(array, dtype, device, layout, memory config, tile), as from_torch makes it; or, of numbers in a list,
    ttnn.Tensor(numbers, shape, dtype, layout, device, memory config, tile)."""
    if isinstance(tensor, list):
        sizes = tuple(Shape(arguments[0] if arguments else options.pop("shape", None)))
        if math.prod(sizes) != len(tensor):
            raise error("bad_input", f"[ttnn.Tensor] expected as many numbers as shape {list(sizes)} has; "
                                     f"found {len(tensor)}")
        tensor, arguments = np.array(tensor, np.float32).reshape(sizes), arguments[1:]
        names = ("dtype", "layout", "device", "memory_config", "tile")
    else:
        names = ("dtype", "device", "layout", "memory_config", "tile")
    options = {_CONSTRUCTORS_NAMES.get(key, key): value for key, value in options.items() if key != "strategy"}
    options |= zip(names, arguments)
    if options.get("dtype") in block_dtypes and options.get("layout") is None:
        options["layout"] = TILE_LAYOUT  # the only one of block formats
    made = from_torch(tensor, **options)
    for slot in ("_core", "_device", "_is_borrowed", "_layout", "_views"):
        setattr(self, slot, getattr(made, slot))


_CONSTRUCTORS_NAMES = {"data_type": "dtype", "mem_config": "memory_config"}


def _to(self, place, mem_config=None):
    """Tensor.to(layout) and Tensor.to(device, mem_config)."""
    if isinstance(place, Layout):
        return to_layout(self, place)
    if isinstance(place, Device):
        return to_device(self, place, memory_config=mem_config)
    raise error("unsupported", f"[ttnn.Tensor.to] expected a layout or a device; found {shown(place)}")


def _reshape(self, *shape):
    return reshape(self, shape[0] if len(shape) == 1 else shape)


for _name, _called in _OPERATORS.items():
    setattr(Tensor, _name, _operator(_called))
Tensor.__init__ = _made
Tensor.__hash__ = object.__hash__  # tensors are keys by identity, as == gives a tensor
Tensor.__getitem__ = _getitem
Tensor.reshape, Tensor.to = _reshape, _to
for _name, _method in METHODS.items():
    setattr(Tensor, _name, _method)
Tensor.cpu = lambda self, blocking=True, cq_id=None: from_device(self)
Tensor.to_torch = lambda self: to_torch(self)
Tensor.to_numpy = lambda self: to_numpy(self)
