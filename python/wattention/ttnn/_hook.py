"""`import ttnn`, served by this module."""
import sys

from ._errors import error
from ._log import show_log
from ._modules import served
from ._release import choose_release


def install(*, log=False, release=""):
    """From now on `import ttnn` gives this module; with log=True it prints TT-NN's `Metal | INFO` lines.

    release: the one to follow, a name of wattention.list_releases(); empty: WATTENTION_RELEASE's, or the first.
    """
    choose_release(release)
    module = sys.modules[__package__]
    present = sys.modules.get("ttnn", module)
    if present is not module:
        raise error("bad_input", f"[install] expected no ttnn imported before; found {present!r}")
    sys.modules["ttnn"] = module
    sys.modules.update(served("ttnn"))
    show_log(log)


def uninstall():
    """Undoes install()."""
    if sys.modules.get("ttnn") is sys.modules[__package__]:
        for name in ("ttnn", *served("ttnn")):
            sys.modules.pop(name, None)
