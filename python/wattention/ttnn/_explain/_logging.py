"""CONFIG.enable_logging: a report folder of all ops, as TT-NN writes one, at CONFIG.report_path.

As on the card's stack it needs a report_name, and enable_fast_runtime_mode to be False. The folder is written when a
device closes, when the switch is turned off, and at the end of the program.
"""
import atexit
import json

from .. import _config, _device, _watch
from .._config import CONFIG
from ._looking import looking
from ._visualizer import write_report

_log = None  # (explainer, folder) while ops are logged


def _is_wanted():
    return CONFIG.enable_logging and not CONFIG.enable_fast_runtime_mode and CONFIG.report_name is not None


def _write():
    explainer, folder = _log
    calls = json.loads(explainer.json())["calls"]
    write_report(folder, json.loads(explainer.journal()), [duration / 1e3 for _, _, duration in calls])


def follow():
    """Begins or ends the log as the switches say now."""
    global _log
    if _is_wanted() and _log is None and not _watch.is_on():
        explainer = looking()
        explainer.skip_errors()
        explainer.keep_journal()
        _watch.exchange(explainer)
        for device in _device._open.values():
            explainer.watch(device._core)
        _log = explainer, CONFIG.report_path
    elif not _is_wanted() and _log is not None:
        end()


def end():
    global _log
    if _log is None:
        return
    _watch.exchange(None)
    _log[0].leave()
    _write()
    _log = None


def closing():
    """A device closes: what was logged so far can be read."""
    if _log is not None:
        _write()


_config.listeners.append(follow)
_watch.at_close(closing)
atexit.register(end)
