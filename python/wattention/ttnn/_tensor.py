"""ttnn.Tensor: a tensor of the library under TT-NN's attributes, operators and print."""
from collections import namedtuple

from .. import _core
from ._errors import error, missing
from ._types import DRAM_MEMORY_CONFIG, Shape, dtypes, layout_words, layouts, memory_configs

__all__ = ["Tensor"]

# What is left of a deallocated tensor.
Freed = namedtuple("Freed", "shape dtype layout memory size")


class Tensor:
    """Made by from_torch and by ops. On the host, `layout` is what the tensor will have on a device."""

    __slots__ = ("_core", "_device", "_layout")

    def __init__(self, *arguments, **options):
        raise error("unsupported", "[ttnn.Tensor] expected a tensor from ttnn.from_torch; found a direct construction")

    @property
    def shape(self):
        return Shape(self._core.shape)

    @property
    def dtype(self):
        return dtypes[self._core.dtype]

    @property
    def layout(self):
        return self._layout if self._device is None else layouts[self._core.layout]

    def device(self):
        """The device that holds it; None on the host."""
        return self._device

    def memory_config(self):
        return DRAM_MEMORY_CONFIG if self._device is None else memory_configs[self._core.memory]

    def is_allocated(self):
        return type(self._core) is not Freed and (self._device is None or self._device._core.is_open)

    def volume(self):
        return self._core.size

    def __len__(self):
        return self._core.shape[0]

    def __getitem__(self, index):
        raise missing("Tensor.__getitem__")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise missing(f"Tensor.{name}")

    def __repr__(self):
        if not self.is_allocated():
            return (f"ttnn.Tensor(<buffer is not allocated>, shape={self.shape!r}, dtype=DataType::{self.dtype.name}, "
                    f"layout=Layout::{self.layout.name})")
        return _core.format_ttnn(_core.to_host(self._core), layout_words[self.layout])


def wrap(core, device, layout=None):
    """A Tensor of this module over one of the library."""
    tensor = object.__new__(Tensor)
    tensor._core = core
    tensor._device = device
    tensor._layout = layout
    return tensor


def free(tensor):
    """Drops the tensor's memory; shape and dtype stay."""
    core = tensor._core
    tensor._core = Freed(core.shape, core.dtype, core.layout, core.memory, core.size)


def allocated(op, tensor):
    """The library's tensor of a ttnn.Tensor that was not deallocated."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"[ttnn.{op}] expected a ttnn.Tensor (incompatible function arguments); "
                        f"found {type(tensor).__name__}")
    if type(tensor._core) is Freed:
        raise error("closed", f"[ttnn.{op}] expected an allocated tensor; found a deallocated one")
    return tensor._core


def on_device(op, sentence, *tensors):
    """The first tensor's device, when all are on one. TT-NN's ops run nowhere else."""
    for tensor in tensors:
        allocated(op, tensor)
        if tensor._device is None:
            raise error("bad_input", f"[ttnn.{op}] expected tensors on a device; found one on the host. {sentence}")
    return tensors[0]._device
