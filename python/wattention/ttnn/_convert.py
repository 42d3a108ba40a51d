"""In and out: torch tensors where torch can be imported, NumPy arrays elsewhere."""
from functools import cache

from .. import _core
from ._device import Device
from ._errors import error, refuse_options
from ._tensor import allocated, wrap
from ._types import ROW_MAJOR_LAYOUT, DataType, Layout, MemoryConfig, dtype_words, dtypes, layout_words

__all__ = ["from_device", "from_torch", "to_device", "to_dtype", "to_layout", "to_torch"]


@cache
def _torch():
    """torch and the subclass that the card's stack returns; None where torch is not installed."""
    try:
        import torch
    except ModuleNotFoundError:
        return None
    return torch, type("TorchTensor", (torch.Tensor,), {"__doc__": "What to_torch returns: a torch.Tensor."})


def _memory(memory_config):
    return "dram" if memory_config is None else memory_config.word


def _expect_words(op, **words):
    """TT-NN refuses a word of a wrong type, a string for a dtype, as pybind does."""
    for name, (value, kind) in words.items():
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"[ttnn.{op}] expected {name} to be a ttnn.{kind.__name__} (incompatible function "
                            f"arguments); found {value!r}")


def _send(core, dtype, layout, device, memory_config):
    sent = _core.to_device(core, device._core, memory=_memory(memory_config), layout=layout_words[layout],
                           dtype=dtype_words[dtype])
    return wrap(sent, device)


def _dtype_of(core):
    if core.dtype not in dtypes:
        raise error("bad_input", f"[ttnn.from_torch] expected float32 or bfloat16, or a dtype; found {core.dtype}")
    return dtypes[core.dtype]


def from_torch(tensor, dtype=None, *, layout=ROW_MAJOR_LAYOUT, device=None, memory_config=None, tile=None,
               pad_value=None, mesh_mapper=None):
    """A tensor on the host, or on `device`; values are rounded to nearest even.

    `tensor` is a torch tensor, a NumPy array or anything with DLPack: float32, float64 or bfloat16, any shape of at
    least one dimension. A host tensor of the same dtype shares its memory.
    """
    refuse_options("from_torch", tile=tile, pad_value=pad_value, mesh_mapper=mesh_mapper)
    _expect_words("from_torch", dtype=(dtype, DataType), layout=(layout, Layout), device=(device, Device),
                  memory_config=(memory_config, MemoryConfig))
    if memory_config is not None and device is None:
        raise error("bad_input", "[ttnn.from_torch] expected a device with memory_config; found none. "
                                 "device must be specified when memory_config is specified")
    core = _core.Tensor(tensor)
    dtype = dtype or _dtype_of(core)
    if device is not None:
        return _send(core, dtype, layout, device, memory_config)
    return wrap(core.to(dtype_words[dtype]), None, layout)


def to_torch(tensor, dtype=None, *, device=None, mesh_composer=None):
    """The values in row-major order without padding, in the tensor's dtype or a torch `dtype`.

    With torch: a torch tensor that prints as `TorchTensor(`. Without: a NumPy array, bfloat16 widened to float32.
    """
    refuse_options("to_torch", device=device, mesh_composer=mesh_composer)
    core = allocated("to_torch", tensor)
    core = _core.to_host(core) if tensor._device is not None else core.clone()
    found = _torch()
    if found is None:
        return core.numpy() if dtype is None else core.numpy().astype(dtype)
    torch, torch_tensor = found
    result = torch.from_dlpack(core).as_subclass(torch_tensor)
    return result if dtype is None else result.to(dtype)


def to_device(tensor, device, memory_config=None):
    """A host tensor's copy in the device's DRAM, or where memory_config says; a device tensor as it is."""
    core = allocated("to_device", tensor)
    _expect_words("to_device", device=(device or False, Device), memory_config=(memory_config, MemoryConfig))
    if tensor._device is not None:
        return tensor
    return _send(core, tensor.dtype, tensor.layout, device, memory_config)


def from_device(tensor):
    """The copy on the host; it keeps its layout."""
    core = allocated("from_device", tensor)
    return wrap(_core.to_host(core), None, tensor.layout) if tensor._device is not None else tensor


def to_layout(tensor, layout, dtype=None, memory_config=None, device=None):
    """Between ROW_MAJOR_LAYOUT and TILE_LAYOUT; on the device bfloat16 only."""
    refuse_options("to_layout", dtype=dtype, memory_config=memory_config, device=device)
    core = allocated("to_layout", tensor)
    _expect_words("to_layout", layout=(layout, Layout))
    if tensor._device is None:
        return wrap(core, None, layout)
    return wrap(_core.to_layout(core, layout_words[layout]), tensor._device)


def to_dtype(tensor, dtype):
    """A host tensor in another dtype, rounded to nearest even."""
    core = allocated("to_dtype", tensor)
    _expect_words("to_dtype", dtype=(dtype, DataType))
    if tensor._device is not None:
        raise error("bad_input", "[ttnn.to_dtype] expected a tensor on the host; found one on a device")
    return wrap(core.to(dtype_words[dtype]), None, tensor.layout)
