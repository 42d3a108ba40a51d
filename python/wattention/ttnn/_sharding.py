"""Memory configs of shards, computed from a tensor's shape and a grid of cores as TT-NN does."""
import json
import math
from pathlib import Path

from ._cores import CoreCoord, CoreGrid, CoreRange, CoreRangeSet
from ._errors import ArgumentError, error, expect_types, refuse_options
from ._memory import DRAM_MEMORY_CONFIG, MemoryConfig, ShardSpec
from ._moves import to_memory_config
from ._tensor import allocated, on_device
from ._types import TILE_SIZE, BufferType, ShardMode, ShardOrientation, ShardStrategy, TensorMemoryLayout
from ._word import word

__all__ = ["create_sharded_memory_config", "create_sharded_memory_config_", "dump_memory_config",
           "interleaved_to_sharded", "load_memory_config", "num_cores_to_corerangeset", "reshard",
           "sharded_to_interleaved"]

_LAYOUTS = {
    ShardStrategy.HEIGHT: TensorMemoryLayout.HEIGHT_SHARDED,
    ShardStrategy.WIDTH: TensorMemoryLayout.WIDTH_SHARDED,
    ShardStrategy.BLOCK: TensorMemoryLayout.BLOCK_SHARDED,
}


def _fail(reason):
    raise error("bad_input", f"[ttnn.create_sharded_memory_config] expected a shape that the cores divide; found "
                             f"another one. {reason}")


def _cores_of(core_grid, shape_is_shards):
    if isinstance(core_grid, CoreRangeSet):
        if not shape_is_shards:
            _fail("height and width must be shard shape with CoreRangeSet")
        return core_grid
    expect_types("create_sharded_memory_config", core_grid=(core_grid or False, CoreGrid))
    return CoreRangeSet({CoreRange(CoreCoord(0, 0), CoreCoord(core_grid.x - 1, core_grid.y - 1))})


def _shard_shape(height, width, grid, strategy, by_rows):
    down, across = (grid.y, grid.x) if by_rows else (grid.x, grid.y)
    if strategy is not ShardStrategy.BLOCK:
        cores = grid.x * grid.y
        down, across = (cores, 1) if strategy is ShardStrategy.HEIGHT else (1, cores)
    if height % down != 0 or width % across != 0:
        _fail("Invalid sharding core_grid")
    return height // down, width // across


@word("create_sharded_memory_config")
def create_sharded_memory_config(shape, core_grid, strategy, orientation=None,
                                 use_height_and_width_as_shard_shape=False):
    """The config in L1 that shares a tensor of `shape` out over the cores of a grid."""
    expect_types("create_sharded_memory_config", strategy=(strategy or False, ShardStrategy),
                 orientation=(orientation, ShardOrientation))
    by_rows = orientation is not ShardOrientation.COL_MAJOR
    *batch, height, width = shape
    cores = _cores_of(core_grid, use_height_and_width_as_shard_shape)
    if use_height_and_width_as_shard_shape:
        shard = (height, width) if by_rows else (width, height)
    else:
        shard = _shard_shape(math.prod(batch) * height, width, core_grid, strategy, by_rows)
    orientation = ShardOrientation.ROW_MAJOR if by_rows else ShardOrientation.COL_MAJOR
    return MemoryConfig(_LAYOUTS[strategy], BufferType.L1, ShardSpec(cores, shard, orientation))


