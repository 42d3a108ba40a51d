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


def release():
    """A name of wattention.list_releases(), or empty."""
    return _chosen
