"""TT-NN's words: dtypes, layouts, memory configs, shapes, core grids. Each knows the library's own word."""
import enum
from dataclasses import dataclass

from .._core import CoreGrid
from ._errors import refuse_options

__all__ = [
    "BufferType", "CoreGrid", "DRAM_MEMORY_CONFIG", "DataType", "L1_MEMORY_CONFIG", "Layout", "MathFidelity",
    "MemoryConfig", "ROW_MAJOR_LAYOUT", "Shape", "TILE_LAYOUT", "TILE_SIZE", "TensorMemoryLayout",
    "WormholeComputeKernelConfig", "bfloat16", "float32",
]

TILE_SIZE = 32


class DataType(enum.Enum):
    BFLOAT16 = 0
    FLOAT32 = 1


class Layout(enum.Enum):
    ROW_MAJOR = 0
    TILE = 1


class BufferType(enum.Enum):
    DRAM = 0
    L1 = 1


class TensorMemoryLayout(enum.Enum):
    INTERLEAVED = 0


class MathFidelity(enum.Enum):
    LoFi = 0
    HiFi2 = 2
    HiFi3 = 3
    HiFi4 = 4


bfloat16, float32 = DataType.BFLOAT16, DataType.FLOAT32
ROW_MAJOR_LAYOUT, TILE_LAYOUT = Layout.ROW_MAJOR, Layout.TILE

dtype_words = {bfloat16: "bf16", float32: "f32"}
dtypes = {word: dtype for dtype, word in dtype_words.items()}
layout_words = {TILE_LAYOUT: "tile", ROW_MAJOR_LAYOUT: "row_major"}
layouts = {word: layout for layout, word in layout_words.items()}


@dataclass(frozen=True)
class MemoryConfig:
    """Where a tensor's pages lie: over the banks of DRAM or of the cores' L1."""

    memory_layout: TensorMemoryLayout = TensorMemoryLayout.INTERLEAVED
    buffer_type: BufferType = BufferType.DRAM
    shard_spec: None = None

    def __post_init__(self):
        refuse_options("MemoryConfig", shard_spec=self.shard_spec)

    @property
    def word(self):
        return "l1" if self.buffer_type is BufferType.L1 else "dram"

    def __repr__(self):
        return (f"MemoryConfig(memory_layout=TensorMemoryLayout::{self.memory_layout.name},"
                f"buffer_type=BufferType::{self.buffer_type.name},shard_spec=std::nullopt)")


DRAM_MEMORY_CONFIG = MemoryConfig(buffer_type=BufferType.DRAM)
L1_MEMORY_CONFIG = MemoryConfig(buffer_type=BufferType.L1)
memory_configs = {"dram": DRAM_MEMORY_CONFIG, "l1": L1_MEMORY_CONFIG}


@dataclass(frozen=True)
class WormholeComputeKernelConfig:
    """A matmul's arithmetic, with TT-NN's defaults. Here the packer always adds onto L1 where the release does."""

    math_fidelity: MathFidelity = MathFidelity.LoFi
    math_approx_mode: bool = True
    fp32_dest_acc_en: bool = False
    packer_l1_acc: bool = False


class Shape(tuple):
    """A tensor's sizes; prints as TT-NN's."""

    @property
    def rank(self):
        return len(self)

    def __repr__(self):
        return f"Shape({list(self)})"