@word("create_sharded_memory_config_")
def create_sharded_memory_config_(shape, core_grid, strategy, orientation, use_height_and_width_as_shard_shape=False,
                                  tile_layout=False):
    """The same for shapes that the cores do not divide: the last shards are padded."""
    name = "create_sharded_memory_config_"
    expect_types(name, strategy=(strategy or False, (ShardStrategy, TensorMemoryLayout)),
                 orientation=(orientation or False, ShardOrientation))
    layout = _LAYOUTS.get(strategy, strategy)
    by_rows = orientation is ShardOrientation.ROW_MAJOR
    *batch, height, width = shape
    cores, height_of_all = _cores_of(core_grid, True), math.prod(batch) * height
    size, count = cores.bounding_box().grid_size(), cores.num_cores()
    down, across = {
        TensorMemoryLayout.BLOCK_SHARDED: (size.y, size.x) if by_rows else (size.x, size.y),
        TensorMemoryLayout.HEIGHT_SHARDED: (count, 1),
        TensorMemoryLayout.WIDTH_SHARDED: (1, count),
    }[layout]
    if use_height_and_width_as_shard_shape:
        shard = (height, width) if by_rows else (width, height)
    else:
        # tt-metal v0.57.0-rc71 (ttnn/ttnn/core.py) rounds blocks up to whole tiles and rows up to whole cores.
        unit = down * TILE_SIZE if layout is TensorMemoryLayout.BLOCK_SHARDED else down
        whole = -(-height_of_all // unit) * unit if tile_layout else height_of_all
        shard = (-(-whole // down), -(-width // across))
    if tile_layout and all(side % TILE_SIZE for side in shard):
        _fail("Incorrent tensor shape")
    return MemoryConfig(layout, BufferType.L1, ShardSpec(cores, shard, orientation))


@word("num_cores_to_corerangeset")
def num_cores_to_corerangeset(target_num_cores, grid_size, row_wise=False):
    """The first cores of a grid, by columns or by rows, as ranges: the full ones, then what is left."""
    line, lines = (grid_size.x, grid_size.y) if row_wise else (grid_size.y, grid_size.x)
    if not 0 < target_num_cores <= line * lines:
        raise error("bad_input", f"[ttnn.num_cores_to_corerangeset] expected 1 to {line * lines} cores; "
                                 f"found {target_num_cores}")
    full, left = divmod(target_num_cores, line)
    corners = [((0, 0), (line - 1, full - 1))] * (full > 0) + [((0, full), (left - 1, full))] * (left > 0)
    if not row_wise:
        corners = [(start[::-1], end[::-1]) for start, end in corners]
    return CoreRangeSet([CoreRange(start, end) for start, end in corners])


@word("dump_memory_config")
def dump_memory_config(file_name, memory_config):
    """Writes a memory config as JSON, which load_memory_config reads. It is not TT-NN's format."""
    expect_types("dump_memory_config", memory_config=(memory_config or False, MemoryConfig))
    spec = memory_config.shard_spec
    words = {"memory_layout": memory_config.memory_layout.name, "buffer_type": memory_config.buffer_type.name}
    if spec is not None:
        ranges = [[part.start.x, part.start.y, part.end.x, part.end.y] for part in spec.grid.ranges()]
        words["shard_spec"] = {"grid": ranges, "shape": list(spec.shape), "orientation": spec.orientation.name,
                               "mode": spec.mode.name}
    Path(file_name).write_text(json.dumps(words), encoding="utf-8")


def config_of(words):
    """The memory config that a dict of names describes."""
    spec = words.get("shard_spec")
    if spec is not None:
        grid = CoreRangeSet([CoreRange((x, y), (to_x, to_y)) for x, y, to_x, to_y in spec["grid"]])
        spec = ShardSpec(grid, spec["shape"], ShardOrientation[spec["orientation"]], ShardMode[spec["mode"]])
    return MemoryConfig(TensorMemoryLayout[words["memory_layout"]], BufferType[words["buffer_type"]], spec)


@word("load_memory_config")
def load_memory_config(file_name):
    """The memory config of a file that dump_memory_config wrote."""
    try:
        return config_of(json.loads(Path(file_name).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as failure:
        sentence = f"[ttnn.load_memory_config] expected a file of dump_memory_config; found {failure!r}"
        raise error("io", sentence) from None


_SHARD = "Operands to shard need to be on device!"


def _spec_of(tensor, grid, shard_shape, layout, orientation):
    """Shards of a shape on the first cores of a grid, as many as the tensor needs; or on the cores of a set."""
    if isinstance(grid, (tuple, list)) and len(grid) == 2:
        grid = CoreCoord(*grid)
    expect_types("interleaved_to_sharded", grid=(grid, (CoreCoord, CoreGrid, CoreRangeSet)),
                 shard_scheme=(layout or False, TensorMemoryLayout),
                 shard_orientation=(orientation or False, ShardOrientation))
    rows, columns = shard_shape
    if not isinstance(grid, CoreRangeSet):
        *batch, height, width = tensor.padded_shape
        down, across = -(-math.prod([*batch, height]) // rows), -(-width // columns)
        cores = {TensorMemoryLayout.HEIGHT_SHARDED: down, TensorMemoryLayout.WIDTH_SHARDED: across}
        grid = num_cores_to_corerangeset(cores.get(layout, down * across), CoreCoord(grid.x, grid.y),
                                         orientation is ShardOrientation.ROW_MAJOR)
    return MemoryConfig(layout, BufferType.L1, ShardSpec(grid, [rows, columns], orientation))


@word("interleaved_to_sharded")
def interleaved_to_sharded(input_tensor, *place, grid=None, shard_shape=None, shard_scheme=None, shard_orientation=None,
                           sharded_memory_config=None, output_dtype=None, keep_l1_aligned=False):
    """Pages to shards: (memory config), or (grid, shard shape, layout, orientation)."""
    name = "interleaved_to_sharded"
    on_device(name, _SHARD, input_tensor)
    if place and isinstance(place[0], MemoryConfig):
        sharded_memory_config, *rest = place
    else:
        named = (grid, shard_shape, shard_scheme, shard_orientation)
        grid, shard_shape, shard_scheme, shard_orientation, *rest = [*place, *named[len(place):]]
    output_dtype = rest[0] if rest else output_dtype
    refuse_options(name, output_dtype=None if output_dtype in (None, input_tensor.dtype) else output_dtype)
    if sharded_memory_config is None and None in (grid, shard_shape, shard_scheme, shard_orientation):
        raise ArgumentError(f"[ttnn.{name}] expected a memory config, or grid, shard_shape, shard_scheme and "
                            "shard_orientation (incompatible function arguments); found less")
    config = sharded_memory_config or _spec_of(input_tensor, grid, shard_shape, shard_scheme, shard_orientation)
    expect_types(name, sharded_memory_config=(config, MemoryConfig))
    if input_tensor.is_sharded() or not config.is_sharded():
        raise error("bad_input", f"[ttnn.{name}] expected pages and a config of shards; found "
                                 f"{input_tensor.memory_config()!r} and {config!r}")
    return to_memory_config(input_tensor, config)


@word("sharded_to_interleaved")
def sharded_to_interleaved(input_tensor, memory_config=None, output_dtype=None, *, is_l1_aligned=False):
    """Shards to pages, in DRAM or where memory_config says; pages stay."""
    name = "sharded_to_interleaved"
    allocated(name, input_tensor)
    if not input_tensor.is_sharded():
        return input_tensor
    refuse_options(name, output_dtype=None if output_dtype in (None, input_tensor.dtype) else output_dtype)
    config = memory_config or DRAM_MEMORY_CONFIG
    expect_types(name, memory_config=(config, MemoryConfig))
    if config.is_sharded():
        raise error("bad_input", f"[ttnn.{name}] expected a config of pages; found {config!r}. Output memory config "
                                 "must be Interleaved")
    return to_memory_config(input_tensor, config)


@word("reshard")
def reshard(input_tensor, output_memory_config, output_tensor=None):
    """Shards to other shards."""
    on_device("reshard", _SHARD, input_tensor)
    expect_types("reshard", output_memory_config=(output_memory_config or False, MemoryConfig))
    if not input_tensor.is_sharded():
        raise error("bad_input", f"[ttnn.reshard] expected shards; found {input_tensor.memory_config()!r}. input must "
                                 "be sharded")
    if not output_memory_config.is_sharded():
        raise error("bad_input", f"[ttnn.reshard] expected a config of shards; found {output_memory_config!r}. output "
                                 "must be sharded")
    return to_memory_config(input_tensor, output_memory_config, output_tensor=output_tensor)
