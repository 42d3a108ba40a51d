"""TT-NN's words: dtypes, layouts, places, fidelities. Those that the library has know its own word."""
import enum

TILE_SIZE = 32


class DataType(enum.Enum):
    BFLOAT16 = 0
    FLOAT32 = 1
    UINT32 = 2
    BFLOAT8_B = 3
    BFLOAT4_B = 4
    UINT8 = 5
    UINT16 = 6
    INT32 = 7
    INVALID = 8


class Layout(enum.Enum):
    ROW_MAJOR = 0
    TILE = 1
    INVALID = 2


class BufferType(enum.Enum):
    DRAM = 0
    L1 = 1
    L1_SMALL = 3
    TRACE = 4


class TensorMemoryLayout(enum.Enum):
    INTERLEAVED = 0
    SINGLE_BANK = 1
    HEIGHT_SHARDED = 2
    WIDTH_SHARDED = 3
    BLOCK_SHARDED = 4


class StorageType(enum.Enum):
    OWNED = 0
    DEVICE = 1
    BORROWED = 2
    MULTI_DEVICE = 3
    MULTI_DEVICE_HOST = 4


class ShardOrientation(enum.Enum):
    ROW_MAJOR = 0
    COL_MAJOR = 1


class ShardMode(enum.Enum):
    PHYSICAL = 0
    LOGICAL = 1


class ShardStrategy(enum.Enum):
    HEIGHT = 1
    WIDTH = 2
    BLOCK = 3


class MathFidelity(enum.Enum):
    LoFi = 0
    HiFi2 = 2
    HiFi3 = 3
    HiFi4 = 4
    Invalid = 255


class QueueId(int):
    """A command queue's number."""

    def __repr__(self):
        return f"QueueId({int(self)})"


bfloat16, float32 = DataType.BFLOAT16, DataType.FLOAT32
uint32, uint16, uint8, int32 = DataType.UINT32, DataType.UINT16, DataType.UINT8, DataType.INT32
bfloat8_b, bfloat4_b = DataType.BFLOAT8_B, DataType.BFLOAT4_B
ROW_MAJOR_LAYOUT, TILE_LAYOUT = Layout.ROW_MAJOR, Layout.TILE
DEVICE_STORAGE_TYPE, MULTI_DEVICE_STORAGE_TYPE = StorageType.DEVICE, StorageType.MULTI_DEVICE
DefaultQueueId = QueueId(0)

# The library's words for what it has; any other word of TT-NN is refused where it is used.
dtype_words = {bfloat16: "bf16", float32: "f32", uint32: "uint32", int32: "int32", uint16: "uint16",
               uint8: "uint8", bfloat8_b: "bfloat8_b", bfloat4_b: "bfloat4_b"}
block_dtypes = (bfloat8_b, bfloat4_b)  # in tiles only
dtypes = {word: dtype for dtype, word in dtype_words.items()}
layout_words = {TILE_LAYOUT: "tile", ROW_MAJOR_LAYOUT: "row_major"}
layouts = {word: layout for layout, word in layout_words.items()}

__all__ = [name for name, value in list(globals().items())
           if name[0] != "_" and name not in ("enum", "block_dtypes", "dtype_words", "dtypes", "layout_words",
                                              "layouts", "name")]
