"""Where the pages of buffers in L1 lie: page by page, and bank by bank."""
from itertools import groupby

from .._memory import sharded_config
from .._types import ShardOrientation, TensorMemoryLayout

TILE = 32
_BYTES = {"f32": 4, "uint32": 4, "int32": 4, "bf16": 2, "f16": 2, "uint16": 2, "uint8": 1}
_TILE_BYTES = {"bfloat8_b": 1088, "bfloat4_b": 576}  # with an exponent for each 16 elements
_ALIGNMENT = 16  # of pages in L1, bytes
_SIDE = 8  # of the grid of compute cores
# tt-metal v0.57.0-rc71, tt_metal/impl/allocator/l1_banking_allocator.cpp: the cores' banks, row by row, are shuffled by
# std::default_random_engine(0) of GCC's library.
BANK_OF_CORE = (
    34, 63, 38, 6, 52, 33, 4, 37, 20, 35, 14, 22, 2, 31, 36, 19, 30, 40, 3, 10, 25, 7, 59, 56, 39, 24, 50, 12, 21, 42,
    29, 5, 61, 0, 26, 54, 1, 9, 15, 13, 18, 58, 8, 46, 27, 51, 16, 53, 62, 45, 44, 43, 41, 17, 55, 60, 49, 48, 57, 32,
    47, 23, 11, 28)
_CORE_OF_BANK = {bank: (core % _SIDE, core // _SIDE) for core, bank in enumerate(BANK_OF_CORE)}


def _padded(tensor):
    """Rows and columns of the tensor's matrices, one below the other, in whole tiles where it has tiles."""
    *batch, rows, columns = [1, 1, *tensor["shape"]]
    if tensor["layout"] == "tile":
        rows, columns = -(-rows // TILE) * TILE, -(-columns // TILE) * TILE
    for size in batch:
        rows *= size
    return rows, columns


def _page(tensor, columns):
    """Rows, columns and bytes of a page: a tile, or a row of so many columns."""
    size = _BYTES.get(tensor["dtype"])
    if tensor["layout"] == "tile":
        return TILE, TILE, _TILE_BYTES.get(tensor["dtype"]) or size * TILE * TILE
    return 1, columns, size * columns


def bytes_of(tensor):
    """Of all pages."""
    rows, columns = _padded(tensor)
    height, width, size = _page(tensor, columns)
    return rows // height * (columns // max(width, 1)) * size


def _aligned(size):
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _shard_places(spec):
    """The cores that hold shards, in the shards' order."""
    corners = spec.grid.bounding_box()
    columns, rows = range(corners.start.x, corners.end.x + 1), range(corners.start.y, corners.end.y + 1)
    if spec.orientation is ShardOrientation.COL_MAJOR:
        return [(x, y) for x in columns for y in rows], len(rows)
    return [(x, y) for y in rows for x in columns], len(columns)


def _in_shards(tensor, config):
    """(core, page's number, its place in the shard); nothing for shards on several ranges of cores."""
    spec = config.shard_spec
    if spec is None or len(spec.grid.ranges()) != 1:
        return None
    rows, columns = _padded(tensor)
    height, width, _ = _page(tensor, spec.shape[1])
    down, across = spec.shape[0] // height, spec.shape[1] // width
    cores, step = _shard_places(spec)
    if config.memory_layout is not TensorMemoryLayout.BLOCK_SHARDED:
        step = max(1, -(-columns // spec.shape[1]))
    pages = []
    for i in range(rows // height):
        for j in range(columns // width):
            shard = i // down * step + j // across
            pages.append((cores[shard], i * (columns // width) + j, i % down * across + j % across))
    return pages


def pages_of(tensor, buffer):
    """[(core x, core y, bank, page, address, bytes)] of a tensor in L1, in the pages' order.

    None where the pages do not add up to the buffer, as for another view of its bytes.
    """
    _, address, bytes_per_bank = buffer
    config = sharded_config(tensor["sharding"]) if tensor["sharding"] else None
    if config is None:
        rows, columns = _padded(tensor)
        height, width, size = _page(tensor, columns)
        banks = len(BANK_OF_CORE)
        placed = [(_CORE_OF_BANK[page % banks], page, page // banks)
                  for page in range(rows // height * (columns // max(width, 1)))]
    else:
        placed = _in_shards(tensor, config)
        _, _, size = _page(tensor, config.shard_spec.shape[1]) if placed else (0, 0, 0)
    if not placed:
        return None
    most = (max(place for _, _, place in placed) + 1) * _aligned(size)
    if not most <= bytes_per_bank < most + 2 * _ALIGNMENT and config is None:
        return None
    return [(x, y, BANK_OF_CORE[y * _SIDE + x], page, address + place * _aligned(size), size)
            for (x, y), page, place in placed]


def chunks_of(pages):
    """[(bank, core x, core y, address, bytes, bytes of a page, pages)]: what one bank has of them."""
    found = []
    for (bank, x, y), group in groupby(sorted(pages, key=lambda page: page[2]), lambda page: (page[2], *page[:2])):
        of_bank = list(group)
        begin = min(page[4] for page in of_bank)
        end = max(page[4] + page[5] for page in of_bank)
        found.append((bank, x, y, begin, end - begin, of_bank[0][5], len(of_bank)))
    return found
