"""The profiler's CSV (ops_perf_results) from modelled times, as tt-perf-report reads it.

Columns: tt-metal, tt_metal/tools/profiler/process_ops_logs.py. One more, TIME SOURCE, says that nothing was measured.
"""
import csv
import io

from ... import _core

_AXES = ("W", "Z", "Y", "X")
_TILE = 32
_CORES = 64
_DTYPES = {"bf16": "BFLOAT16", "f32": "FLOAT32"}
# Families whose programs TT-NN calls by one name; a move is called by its own.
_OPERATIONS = {"product": "Matmul", "binary": "Binary", "norm": "LayerNorm", "attention": "ScaledDotProductAttention",
               "gather": "Embeddings"}
_START = ["OP CODE", "OP TYPE", "GLOBAL CALL COUNT", "DEVICE ID", "DEVICE ARCH", "ATTRIBUTES", "MATH FIDELITY",
          "CORE COUNT", "AVAILABLE WORKER CORE COUNT", "PARALLELIZATION STRATEGY", "HOST START TS", "HOST END TS",
          "HOST DURATION [ns]", "OP TO OP LATENCY [ns]", "DEVICE FW DURATION [ns]", "DEVICE KERNEL DURATION [ns]"]


def _operand_columns(name):
    return [f"{name}_{axis}_PAD[LOGICAL]" for axis in _AXES] + [f"{name}_{what}" for what in
                                                                ("LAYOUT", "DATATYPE", "MEMORY")]


_COLUMNS = [*_START, *_operand_columns("INPUT_0"), *_operand_columns("INPUT_1"), *_operand_columns("OUTPUT_0"),
            "TIME SOURCE"]


def operation(op, family):
    """As the profiler calls the device's operation."""
    name = _OPERATIONS.get(family)
    if name is None:
        words = op if family in ("move", "search") else family
        name = "".join(word.capitalize() for word in words.split("_"))
    return f"{name}DeviceOperation"


def _operand(name, tensor):
    """Four sizes, padded and logical, and where and as what they lie."""
    sizes = ([1] * 4 + tensor["shape"])[-4:]
    padded = list(sizes)
    if tensor["layout"] == "tile":
        padded[-2:] = [-(-size // _TILE) * _TILE for size in sizes[-2:]]
    cells = {f"{name}_{axis}_PAD[LOGICAL]": f"{pad}[{size}]" for axis, pad, size in zip(_AXES, padded, sizes)}
    kind = f"{tensor['sharded'].upper()}_SHARDED" if tensor["sharded"] else "INTERLEAVED"
    return cells | {f"{name}_LAYOUT": tensor["layout"].upper(),
                    f"{name}_DATATYPE": _DTYPES.get(tensor["dtype"], tensor["dtype"].upper()),
                    f"{name}_MEMORY": f"DEV_0_{tensor['memory'].upper()}_{kind}"}


def _attributes(row):
    details = row["details"]
    words = {"op": row["op"], "word": row["word"], "site": row["site"], "program": ", ".join(row["programs"])}
    if "in0_block_w" in details:
        height, _, width = details.get("subblock", "1x1").partition("x")
        words["program_config"] = (f"in0_block_w={details['in0_block_w']};out_subblock_h={height};"
                                   f"out_subblock_w={width}")
    return "; ".join(f"'{name}': '{value}'" for name, value in words.items() if value)


def _nanoseconds(milliseconds):
    return round(1e6 * milliseconds)


def _cells(number, row, family, start, duration, gap):
    cells = {"OP CODE": operation(row["op"], family), "OP TYPE": "tt_dnn_device", "GLOBAL CALL COUNT": number,
             "DEVICE ID": 0, "DEVICE ARCH": "wormhole_b0", "ATTRIBUTES": _attributes(row),
             "MATH FIDELITY": row["details"].get("fidelity", ""), "CORE COUNT": row["cores"],
             "AVAILABLE WORKER CORE COUNT": _CORES, "PARALLELIZATION STRATEGY": ", ".join(row["programs"]),
             "HOST START TS": _nanoseconds(start), "HOST END TS": _nanoseconds(start + duration),
             "OP TO OP LATENCY [ns]": _nanoseconds(gap), "DEVICE FW DURATION [ns]": _nanoseconds(duration),
             "DEVICE KERNEL DURATION [ns]": _nanoseconds(duration), "TIME SOURCE": "modelled"}
    for place, tensor in enumerate(row["operands"][:2]):
        cells |= _operand(f"INPUT_{place}", tensor)
    return cells | _operand("OUTPUT_0", row["results"][0])


def perf_csv(report):
    """The text: a line for each program of the card, in their order. Transfers are not in it, as on the card."""
    families = {row["name"]: row["family"] for row in _core.list_ops()}
    out, end = io.StringIO(), 0.0
    writer = csv.DictWriter(out, _COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    rows = report.rows
    for number, (index, start, duration) in enumerate(report.calls, 1):
        row = rows[index]
        if row["op"] not in families:
            continue
        writer.writerow(_cells(number, row, families[row["op"]], start, duration, max(0.0, start - end)))
        end = start + duration
    return out.getvalue()
