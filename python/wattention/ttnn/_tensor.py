"""ttnn.Tensor: a tensor of the library under TT-NN's attributes and print. Its operators are in _operators.py."""
import weakref
from collections import namedtuple

from .. import _core
from ._absent import refuse_attribute
from ._errors import ArgumentError, error
from ._memory import DRAM_MEMORY_CONFIG, config_of
from ._release import release
from ._shape import Shape, Tile
from ._types import TILE_SIZE, Layout, StorageType, dtypes, layout_words, layouts

__all__ = ["Tensor", "set_printoptions"]

# What is left of a deallocated tensor.
Freed = namedtuple("Freed", "shape dtype layout memory sharding size")
_NO_BUFFER = "Cannot get the device from a tensor without an allocated buffer"
_PROFILES = {"empty": 0, "short": None, "full": 2**62}  # items of a dimension; None: as many as the release shows
_profile = "short"


class Tensor:
    """Made by from_torch and by ops. On the host, `layout` is what the tensor will have on a device.

    Views of one buffer are told of each other in `_views`: a list of weak references, None where there are none.
    """

    __slots__ = ("__weakref__", "_core", "_device", "_is_borrowed", "_layout", "_views")

    @property
    def shape(self):
        return Shape(self._core.shape)

    @property
    def padded_shape(self):
        """The shape with the last two sizes at whole tiles, in tile layout."""
        sizes = list(self._core.shape)
        if self.layout is Layout.TILE:
            sizes[-2:] = [-(-size // TILE_SIZE) * TILE_SIZE for size in sizes[-2:]]
        return Shape(sizes)

    @property
    def dtype(self):
        return dtypes[self._core.dtype]

    @property
    def layout(self):
        return self._layout if self._device is None else layouts[self._core.layout]

    def get_dtype(self):
        return self.dtype

    def get_layout(self):
        return self.layout

    def device(self):
        """The device that holds it; None on the host."""
        return self._device

    def devices(self):
        return [] if self._device is None else [self._device]

    def storage_type(self):
        if self._device is not None:
            return StorageType.DEVICE
        return StorageType.BORROWED if self._is_borrowed else StorageType.OWNED

    def memory_config(self):
        return DRAM_MEMORY_CONFIG if self._device is None else config_of(self._core)

    def is_sharded(self):
        return self._device is not None and self._core.sharding is not None

    def is_contiguous(self):
        return True

    def is_allocated(self):
        return type(self._core) is not Freed and (self._device is None or self._device._core.is_open)

    def logical_volume(self):
        return self._core.size

    def volume(self):
        """Elements with the padding of tiles, as TT-NN counts them."""
        count = 1
        for size in self.padded_shape:
            count *= size
        return count

    @property
    def tile(self):
        return Tile((TILE_SIZE, TILE_SIZE))

    def get_tile(self):
        return self.tile

    def deallocate(self, force=False):
        free(self, force)

    def __getattr__(self, name):
        refuse_attribute("Tensor", name)

    def __repr__(self):
        if not self.is_allocated() or _profile == "empty":
            values = "..." if self.is_allocated() else "<buffer is not allocated>"
            return (f"ttnn.Tensor({values}, shape={self.shape!r}, dtype=DataType::{self.dtype.name}, "
                    f"layout=Layout::{self.layout.name})")
        return _core.format_ttnn(_core.to_host(self._core), layout_words[self.layout], release_profile=release(),
                                 longest=_PROFILES[_profile])


def set_printoptions(*, profile):
    """How tensors print: profile "empty" without values, "short" as TT-NN does by default, "full" with all."""
    global _profile
    if not isinstance(profile, str) or profile.lower() not in _PROFILES:
        raise ArgumentError(f"[ttnn.set_printoptions] expected profile empty, short or full; found {profile!r}")
    _profile = profile.lower()


def wrap(core, device, layout=None, *, is_borrowed=False):
    """A Tensor of this module over one of the library."""
    tensor = object.__new__(Tensor)
    tensor._core = core
    tensor._device = device
    tensor._layout = layout
    tensor._is_borrowed = is_borrowed
    tensor._views = None
    return tensor


def moved(core, source, layout=None):
    """wrap() for an op that may have moved nothing: then result and source are views of one buffer."""
    is_view = core.shares_memory(source._core)
    result = wrap(core, source._device, layout, is_borrowed=is_view and source._is_borrowed)
    if is_view:
        if source._views is None:
            source._views = [weakref.ref(source)]
        result._views = source._views
        result._views[:] = [view for view in result._views if view() is not None]  # a loop's views die one by one
        result._views.append(weakref.ref(result))
    return result


def free(tensor, force=True):
    """Drops the tensor's memory, its views' too; shape and dtype stay. Without force a shared buffer is kept."""
    if type(tensor._core) is Freed or (tensor._is_borrowed and not force):
        return
    if tensor._is_borrowed:
        raise error("bad_input", "[ttnn.deallocate] expected a tensor that owns its memory; found one that shares the "
                                 "array it came from. Cannot deallocate tensor with borrowed storage!")
    views = [view for view in (ref() for ref in tensor._views or ()) if view is not None] or [tensor]
    if len(views) > 1 and not force:
        return
    for view in views:
        core = view._core
        view._core = Freed(core.shape, core.dtype, core.layout, core.memory, core.sharding, core.size)


def allocated(op, tensor):
    """The library's tensor of a ttnn.Tensor that was not deallocated."""
    if not isinstance(tensor, Tensor):
        raise ArgumentError(f"[ttnn.{op}] expected a ttnn.Tensor (incompatible function arguments); "
                            f"found {type(tensor).__name__}")
    if type(tensor._core) is Freed:
        raise error("closed", f"[ttnn.{op}] expected an allocated tensor; found a deallocated one. {_NO_BUFFER}")
    return tensor._core


def on_device(op, sentence, *tensors):
    """The first tensor's device, when all are on one. TT-NN's ops run nowhere else."""
    for tensor in tensors:
        allocated(op, tensor)
        if tensor._device is None:
            raise error("bad_input", f"[ttnn.{op}] expected tensors on a device; found one on the host. {sentence}")
    return tensors[0]._device
