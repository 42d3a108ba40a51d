"""CONFIG.enable_logging: a report folder of all ops, as TT-NN writes one, at CONFIG.report_path.

As on the card's stack it needs a report_name, and enable_fast_runtime_mode to be False. The folder is written when a
device closes, when the switch is turned off, and at the end of the program.
"""
import atexit
import json
import warnings

from .. import _config, _device, _watch
from .._config import CONFIG
from ._graph import write_graph
from ._looking import looking
from ._visualizer import durations_of, write_report

_log = None  # while ops are logged


class _Log:
    """What looks on, and what the switches have asked for since it does."""

    def __init__(self):
        self.folder, self.graph, self.by_page = CONFIG.report_path, False, False
        self.explainer = looking()
        self.explainer.skip_errors()
        self.explainer.keep_journal()

    def look_at_switches(self):
        self.graph |= bool(CONFIG.enable_graph_report)
        self.by_page |= bool(CONFIG.enable_detailed_buffer_report)

    def write(self):
        calls, journal = json.loads(self.explainer.json())["calls"], json.loads(self.explainer.journal())
        durations = durations_of(journal, calls)
        write_report(self.folder, journal, durations, self.by_page)
        if self.graph:
            write_graph(self.folder, journal, durations)


def _is_wanted():
    return CONFIG.enable_logging and not CONFIG.enable_fast_runtime_mode and CONFIG.report_name is not None


def follow():
    """Begins or ends the log as the switches say now."""
    global _log
    if _is_wanted() and _log is None and _watch.is_on():
        warnings.warn("[ttnn.CONFIG] enable_logging has no effect while the doctor looks on; explain --visualizer "
                      "writes the same folder", stacklevel=3)
    elif _is_wanted() and _log is None:
        _log = _Log()
        _watch.exchange(_log.explainer)
        for device in _device._open.values():
            _log.explainer.watch(device._core)
    elif not _is_wanted() and _log is not None:
        end()
    if _log is not None:
        _log.look_at_switches()


def end():
    global _log
    if _log is None:
        return
    ended, _log = _log, None
    _watch.exchange(None)
    ended.explainer.leave()
    ended.write()


def closing():
    """A device closes: what was logged so far can be read."""
    if _log is not None:
        _log.write()


_config.listeners.append(follow)
_watch.at_close(closing)
atexit.register(end)
