"""The doctor: what each op of a program did to its numbers, what it would take on the card, and why."""
from contextlib import contextmanager

from .. import _watch
from .._device import Device
from .._errors import expect_types
from . import _logging
from ._looking import looking
from ._report import Report

__all__ = ["explain"]


@contextmanager
def explain(device):
    """`with ttnn.explain(device) as report:` looks on at the block's ops; then print(report), report.rows, report.pcc.

    TT-NN has no such call. Tensors that were on the device before count as exact. Whoever looked on before looks on
    again behind the block, and has not seen its ops.
    """
    expect_types("explain", device=(device or False, Device))
    explainer = looking()
    report = Report()
    explainer.watch(device._core)
    before = _watch.exchange(explainer)
    try:
        yield report
    finally:
        _watch.exchange(before)
        explainer.leave()
        if before is not None:
            before.watch(device._core)
        report._fill(explainer)
