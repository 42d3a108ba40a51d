"""Tensors in files: dump_tensor, load_tensor, and as_tensor's cache of them. The format is this module's own:
NumPy's .npz with the values (bfloat16 as its patterns) and the tensor's words, under whatever name the caller gives."""
import json
from pathlib import Path

import numpy as np

from ._convert import dtype_word, from_device, from_torch, to_device, to_layout
from ._errors import error, refuse_options
from ._padding import array_of, core_of
from ._sharding import config_of
from ._tensor import allocated, wrap
from ._types import TILE_LAYOUT, DataType, Layout
from ._word import word

__all__ = ["as_tensor", "dump_tensor", "load_tensor"]


@word("dump_tensor")
def dump_tensor(file_name, tensor, distribute=None):
    """Writes a tensor, its dtype, layout and memory config. It is not TT-NN's format."""
    refuse_options("dump_tensor", distribute=distribute or None)
    allocated("dump_tensor", tensor)
    core, config = from_device(tensor)._core, tensor.memory_config()
    words = {"dtype": tensor.dtype.name, "layout": tensor.layout.name, "memory_layout": config.memory_layout.name,
             "buffer_type": config.buffer_type.name}
    with open(file_name, "wb") as file:
        np.savez(file, values=array_of(core), words=json.dumps(words))


def _read(path):
    try:
        with np.load(path, allow_pickle=False) as stored:
            return np.array(stored["values"]), json.loads(str(stored["words"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError) as failure:
        raise error("io", f"[ttnn.load_tensor] expected a file of this module's dump_tensor; found {failure}") from None


@word("load_tensor")
def load_tensor(file_name, *, device=None):
    """The tensor of a file, on the host or on `device` at the place it was dumped from."""
    path = Path(file_name)
    if not path.is_file():
        reason = "is not a file" if path.exists() else "does not exist"
        raise error("io", f"[ttnn.load_tensor] expected a file; found none. Unable to load the tensor from {path}.  "
                          f"The file {reason}.")
    values, words = _read(path)
    core = core_of(values, dtype_word("load_tensor", DataType[words["dtype"]]))
    tensor = wrap(core, None, Layout[words["layout"]])
    return tensor if device is None else to_device(tensor, device, memory_config=config_of(words))


@word("as_tensor")
def as_tensor(tensor, dtype=None, *, layout=Layout.ROW_MAJOR, device=None, memory_config=None, cache_file_name=None,
              preprocess=None, mesh_mapper=None, use_device_tilizer=False):
    """from_torch, with a cache: `cache_file_name` plus dtype and layout is read where it exists, else written."""
    if device is not None and memory_config is None:
        raise error("bad_input", "[ttnn.as_tensor] expected a memory_config with device; found none. memory_config "
                                 "must be specified when device is specified")
    if use_device_tilizer and (device is None or layout is not TILE_LAYOUT):
        raise error("bad_input", "[ttnn.as_tensor] expected a device and TILE_LAYOUT with use_device_tilizer; found "
                                 f"{device}, {layout}. layout must be TILE_LAYOUT when use_device_tilizer is True")

    def convert():
        source = tensor if preprocess is None else preprocess(tensor)
        if use_device_tilizer:
            rows = from_torch(source, dtype=dtype, device=device, memory_config=memory_config)
            return to_layout(rows, layout)
        return from_torch(source, dtype=dtype, layout=layout, device=device, memory_config=memory_config,
                          mesh_mapper=mesh_mapper)

    if cache_file_name is None:
        return convert()
    names = ["None" if name is None else name.name for name in (dtype, layout)]
    path = Path(f"{cache_file_name}_dtype_{names[0]}_layout_{names[1]}.bin")
    if path.is_file():
        return load_tensor(path, device=device)
    result = convert()
    path.parent.mkdir(parents=True, exist_ok=True)
    dump_tensor(path, result)
    return result
