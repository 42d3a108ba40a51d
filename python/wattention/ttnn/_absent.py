"""Words of TT-NN that are not here: they can be named, imported and handed on, and are refused by name at use."""
from functools import cache

from . import _names
from ._errors import missing, unknown


class Absent:
    """A function or a value of TT-NN that is not here."""

    def __init__(self, name):
        self._name = name
        self.__name__ = self.__qualname__ = name

    def __call__(self, *arguments, **options):
        raise missing(self._name)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise missing(f"{self._name}.{name}")

    def __repr__(self):
        return f"<ttnn.{self._name}, which is not here>"


class AbsentTree(Absent):
    """A part of TT-NN whose names no list holds: any name below it is absent, too."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return absent_tree(f"{self._name}.{name}")


class AbsentClass(type):
    """A class of TT-NN that is not here. It serves in annotations and isinstance; making one is refused."""

    def __call__(cls, *arguments, **options):
        raise missing(cls._name)

    def __getattr__(cls, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return absent(f"{cls._name}.{name}")

    def __repr__(cls):
        return f"<class ttnn.{cls._name}, which is not here>"


def is_class_name(name):
    last = name.rpartition(".")[2]
    return last[0].isupper() and not last.isupper()


@cache
def absent(name):
    """The stand-in for a word, the same one each time."""
    if is_class_name(name):
        return AbsentClass(name.rpartition(".")[2], (), {"_name": name, "__doc__": f"ttnn.{name} is not here."})
    return Absent(name)


@cache
def absent_tree(name):
    return AbsentTree(name)


def absent_or_unknown(prefix, name):
    """The stand-in for `prefix.name`. Raises where TT-NN has no such name."""
    if name.startswith("__"):
        raise AttributeError(name)
    dotted = f"{prefix}.{name}" if prefix else name
    if dotted in _names.words():
        return absent(dotted)
    raise unknown(dotted, _names.nearest(name, _names.members(prefix)))


def refuse_attribute(prefix, name):
    """Raises for an attribute of an object that is here: named where TT-NN has it, unknown where not."""
    if name.startswith("_"):
        raise AttributeError(name)
    if f"{prefix}.{name}" in _names.words():
        raise missing(f"{prefix}.{name}")
    raise unknown(f"{prefix}.{name}", _names.nearest(name, _names.members(prefix)))
