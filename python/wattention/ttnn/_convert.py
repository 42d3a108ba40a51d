"""In and out: torch tensors where torch can be imported, NumPy arrays elsewhere."""
from functools import cache

import numpy as np

from .. import _core
from . import _watch
from ._capture import refuse_transfer
from ._device import Device
from ._errors import HOW_TO_ASK, ArgumentError, error, expect_types, refuse_options, shown
from ._memory import MemoryConfig, place
from ._mesh import expect_one_device
from ._padding import expect_padding_of_zeros
from ._shape import Tile
from ._tensor import Tensor, allocated, moved, wrap
from ._types import (ROW_MAJOR_LAYOUT, TILE_LAYOUT, TILE_SIZE, DataType, Layout, bfloat16, block_dtypes, dtype_words,
                     dtypes, float32, layout_words)
from ._word import word

__all__ = ["from_device", "from_torch", "to_device", "to_dtype", "to_layout", "to_torch"]

# The dtype that TT-NN gives an array of a dtype of torch or NumPy when none is asked for: tt-metal v0.57.0-rc71,
# pytensor.cpp.
_DEFAULTS = {
    "float32": float32, "bfloat16": bfloat16, "int64": DataType.UINT32, "int32": DataType.INT32,
    "int16": DataType.UINT16, "uint8": DataType.UINT8,
}
_TILE = Tile((TILE_SIZE, TILE_SIZE))
_HALVES = {"torch.float16": bfloat16}
# What to_torch gives for the library's unsigned integers: the same bits.
_SIGNED = {"uint32": np.int32, "uint16": np.int16}


@cache
def _torch():
    """torch and the subclass that the card's stack returns; None where torch is not installed."""
    try:
        import torch
    except ModuleNotFoundError:
        return None
    return torch, type("TorchTensor", (torch.Tensor,), {"__doc__": "What to_torch returns: a torch.Tensor."})


def _expect_layout(op, layout):
    expect_types(op, layout=(layout, Layout))
    if layout not in layout_words:
        raise ArgumentError(f"[ttnn.{op}] expected layout to be a ttnn.Layout, ROW_MAJOR or TILE (incompatible "
                            f"function arguments); found {layout!r}")


def dtype_word(op, dtype):
    """The library's word for a dtype."""
    expect_types(op, dtype=(dtype, DataType))
    if dtype not in dtype_words:
        raise error("unsupported", f"[ttnn.{op}] expected one of {', '.join(str(known) for known in dtype_words)}; "
                                   f"found {dtype}. {HOW_TO_ASK}.")
    return dtype_words[dtype]


def _wanted(array, dtype):
    """The dtype asked for, or TT-NN's own choice for the array's."""
    if dtype is not None:
        return dtype
    name = str(array.dtype)
    found = _HALVES.get(name) or _DEFAULTS.get(name.removeprefix("torch."))
    if found is None:
        raise error("bad_input", "[ttnn.from_torch] expected an array of float32, bfloat16 or an integer type, or a "
                                 f"dtype; found {name}. Unsupported DataType: {name}")
    return found


# What torch or NumPy convert to on the way to a dtype: tt-metal v0.57.0-rc71, pytensor.cpp. Unsigned ones are views.
_VIA = {bfloat16: "bfloat16", float32: "float32", DataType.INT32: "int32", DataType.UINT32: "int32",
        DataType.UINT16: "int16", DataType.UINT8: "uint8", **dict.fromkeys(block_dtypes, "float32")}
_VIEWS = {DataType.UINT32: np.uint32, DataType.UINT16: np.uint16}


def _converted(array, dtype):
    """The array in a dtype of the library, by torch's or NumPy's own conversion, as TT-NN does it."""
    via, view = _VIA[dtype], _VIEWS.get(dtype)
    found = _torch()
    if found is not None and isinstance(array, found[0].Tensor):
        array = array.detach().to(getattr(found[0], via))
        return array if view is None else array.contiguous().numpy().view(view)
    if isinstance(array, np.ndarray):
        array = np.asarray(array.astype("float32" if dtype is bfloat16 else via, copy=False), order="C")
        return array if view is None else array.view(view)
    return array


