"""Which release of TT-NN this module follows."""
from .. import _core
from ._errors import error

_chosen = ""


def choose_release(name):
    """For devices that are opened, and tensors printed, from now on; empty: WATTENTION_RELEASE's, or the first."""
    global _chosen
    known = _core.list_releases()
    if name and name not in known:
        raise error("absent", f"[install] expected a release among {', '.join(known)}; found {name!r}")
    _chosen = name


def fact(name):
    """What the release says: "cuts_numbers", "quick_gelu", "in_part", "composites", "ops"."""
    return _core._release_info(_chosen)[name]


def is_one_program(op):
    """Whether the release runs this op of the table where others make it of several."""
    return fact("in_part") and op in fact("ops")


def has_later_word(name):
    """Of the words, options and cases that came after the first release here."""
    return name in fact("composites")


def expect_later_word(name):
    if not has_later_word(name):
        raise error("unsupported", f"[ttnn.{name}] expected a word that release {fact('name')} of TT-NN has; found "
                                   f"{name}, which later ones have")


def refuse_composite(name):
    """A word of several ops in a release that may have a program of its own for it."""
    if fact("in_part") and name not in fact("composites"):
        raise error("unsupported", f"[ttnn.{name}] expected a word whose digits are known in release {fact('name')} of "
                                   f"TT-NN; found {name}")


def release():
    """A name of wattention.list_releases(), or empty."""
    return _chosen
