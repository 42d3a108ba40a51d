"""Traces: ops that are captured once and executed again and again with what their inputs hold then.

A capture runs the ops, too. Executing a trace takes the time of its ops, one by one: the dispatch that a card saves is
in the modelled time.
"""
import itertools

from . import _capture
from ._device import Device
from ._errors import error, expect_types
from ._in_place import write
from ._tensor import Freed, Tensor, free

__all__ = ["begin_trace_capture", "end_trace_capture", "execute_trace", "release_trace"]

_numbers = itertools.count()


def begin_trace_capture(device, *, cq_id=0):
    """From here on, ops go into a trace; the number is the trace's."""
    expect_types("begin_trace_capture", device=(device or False, Device))
    _capture.begin()
    return next(_numbers)


def end_trace_capture(device, trace_id, *, cq_id=0):
    """The trace is whole. It must fit the trace_region_size of open_device; without one nothing does."""
    expect_types("end_trace_capture", device=(device or False, Device), trace_id=(trace_id, int))
    steps = _capture.end()
    if not device._trace_region_size:
        raise error("out_of_memory", "[ttnn.end_trace_capture] expected a device that was opened with a "
                                     "trace_region_size; found none. Creating trace buffers, but only 0B is allocated "
                                     "for trace region.")
    device._traces[trace_id] = steps


def execute_trace(device, trace_id, *, cq_id=0, blocking=True):
    """Runs the trace's ops again: the tensors that they gave at capture get the new values."""
    for step in _steps("execute_trace", device, trace_id):
        result = step.function(*step.arguments, **step.options)
        _store(step.result, result)


def release_trace(device, trace_id):
    """Forgets the trace. One that is not there is no error, as on the card."""
    expect_types("release_trace", device=(device or False, Device), trace_id=(trace_id, int))
    device._traces.pop(trace_id, None)


def _steps(op, device, trace_id):
    expect_types(op, device=(device or False, Device), trace_id=(trace_id, int))
    if trace_id not in device._traces:
        raise error("bad_input", f"[ttnn.{op}] expected one of the device's traces, {sorted(device._traces)}; found "
                                 f"{trace_id}")
    return device._traces[trace_id]


def _store(captured, fresh):
    """Puts what a step gives now where its results were at capture."""
    if isinstance(captured, Tensor):
        if captured is not fresh and type(fresh._core) is not Freed:
            write("execute_trace", captured, fresh._core)
    elif isinstance(captured, (list, tuple)):
        for old, new in zip(captured, fresh):
            _store(old, new)
