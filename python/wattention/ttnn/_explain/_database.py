"""ttnn.database: where the parts of a report lie, and its rows, as CONFIG.enable_logging writes them."""
import dataclasses
import json
import sqlite3
from pathlib import Path

from .._types import BufferType
from ._tables import CONFIG_PATH, GRAPHS_PATH, SQLITE_DB_PATH, TABLES, TENSORS_PATH

_CLASSES = {"Device": "devices", "Operation": "operations", "OperationArgument": "operation_arguments",
            "Tensor": "tensors", "InputTensor": "input_tensors", "OutputTensor": "output_tensors", "Buffer": "buffers",
            "BufferPage": "buffer_pages", "TensorComparisonRecord": "local_tensor_comparison_records"}


def _name_buffer_type(row):
    if getattr(row, "buffer_type", None) is not None:
        row.buffer_type = BufferType(row.buffer_type)


def _class_of(name, table):
    columns = [column.split()[0] for column in TABLES[table].split(", ")]
    return dataclasses.make_dataclass(name, columns, namespace={"__post_init__": _name_buffer_type})


_classes = {name: _class_of(name, table) for name, table in _CLASSES.items()}


def _rows(report_path, name, **equal):
    """The rows of a class's table whose columns have these values."""
    where = " AND ".join(f"{column} = ?" for column in equal) or "1"
    base = sqlite3.connect(Path(report_path) / SQLITE_DB_PATH)
    try:
        query = f"SELECT * FROM {_CLASSES.get(name, name)} WHERE {where} ORDER BY rowid"
        found = base.execute(query, [*equal.values()])
        return [_classes[name](*row) if name in _classes else row for row in found]
    finally:
        base.close()


def _all(name, key):
    return lambda report_path, number: _rows(report_path, name, **{key: number})


def _one(name, key):
    return lambda report_path, number: next(iter(_rows(report_path, name, **{key: number})), None)


def query_operations(report_path):
    return iter(_rows(report_path, "Operation"))


def query_stack_trace(report_path, operation_id):
    return next((trace for _, trace in _rows(report_path, "stack_traces", operation_id=operation_id)), None)


def query_captured_graph(report_path, operation_id):
    (_, graph), = _rows(report_path, "captured_graph", operation_id=operation_id)
    return json.loads(graph)


def query_producer_operation_id(report_path, tensor_id):
    return next((row.operation_id for row in _rows(report_path, "OutputTensor", tensor_id=tensor_id)), None)


def query_consumer_operation_ids(report_path, tensor_id):
    return iter([row.operation_id for row in _rows(report_path, "InputTensor", tensor_id=tensor_id)])


WORDS = _classes | {
    "CONFIG_PATH": CONFIG_PATH, "GRAPHS_PATH": GRAPHS_PATH, "SQLITE_DB_PATH": SQLITE_DB_PATH,
    "TENSORS_PATH": TENSORS_PATH, "query_operations": query_operations, "query_stack_trace": query_stack_trace,
    "query_captured_graph": query_captured_graph, "query_producer_operation_id": query_producer_operation_id,
    "query_consumer_operation_ids": query_consumer_operation_ids,
    "query_operation_by_id": _one("Operation", "operation_id"), "query_tensor_by_id": _one("Tensor", "tensor_id"),
    "query_device_by_id": _one("Device", "device_id"), "query_buffers": _all("Buffer", "operation_id"),
    "query_buffer_pages": _all("BufferPage", "operation_id"),
    "query_operation_arguments": _all("OperationArgument", "operation_id"),
    "query_input_tensors": _all("InputTensor", "operation_id"),
    "query_output_tensors": _all("OutputTensor", "operation_id")}
