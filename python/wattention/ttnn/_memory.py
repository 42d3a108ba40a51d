"""Memory configs: where a tensor's pages or shards lie."""
from dataclasses import dataclass
from functools import cache

from ._cores import CoreRange, CoreRangeSet
from ._errors import HOW_TO_ASK, ArgumentError, error, expect_types
from ._types import BufferType, ShardMode, ShardOrientation, TensorMemoryLayout

__all__ = [
    "DRAM_MEMORY_CONFIG", "L1_BLOCK_SHARDED_MEMORY_CONFIG", "L1_HEIGHT_SHARDED_MEMORY_CONFIG", "L1_MEMORY_CONFIG",
    "L1_WIDTH_SHARDED_MEMORY_CONFIG", "MemoryConfig", "ShardSpec",
]


@dataclass(unsafe_hash=True)
class ShardSpec:
    """Which cores hold a sharded tensor, and how much of it each."""

    grid: CoreRangeSet
    shape: list
    orientation: ShardOrientation
    mode: ShardMode = ShardMode.PHYSICAL

    def __init__(self, grid, shard_shape, shard_orientation, shard_mode=ShardMode.PHYSICAL):
        expect_types("ShardSpec", grid=(grid, CoreRangeSet), shard_orientation=(shard_orientation, ShardOrientation),
                     shard_mode=(shard_mode, ShardMode))
        if len(shard_shape) != 2:
            raise ArgumentError(f"[ttnn.ShardSpec] expected a shape of two sizes; found {shard_shape!r}")
        self.grid, self.shape, self.orientation, self.mode = grid, tuple(shard_shape), shard_orientation, shard_mode

    def num_cores(self):
        return self.grid.num_cores()

    def __repr__(self):
        return (f"ShardSpec(grid={self.grid!r},shape={{{', '.join(map(str, self.shape))}}},"
                f"orientation=ShardOrientation::{self.orientation.name},mode=ShardMode::{self.mode.name},"
                "physical_shard_shape=std::nullopt)")


@dataclass(unsafe_hash=True, repr=False)
class MemoryConfig:
    """Where a tensor's pages lie: over the banks of DRAM or of the cores' L1, or in shards on cores."""

    memory_layout: TensorMemoryLayout = TensorMemoryLayout.INTERLEAVED
    buffer_type: BufferType = BufferType.DRAM
    shard_spec: ShardSpec = None

    def __post_init__(self):
        expect_types("MemoryConfig", memory_layout=(self.memory_layout, TensorMemoryLayout),
                     buffer_type=(self.buffer_type, BufferType), shard_spec=(self.shard_spec, ShardSpec))

    @property
    def interleaved(self):
        return self.memory_layout is TensorMemoryLayout.INTERLEAVED

    @property
    def word(self):
        """The library's word for the place."""
        return memory_word("MemoryConfig", self)

    def is_sharded(self):
        return self.memory_layout in (TensorMemoryLayout.HEIGHT_SHARDED, TensorMemoryLayout.WIDTH_SHARDED,
                                      TensorMemoryLayout.BLOCK_SHARDED)

    def __repr__(self):
        return (f"MemoryConfig(memory_layout=TensorMemoryLayout::{self.memory_layout.name},"
                f"buffer_type=BufferType::{self.buffer_type.name},"
                f"shard_spec={'std::nullopt' if self.shard_spec is None else repr(self.shard_spec)})")


def _in_l1(layout):
    return MemoryConfig(layout, BufferType.L1)


DRAM_MEMORY_CONFIG = MemoryConfig(buffer_type=BufferType.DRAM)
L1_MEMORY_CONFIG = MemoryConfig(buffer_type=BufferType.L1)
L1_BLOCK_SHARDED_MEMORY_CONFIG = _in_l1(TensorMemoryLayout.BLOCK_SHARDED)
L1_HEIGHT_SHARDED_MEMORY_CONFIG = _in_l1(TensorMemoryLayout.HEIGHT_SHARDED)
L1_WIDTH_SHARDED_MEMORY_CONFIG = _in_l1(TensorMemoryLayout.WIDTH_SHARDED)
memory_configs = {"dram": DRAM_MEMORY_CONFIG, "l1": L1_MEMORY_CONFIG}
_SHARDS = {TensorMemoryLayout.HEIGHT_SHARDED: "height", TensorMemoryLayout.WIDTH_SHARDED: "width",
           TensorMemoryLayout.BLOCK_SHARDED: "block"}
_memories = {(config.memory_layout, config.buffer_type): word for word, config in memory_configs.items()}


def memory_word(op, config):
    """The library's word for a memory config of pages; None, which leaves the place to the op, for none."""
    expect_types(op, memory_config=(config, MemoryConfig))
    if config is None:
        return None
    place = config.memory_layout, config.buffer_type
    if place not in _memories:
        raise error("unsupported", f"[ttnn.{op}] expected a memory config that is interleaved in DRAM or L1; "
                                   f"found {config!r}. {HOW_TO_ASK}.")
    return _memories[place]


def _sharding_word(op, config):
    """The library's word for shards; without a spec the op decides on shape and cores."""
    spec = config.shard_spec
    in_memory = config.buffer_type in (BufferType.L1, BufferType.DRAM)
    if not in_memory or (spec is not None and spec.mode is not ShardMode.PHYSICAL):
        raise error("unsupported", f"[ttnn.{op}] expected shards in L1 or DRAM, of physical shapes; found {config!r}. "
                                   f"{HOW_TO_ASK}.")
    word = _SHARDS[config.memory_layout]
    if spec is None:
        return word
    cores = "+".join(f"{part.start.x},{part.start.y}-{part.end.x},{part.end.y}" for part in spec.grid.ranges())
    order = ":by_column" if spec.orientation is ShardOrientation.COL_MAJOR else ""
    return f"{word}:{spec.shape[0]}x{spec.shape[1]}:{cores}{order}"


def place(op, config):
    """A memory config as the library's arguments; none, which leaves the place to the op, for None."""
    expect_types(op, memory_config=(config, MemoryConfig))
    if config is None:
        return {}
    if not config.is_sharded():
        return {"memory": memory_word(op, config)}
    options = {"sharding": _sharding_word(op, config)}
    return options | {"memory": "dram"} if config.buffer_type is BufferType.DRAM else options


@cache
def sharded_config(word, memory="l1"):
    layout, shape, cores, *order = word.split(":")
    ranges = [[tuple(map(int, core.split(","))) for core in part.split("-")] for part in cores.split("+")]
    spec = ShardSpec(CoreRangeSet([CoreRange(start, end) for start, end in ranges]), list(map(int, shape.split("x"))),
                     ShardOrientation.COL_MAJOR if order else ShardOrientation.ROW_MAJOR)
    return MemoryConfig(next(known for known, name in _SHARDS.items() if name == layout),
                        BufferType.DRAM if memory == "dram" else BufferType.L1, spec)


def config_of(core):
    """Where a tensor of the library lies."""
    return memory_configs[core.memory] if core.sharding is None else sharded_config(core.sharding, core.memory)
