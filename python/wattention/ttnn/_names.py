"""The words of TT-NN and the names of its arguments, as data: which exist, and which is nearest to a typo."""
import difflib
from functools import cache
from pathlib import Path


def _lines(file):
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def words():
    """All dotted names."""
    return _lines("names.txt")


@cache
def _members():
    """{prefix: its names}; the module itself has the prefix ""."""
    members = {}
    for word in words():
        parts = word.split(".")
        for depth, name in enumerate(parts):
            members.setdefault(".".join(parts[:depth]), set()).add(name)
    return members


def members(prefix):
    return _members().get(prefix, set())


def modules():
    """Dotted names of all submodules, outer ones first. What is capitalized is a class."""
    return sorted(prefix for prefix in _members() if prefix and not prefix.rpartition(".")[2][0].isupper())


@cache
def keywords():
    """Names of arguments that any of TT-NN's functions takes."""
    return _lines("keywords.txt")


def nearest(name, names):
    """The one of the names that is most like `name`, or None."""
    return next(iter(difflib.get_close_matches(name, names, 1)), None)
