"""ttnn.tracer: nothing is recorded and no graph is drawn here; a program that traces runs all the same."""
import warnings
from contextlib import contextmanager

from ._absent import absent_or_unknown

ENABLE_TRACER = False


def enable_tracing():
    global ENABLE_TRACER
    ENABLE_TRACER = True


def disable_tracing():
    global ENABLE_TRACER
    ENABLE_TRACER = False


def is_tracing_enabled():
    return ENABLE_TRACER


@contextmanager
def trace():
    """Runs the block; `visualize` will have nothing of it."""
    enable_tracing()
    try:
        yield
    finally:
        disable_tracing()


def visualize(*tensors, file_name=None, **options):
    """Draws nothing, and warns so."""
    warnings.warn("[ttnn.tracer.visualize] no graph is recorded or drawn here", stacklevel=2)


def __getattr__(name):
    return absent_or_unknown("tracer", name)
