"""Submodules of TT-NN: ttnn.transformer, ttnn.types, ... Each has its words, present or absent."""
import sys
import types

from . import _names
from ._absent import absent_or_unknown, absent_tree

# In TT-NN these modules define or import the words that ttnn itself shows under the same name.
_SHARING = ("core", "decorators", "device", "distributed", "operations", "profiler", "types")


class Words(types.ModuleType):
    """A submodule that is filled by attach(), and has the absent words of its part of the list."""

    def __init__(self, prefix):
        super().__init__(f"{__package__}.{prefix}", f"TT-NN's module {prefix}.")
        self.__path__ = []  # so that modules below it can be imported
        self._prefix = prefix

    def __getattr__(self, name):
        shared = sys.modules[__package__].__dict__
        if self._prefix.partition(".")[0] in _SHARING and name in shared and name in _names.members(self._prefix):
            return shared[name]
        return absent_or_unknown(self._prefix, name)

    def __dir__(self):
        return sorted({*super().__dir__(), *_names.members(self._prefix)})


class Bound(types.ModuleType):
    """_ttnn and what is below it: TT-NN's bound C++. No list holds its names; any is absent."""

    def __init__(self, prefix):
        super().__init__(f"{__package__}.{prefix}", f"TT-NN's bound module {prefix}.")
        self.__path__ = []
        self._prefix = prefix

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return absent_tree(f"{self._prefix}.{name}")


# tt-metal v0.57.0-rc71, ttnn/cpp/pybind11: its def_submodule calls, as far as programs import from them.
_BOUND = ["_ttnn", *(f"_ttnn.{name}" for name in
                     "core deprecated device events graph operations reports tensor types".split())]


def _prefixes():
    return [*_names.modules(), *_BOUND]


def _module(prefix):
    return sys.modules.get(f"{__package__}.{prefix}")


def attach(dotted, word):
    """Puts a word that is here at its place: attach("transformer.attention_softmax", function)."""
    prefix, _, name = dotted.rpartition(".")
    setattr(_module(prefix) if prefix else sys.modules[__package__], name, word)


def is_attached(dotted):
    prefix, _, name = dotted.rpartition(".")
    return name in (_module(prefix) if prefix else sys.modules[__package__]).__dict__


def make_modules():
    """Makes the submodules that are no files of this package, and imports find them."""
    for prefix in _prefixes():
        if _module(prefix) is None:
            sys.modules[f"{__package__}.{prefix}"] = (Bound if prefix in _BOUND else Words)(prefix)
        attach(prefix, _module(prefix))


def served(name):
    """{name under `import ttnn`: module} of all submodules."""
    return {f"{name}.{prefix}": _module(prefix) for prefix in _prefixes()}