def _core_of(tensor, dtype):
    """The library's tensor, and whether it shares the array's memory."""
    if isinstance(tensor, _core.Tensor):
        dtype = dtypes.get(tensor.dtype) if dtype is None else dtype
        return tensor.to(dtype_word("from_torch", dtype)), True
    if isinstance(tensor, (list, tuple, Tensor)) or not hasattr(type(tensor), "__dlpack__"):
        raise error("bad_input", f"[ttnn.from_torch] expected a torch tensor or a NumPy array; found {shown(tensor)}. "
                                 "The argument must be of type torch.Tensor or numpy.ndarray!")
    dtype = _wanted(tensor, dtype)
    dtype_there = dtype_word("from_torch", dtype)
    found = str(tensor.dtype).removeprefix("torch.")
    if found in ("float32", "bfloat16") and dtype in (float32, bfloat16):
        core = _core.Tensor(tensor)
        return _rounded(core, core.to(dtype_there)), core.dtype == dtype_there
    return _rounded(tensor, _core.Tensor(_converted(tensor, dtype)).to(dtype_there)), found == _VIA[dtype]


def _rounded(source, core):
    _watch.rounded(source, core)
    return core


@word("from_torch")
def from_torch(tensor, dtype=None, *, layout=ROW_MAJOR_LAYOUT, device=None, memory_config=None, tile=None,
               pad_value=None, mesh_mapper=None):
    """A tensor on the host, or on `device`; values are rounded to nearest even.

    `tensor` is a torch tensor, a NumPy array or anything with DLPack. A row-major host tensor of the same dtype
    shares its memory. float16 becomes bfloat16; with a dtype, numbers of any type are converted by torch or NumPy.
    """
    refuse_options("from_torch", tile=None if tile == _TILE else tile)
    expect_one_device("from_torch", mesh_mapper=mesh_mapper)
    expect_types("from_torch", dtype=(dtype, DataType), device=(device, Device),
                 memory_config=(memory_config, MemoryConfig))
    layout = ROW_MAJOR_LAYOUT if layout is None else layout
    _expect_layout("from_torch", layout)
    if dtype in block_dtypes and layout is ROW_MAJOR_LAYOUT:
        raise error("bad_input", f"[ttnn.from_torch] expected TILE_LAYOUT for {dtype}; found ROW_MAJOR_LAYOUT. "
                                 "ttnn.from_torch: bfloat8_b/bfloat4_b requires TILE_LAYOUT!")
    if memory_config is not None and device is None:
        raise error("bad_input", "[ttnn.from_torch] expected a device with memory_config; found none. "
                                 "device must be specified when memory_config is specified")
    if pad_value is not None and layout is ROW_MAJOR_LAYOUT:
        raise error("bad_input", "[ttnn.from_torch] expected TILE_LAYOUT with pad_value; found ROW_MAJOR_LAYOUT. "
                                 "layout must be TILE_LAYOUT when pad_value is specified")
    core, is_shared = _core_of(tensor, dtype)
    expect_padding_of_zeros("from_torch", core.shape, pad_value)
    if device is not None:
        return _send(core, dtypes[core.dtype], layout, device, memory_config)
    if is_shared and layout is not ROW_MAJOR_LAYOUT:
        core = core.clone()  # tilizing copies
    # In rows TT-NN borrows the array, or the one that torch converted it to.
    return wrap(core, None, layout, is_borrowed=layout is ROW_MAJOR_LAYOUT)


def _send(core, dtype, layout, device, memory_config):
    refuse_transfer("to_device", "Writes")
    where = place("to_device", memory_config) or {"memory": "dram"}
    return wrap(_core.to_device(core, device._core, **where, layout=layout_words[layout],
                                 dtype=dtype_words[dtype]), device)


def _squeezed(result, torch_rank):
    while torch_rank is not None and result.ndim > torch_rank:
        if result.shape[0] != 1:
            raise error("bad_input", f"[ttnn.to_torch] expected sizes of 1 in front of the last {torch_rank}; found "
                                     f"{list(result.shape)}. ttnn: Unable to squeeze to desired rank!")
        result = result[0]
    return result


