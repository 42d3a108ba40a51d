"""ttnn.Shape, a tensor's sizes; ttnn.Tile, the sizes of what a tensor is cut into."""
import operator
from dataclasses import dataclass

from ._errors import ArgumentError, error


class Shape:
    """A tensor's sizes; compares with any sequence and prints as TT-NN's. It has no slices, as TT-NN's has none."""

    __slots__ = ("_sizes",)

    def __init__(self, shape):
        try:
            self._sizes = tuple(operator.index(size) for size in shape)
        except TypeError:
            raise ArgumentError(f"[ttnn.Shape] expected a sequence of integers; found {shape!r}") from None

    @property
    def rank(self):
        return len(self._sizes)

    def __len__(self):
        return len(self._sizes)

    def __iter__(self):
        return iter(self._sizes)

    def __getitem__(self, index):
        if isinstance(index, slice):
            raise ArgumentError("[ttnn.Shape] expected one index (incompatible function arguments); found a slice: "
                                "tuple(shape) has them")
        return self._sizes[index]

    def __eq__(self, other):
        try:
            return self._sizes == tuple(other)
        except TypeError:
            return NotImplemented

    def __hash__(self):
        return hash(self._sizes)

    def to_rank(self, new_rank):
        """The same sizes with ones in front, or without some of them."""
        lost, kept = self._sizes[:-new_rank or None], self._sizes[-new_rank:] if new_rank else ()
        if len(self._sizes) > new_rank and any(size != 1 for size in lost):
            raise error("bad_input", f"[ttnn.Shape.to_rank] expected ones in front of the last {new_rank} sizes; found "
                                     f"{self!r}. Can't convert shape rank")
        return Shape((1,) * (new_rank - len(kept)) + kept)

    def __repr__(self):
        return f"Shape({list(self._sizes)})"


@dataclass(frozen=True, repr=False)
class Tile:
    """A tile's rows and columns. A value only: tensors have tiles of 32x32."""

    tile_shape: tuple
    transpose_tile: bool = False

    def __post_init__(self):
        object.__setattr__(self, "tile_shape", tuple(self.tile_shape))

    def __repr__(self):
        return f"Tile with shape: [{', '.join(map(str, self.tile_shape))}]"
