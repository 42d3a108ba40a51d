"""The part of TT-NN's Python API that attention needs, on the software Wormhole.

Names, defaults, prints and digits are those of the card's stack; docs/python.md lists what is here and what differs.
After `install()`, `import ttnn` gives this module. `python -m wattention.ttnn run FILE` runs a notebook or a script so.
"""
from . import _convert, _creation, _device, _heads, _moves, _ops, _tensor, _types
from ._convert import *
from ._creation import *
from ._device import *
from ._errors import MissingError, missing
from ._heads import *
from ._hook import install, uninstall
from ._log import show_log
from ._moves import *
from ._ops import *
from ._tensor import *
from ._types import *

__all__ = [
    *_convert.__all__, *_creation.__all__, *_device.__all__, *_heads.__all__, *_moves.__all__, *_ops.__all__,
    *_tensor.__all__, *_types.__all__,
    "MissingError", "install", "show_log", "uninstall",
]


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    raise missing(name)
