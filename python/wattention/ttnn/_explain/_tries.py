"""Levers, each tried on the whole program: what it gives and what it costs."""
import contextlib
import json
import os
import random
import sys

import numpy as np

from .._device import _open, close_device
from ._levers import levers
from ._observed import observe


class Try:
    """A run with some levers; `refused` says why it did not get through."""

    def __init__(self, chosen, report, failure):
        self.levers, self.refused = chosen, failure and (str(failure) or type(failure).__name__)
        seen = json.loads(report.json())
        outputs = seen["outputs"] or {"pcc": None, "relative_l2": None, "not_finite": 0}
        self.pcc, self.error = outputs["pcc"], outputs["relative_l2"]
        self.not_finite = outputs["not_finite"]
        self.ms, self.joules = seen["modelled_card_ms"], seen["modelled_busy_j"]

    def costs(self):
        return (self.not_finite, np.inf if self.error is None else self.error, self.ms, self.joules)

    def row(self):
        """As JSON."""
        return {"levers": [str(lever) for lever in self.levers], "code": [lever.code for lever in self.levers],
                "pcc": self.pcc, "relative_l2": self.error, "not_finite": self.not_finite, "modelled_card_ms": self.ms,
                "modelled_busy_j": self.joules, "refused": self.refused}


@contextlib.contextmanager
def as_the_first_time(file):
    """Runs see no devices, modules and random states of the runs before."""
    modules, path = set(sys.modules), list(sys.path)
    random.seed(0)
    np.random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)
    try:
        yield
    finally:
        for device in list(_open.values()):
            close_device(device)
        folder = os.path.dirname(os.path.abspath(file)) + os.sep
        for name in set(sys.modules) - modules:
            if str(getattr(sys.modules[name], "__file__", "") or "").startswith(folder):
                del sys.modules[name]
        sys.path[:] = path


def attempt(options, chosen):
    """The program once more, with these levers; its prints go nowhere."""
    def prepare(explainer):
        for lever in chosen:
            if lever.row is not None:
                explainer.change(lever.row["site"], lever.row["op"], lever.attributes)

    release = next((lever.release for lever in chosen if lever.release), options.release)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere), \
            as_the_first_time(options.file):
        return Try(chosen, *observe(options.file, options.arguments, release, prepare))


def _best_together(base, tries):
    """Of each row the lever that helps most, all of them at once."""
    best = {}
    for one in tries:
        lever, = one.levers
        if lever.row is None or one.refused or one.costs()[:2] >= base.costs()[:2]:
            continue
        key = (lever.row["site"], lever.row["op"])
        if key not in best or one.costs() < best[key].costs():
            best[key] = one
    return [one.levers[0] for one in best.values()]


def try_levers(options, report):
    """(the program as it is, every try): single levers, pairs at one line, and the best of each line together."""
    release = json.loads(report.json())["release"]
    base = Try([], report, None)
    tries = [attempt(options, [lever]) for lever in levers(report, release)]
    together = _best_together(base, tries)
    if len(together) > 1:
        tries.append(attempt(options, together))
    return base, tries


def frontier(base, tries):
    """Those that no other one beats in error, time and energy at once, and that change anything."""
    ran = [base, *(one for one in tries if not one.refused and one.costs() != base.costs())]
    return [one for one in ran
            if not any(all(a <= b for a, b in zip(other.costs(), one.costs())) and other.costs() != one.costs()
                       for other in ran)]
