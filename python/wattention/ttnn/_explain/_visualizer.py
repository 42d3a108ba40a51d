"""A report folder as TT-NN's own logging leaves it, which ttnn-visualizer opens: operations, tensors, buffers, devices.

Durations are modelled; each operation's arguments say so.
"""
import json
import linecache
import sqlite3
from pathlib import Path

from ... import _core
from .._config import save_config_to_json_file
from .._errors import error
from .._memory import memory_configs, sharded_config
from .._types import dtypes, layouts
from ._captured import captured_graph
from ._pages import chunks_of, pages_of
from ._perf_csv import operation
from ._tables import CONFIG_PATH, SQLITE_DB_PATH, TABLES

_BUFFER_TYPES = {"dram": 0, "l1": 1}  # TT-NN's BufferType
_SIDE = 8  # of the grid of cores that compute
_ROWS = 9  # of all: one dispatches


def _device(memories):
    """The one card; its L1 banks are its compute cores'. None where nothing ran on it."""
    l1 = next((memory for memory in memories if memory["memory"] == "l1"), None)
    if l1 is None:
        return []
    cores, size = l1["banks"], l1["bank_bytes"]
    room = cores * (size - l1["first_free"])
    return [(0, _ROWS, _SIDE, _SIDE, _SIDE, size, cores, size - l1["first_free"], 0, l1["first_free"], 1, cores, 0,
             cores * size, room, room, room, size - l1["first_free"])]


def _memory_config(tensor):
    """In the words that ttnn-visualizer reads: a shard spec has a halo there."""
    if tensor["memory"] not in _BUFFER_TYPES:
        return None
    shards, memory = tensor["sharding"], tensor["memory"]
    config = sharded_config(shards, memory) if shards else memory_configs[memory]
    spec = config.shard_spec
    shards = "std::nullopt" if spec is None else (
        f"ShardSpec(grid={spec.grid!r},shape={{{spec.shape[0]}, {spec.shape[1]}}},"
        f"orientation=ShardOrientation::{spec.orientation.name},halo=0)")
    return (f"MemoryConfig(memory_layout=TensorMemoryLayout::{config.memory_layout.name},buffer_type=BufferType::"
            f"{config.buffer_type.name},shard_spec={shards})")


def _tensor(number, tensor):
    on_device = tensor["address"] is not None
    dtype = dtypes[tensor["dtype"]] if tensor["dtype"] in dtypes else tensor["dtype"]
    return (number, f"Shape({tensor['shape']})", f"DataType.{getattr(dtype, 'name', dtype)}",
            f"Layout.{layouts[tensor['layout']].name}", _memory_config(tensor), 0 if on_device else None,
            tensor["address"], _BUFFER_TYPES[tensor["memory"]] if on_device else None)


def _path(file):
    """Of a file that is there the whole one; a notebook's cell as it is called."""
    return str(Path(file).resolve()) if Path(file).is_file() else file


def _stack_trace(call):
    line = linecache.getline(call["file"], call["line"]).strip()
    return f"File \"{_path(call['file'])}\", line {call['line']},\n    {line}"


def _source_files(calls):
    files = dict.fromkeys(call["file"] for call in calls if call["file"])
    texts = {_path(file): "".join(linecache.getlines(file)) for file in files}
    return [(number, path, text) for number, (path, text) in enumerate(texts.items(), 1) if text]


class _L1:
    """The pages of tensors in L1, as long as they lie where they are."""

    def __init__(self, tensors, by_page):
        self.tensors, self.by_page, self.at, self.pages = tensors, by_page, {}, {}

    def follow(self, call):
        for number in [*call["operands"], *call["results"]]:
            if self.tensors[number]["memory"] == "l1":
                self.at[self.tensors[number]["address"]] = number

    def rows(self, buffer):
        """(pages, chunks) of a live buffer."""
        number = self.at.get(buffer[1])
        if number is None or buffer[0] != "l1":
            return [], []
        if number not in self.pages:
            pages = pages_of(self.tensors[number], buffer) or []
            self.pages[number] = pages, chunks_of(pages)
        return self.pages[number]


def _put_memory(put, number, call, l1):
    """The buffers behind a call; those in L1 bank by bank, and page by page where that is asked for."""
    put("buffers", [(number, 0, address, size, _BUFFER_TYPES[memory]) for memory, address, size in call["buffers"]])
    l1.follow(call)
    for buffer in call["buffers"]:
        pages, chunks = l1.rows(buffer)
        put("buffer_chunks", [(number, 0, buffer[1], *chunk, _BUFFER_TYPES["l1"]) for chunk in chunks])
        if l1.by_page:
            put("buffer_pages", [(number, 0, buffer[1], y, x, bank, page, address, size, _BUFFER_TYPES["l1"])
                                 for x, y, bank, page, address, size in pages])


def _put_call(put, number, call, duration):
    put("operations", [(number, f"ttnn.{call['word'] or call['op']}", duration)])
    arguments = [word.partition("=")[::2] for word in call["attributes"].split()]
    put("operation_arguments", [(number, name, value) for name, value in
                                [("op", call["op"]), *arguments, *[("duration", "modelled")] * call["timed"]]])
    put("stack_traces", [(number, _stack_trace(call))])
    put("input_tensors", [(number, index, tensor) for index, tensor in enumerate(call["operands"])])
    put("output_tensors", [(number, index, tensor) for index, tensor in enumerate(call["results"])])


def _fill(put, journal, durations, by_page):
    tensors, families = journal["tensors"], {row["name"]: row["family"] for row in _core.list_ops()}
    put("devices", _device(journal["memories"]))
    put("tensors", [_tensor(number, tensor) for number, tensor in enumerate(tensors)])
    put("device_tensors", [(number, 0, tensor["address"]) for number, tensor in enumerate(tensors)
                           if tensor["address"] is not None])
    put("source_files", _source_files(journal["calls"]))
    l1 = _L1(tensors, by_page)
    for number, (call, duration) in enumerate(zip(journal["calls"], durations), 1):
        _put_call(put, number, call, duration)
        _put_memory(put, number, call, l1)
        name = operation(call["op"], families.get(call["op"], "move"))
        put("captured_graph", [(number, captured_graph(call, tensors, name))])


def write_report(folder, journal, durations, by_page=False):
    """Writes the database and the switches into the folder; durations in seconds, one for each call.

    `by_page` lists every page in L1 behind every call.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SQLITE_DB_PATH).unlink(missing_ok=True)
        save_config_to_json_file(folder / CONFIG_PATH)
        base = sqlite3.connect(folder / SQLITE_DB_PATH)
    except (OSError, sqlite3.Error) as failure:
        raise error("io", f"[explain] expected a folder that can be written; found {failure}") from None
    with base:
        for name, columns in TABLES.items():
            base.execute(f"CREATE TABLE {name} ({columns})")

        def put(table, rows):
            places = ", ".join("?" * len(TABLES[table].split(",")))
            base.executemany(f"INSERT INTO {table} VALUES ({places})", rows)

        _fill(put, journal, durations, by_page)
    base.close()


def durations_of(journal, calls):
    """Seconds of each call of the journal; None of those that no model knows. `calls`: as a report has them."""
    seconds = iter([duration / 1e3 for _, _, duration in calls])
    return [next(seconds, None) if call["timed"] else None for call in journal["calls"]]


def visualizer(report, folder):
    """The report's folder."""
    journal = json.loads(report.journal())
    write_report(folder, journal, durations_of(journal, report.calls))