@word("to_torch")
def to_torch(tensor, dtype=None, *, torch_rank=None, device=None, mesh_composer=None):
    """The values in row-major order without padding, in the tensor's dtype or a torch `dtype`; unsigned as signed.

    With torch: a torch tensor that prints as `TorchTensor(`. Without: a NumPy array, bfloat16 widened to float32, as
    block formats always are.
    `device`, where TT-NN may change the layout on its way, changes nothing here.
    """
    expect_one_device("to_torch", mesh_composer=mesh_composer)
    core = allocated("to_torch", tensor)
    if tensor._device is not None:
        refuse_transfer("to_torch", "Reads")
    core = _core.to_host(core) if tensor._device is not None else core.clone()
    core = core.to("f32") if tensor.dtype in block_dtypes else core
    values = core.numpy().view(_SIGNED[core.dtype]) if core.dtype in _SIGNED else core
    found = _torch()
    if found is None:
        values = values.numpy() if values is core else values
        return _squeezed(values if dtype is None else values.astype(dtype), torch_rank)
    torch, torch_tensor = found
    values = torch.from_dlpack(core) if values is core else torch.from_numpy(values)
    result = _squeezed(values, torch_rank).as_subclass(torch_tensor)
    return result if dtype is None else result.to(dtype)


def to_numpy(tensor):
    """Tensor.to_numpy: a copy in rows without padding; unsigned integers as signed ones of the same bits."""
    core = allocated("Tensor.to_numpy", tensor)
    if core.dtype == "bf16":
        raise error("bad_input", "[ttnn.Tensor.to_numpy] expected a dtype that NumPy has; found bfloat16. Bfloat16 is "
                                 "not supported for numpy!")
    values = (_core.to_host(core) if tensor._device is not None else core.clone()).numpy()
    return values.view(_SIGNED[core.dtype]) if core.dtype in _SIGNED else values


@word("to_device")
def to_device(tensor, device, memory_config=None):
    """A host tensor's copy in the device's DRAM, or where memory_config says; a device tensor as it is."""
    core = allocated("to_device", tensor)
    expect_types("to_device", device=(device or False, Device), memory_config=(memory_config, MemoryConfig))
    if tensor._device is not None:
        return tensor
    return _send(core, tensor.dtype, tensor.layout, device, memory_config)


@word("from_device")
def from_device(tensor, blocking=True):
    """The copy on the host; it keeps its layout."""
    core = allocated("from_device", tensor)
    if tensor._device is None:
        return tensor
    refuse_transfer("from_device", "Reads")
    return wrap(_core.to_host(core), None, tensor.layout)


@word("to_layout")
def to_layout(tensor, layout, dtype=None, memory_config=None, device=None):
    """Between ROW_MAJOR_LAYOUT and TILE_LAYOUT; a block format becomes bfloat16 in rows, on the device."""
    core = allocated("to_layout", tensor)
    _expect_layout("to_layout", layout)
    expect_types("to_layout", dtype=(dtype, DataType), memory_config=(memory_config, MemoryConfig))
    if tensor._device is None:
        refuse_options("to_layout", dtype=None if dtype is tensor.dtype else dtype)
        if tensor.dtype in block_dtypes and layout is ROW_MAJOR_LAYOUT:
            raise error("unsupported", f"[ttnn.to_layout] expected TILE_LAYOUT for {tensor.dtype} on the host; found "
                                       f"ROW_MAJOR_LAYOUT. {HOW_TO_ASK}.")
        return (moved(core, tensor, layout) if layout is tensor.layout else
                wrap(_rounded(core, core.clone()), None, layout))
    refuse_options("to_layout", dtype=None if dtype is tensor.dtype else dtype)
    if tensor.is_sharded() and layout is ROW_MAJOR_LAYOUT and tuple(tensor.padded_shape) != tuple(tensor.shape):
        memory_config = None  # as TT-NN, which leaves it in shards of the same layout
    return moved(_core.to_layout(core, layout_words[layout], **place("to_layout", memory_config)), tensor)


@word("to_dtype")
def to_dtype(tensor, dtype):
    """A host tensor in another dtype, rounded to nearest even."""
    core = allocated("to_dtype", tensor)
    to = dtype_word("to_dtype", dtype)
    if tensor._device is not None:
        raise error("bad_input", "[ttnn.to_dtype] expected a tensor on the host; found one on a device")
    return moved(_rounded(core, core.to(to)), tensor, TILE_LAYOUT if dtype in block_dtypes else tensor.layout)
