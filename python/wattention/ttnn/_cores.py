"""Cores by their coordinates: CoreCoord, CoreRange, CoreRangeSet, CoreGrid. Values only; they print as TT-NN's."""
from dataclasses import dataclass

from .. import _core
from ._errors import ArgumentError, error, shown

__all__ = ["CoreCoord", "CoreGrid", "CoreRange", "CoreRangeSet"]


class CoreGrid(_core.CoreGrid):
    """Compute cores to use: x columns, y rows."""

    def __init__(self, *places, **sizes):
        try:
            super().__init__(*places, **sizes)
        except TypeError:
            raise ArgumentError("[ttnn.CoreGrid] expected x= and y= as integers (incompatible constructor arguments); "
                                f"found {shown(sizes or places)}") from None

    def __repr__(self):
        return f"ttnn.CoreGrid(x={self.x}, y={self.y})"


@dataclass(frozen=True, init=False, repr=False)
class CoreCoord:
    """A core's column x and row y."""

    x: int
    y: int

    def __init__(self, *place):
        place = place[0] if len(place) == 1 and not isinstance(place[0], int) else place
        x, y = (place.x, place.y) if isinstance(place, CoreCoord) else _pair("CoreCoord", place)
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "y", y)

    def __repr__(self):
        return f"(x={self.x},y={self.y})"


def _pair(name, place):
    if not (isinstance(place, (tuple, list)) and len(place) == 2 and all(isinstance(part, int) for part in place)):
        raise ArgumentError(f"[ttnn.{name}] expected two integers (incompatible constructor arguments); "
                            f"found {shown(place)}")
    return place


def _coord(place):
    return place if isinstance(place, CoreCoord) else CoreCoord(place)


@dataclass(frozen=True, init=False, repr=False)
class CoreRange:
    """The cores from `start` to `end`, both included."""

    start: CoreCoord
    end: CoreCoord

    def __init__(self, start, end):
        object.__setattr__(self, "start", _coord(start))
        object.__setattr__(self, "end", _coord(end))
        if self.end.x < self.start.x or self.end.y < self.start.y:
            raise error("bad_input", f"[ttnn.CoreRange] expected an end right of and below the start; found {self!r}")

    def grid_size(self):
        return CoreCoord(self.end.x - self.start.x + 1, self.end.y - self.start.y + 1)

    def __repr__(self):
        return f"[{self.start!r} - {self.end!r}]"


class CoreRangeSet:
    """Several ranges of cores that have none in common."""

    def __init__(self, core_ranges):
        if isinstance(core_ranges, CoreRange) or not all(isinstance(part, CoreRange) for part in core_ranges):
            raise ArgumentError("[ttnn.CoreRangeSet] expected ttnn.CoreRange in a set or a list (incompatible "
                                f"constructor arguments); found {shown(core_ranges)}")
        order = sorted if isinstance(core_ranges, (set, frozenset)) else (lambda ranges, key: ranges)
        self._ranges = tuple(order(core_ranges, key=lambda part: (part.start.y, part.start.x, part.end.y, part.end.x)))

    def ranges(self):
        return list(self._ranges)

    def num_cores(self):
        return sum(part.grid_size().x * part.grid_size().y for part in self._ranges)

    def bounding_box(self):
        starts, ends = [part.start for part in self._ranges], [part.end for part in self._ranges]
        return CoreRange((min(core.x for core in starts), min(core.y for core in starts)),
                         (max(core.x for core in ends), max(core.y for core in ends)))

    def __eq__(self, other):
        return self._ranges == other._ranges if isinstance(other, CoreRangeSet) else NotImplemented

    def __hash__(self):
        return hash(self._ranges)

    def __repr__(self):
        return "{" + ", ".join(map(repr, self._ranges)) + "}"
