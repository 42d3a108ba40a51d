"""What is being captured into a trace: the calls of words, each with what it gave. The words are in _trace.py."""
from typing import NamedTuple

from ._errors import error


class Step(NamedTuple):
    """A call to run again, and the tensors that it gave when it was captured."""

    function: object
    arguments: tuple
    options: dict
    result: object


_steps = None  # of the trace that is being captured; None: no capture is on


def begin():
    global _steps
    if _steps is not None:
        raise error("bad_input", "[ttnn.begin_trace_capture] expected no capture to be on; found one")
    _steps = []


def end():
    """The steps since begin()."""
    global _steps
    steps, _steps = _steps, None
    if steps is None:
        raise error("bad_input", "[ttnn.end_trace_capture] expected a capture to be on; found none")
    return steps


def mark():
    """Where the steps of the word that begins now would stand; None without a capture."""
    return None if _steps is None else len(_steps)


def note(since, step):
    """A word is one step, with all the words that it called since its mark()."""
    if _steps is not None:
        _steps[since:] = [step]


def refuse_transfer(op, what):
    """A trace holds programs: the host cannot take part in one."""
    if _steps is not None:
        raise error("bad_input", f"[ttnn.{op}] expected ops on the device alone while a trace is captured; found one "
                                 f"that the host takes part in. {what} are not supported during trace capture.")
