"""TT-NN's Python API on the software Wormhole: its words, and its digits where an op is here.

Names, defaults, prints and digits are those of the card's stack; docs/python.md lists what is here and what differs.
After `install()`, `import ttnn` gives this module. `python -m wattention.ttnn run FILE` runs a notebook or a script so.
"""
from .. import _core
from . import _absent, _backward, _backward_pairs, _compare, _convert, _device, _division, _elementwise
from . import _elementwise_pairs, _experimental, _heads, _ids, _in_place, _modules, _moreh, _names, _norms, _operators
from . import _paged, _sdpa, _table, _tensor, _word, model_preprocessing, tracer
from ._composites import *
from ._config import (CONFIG, CONFIG_OVERRIDES, CONFIG_PATH, Config, load_config_from_dictionary,
                      load_config_from_json_file, manage_config, save_config_to_json_file)
from ._configs import *
from ._convert import *
from ._cores import *
from ._creation import *
from ._device import *
from ._errors import MissingError
from ._explain import _database, explain
from ._files import *
from ._golden import attach_golden_function, get_golden_function
from ._heads import *
from ._hook import install, uninstall
from ._ids import *
from ._in_place import *
from ._log import show_log
from ._memory import *
from ._mesh import *
from ._modes import *
from ._moreh import *
from ._moves import *
from ._norms import *
from ._ops import *
from ._queries import *
from ._shape import Shape, Tile
from ._shapes import *
from ._sharding import *
from ._tensor import *
from ._trace import *
from ._types import *


def _set_up():
    """Submodules, and the table's ops at their places."""
    words = {name: value for name, value in globals().items() if name in _names.words()}
    _word.dress(words)
    globals().update(words)
    _modules.make_modules()
    inner = {name: value for part in (_device, _experimental, _heads, _ids, _moreh, _norms, _paged, _sdpa)
             for name, value in part.IN_SUBMODULES.items()}
    _word.dress(inner)
    for name, value in inner.items():
        _modules.attach(name, value)
    _elementwise.attach_elementwise()
    _elementwise_pairs.attach_pairs()
    _division.attach_divisions()
    _backward.attach_backward()
    _backward_pairs.attach_backward_pairs()
    _table.attach_ops()
    _in_place.attach_in_place(_core.list_ops(), globals())
    for name in ("trace", "visualize", "enable_tracing", "disable_tracing", "is_tracing_enabled"):
        _modules.attach(f"torch_tracer.{name}", getattr(tracer, name))
    for name, value in _database.WORDS.items():
        _modules.attach(f"database.{name}", value)
    _compare.attach(_tensor.Tensor, _convert.to_torch)


_set_up()
__all__ = sorted(name for name in globals() if not name.startswith("_"))


def __getattr__(name):
    return _absent.absent_or_unknown("", name)


def __dir__():
    return sorted({*globals(), *_names.members("")})
