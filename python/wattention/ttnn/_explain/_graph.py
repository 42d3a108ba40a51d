"""CONFIG.enable_graph_report: the graph of a log's operations, drawn by graphviz's dot where that is installed.

As on the card's stack it lies in the report's folder `graph`, by the number of its last operation. TT-NN draws one
after each operation; the last holds the others, and is the only one here.
"""
import shutil
import subprocess
import warnings
from pathlib import Path

from .._errors import error
from ._tables import GRAPHS_PATH

def _quoted(*lines):
    text = "\\n".join(str(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines if line)
    return f'"{text}"'


def _tensor(number, tensor):
    place = tensor["memory"] if not tensor["sharding"] else f"{tensor['memory']} {tensor['sharding']}"
    return (f"{number}: {'x'.join(map(str, tensor['shape']))}", f"{tensor['dtype']} {tensor['layout']}", place)


def _uses(call, number, tensors, made_by):
    """Arrows to an operation, from what made its operands; ellipses for those that none made."""
    lines = []
    for tensor in call["operands"]:
        words = _quoted(*_tensor(tensor, tensors[tensor]))
        if tensor not in made_by:
            made_by[tensor] = f"t{tensor}"
            lines.append(f"  t{tensor} [shape=ellipse, label={words}];")
        made = made_by[tensor]
        lines.append(f"  {made} -> op{number}{f' [label={words}]' if made.startswith('op') else ''};")
    return lines


def dot_text(journal, durations):
    """A box for each operation, an ellipse for each tensor that none of them made, an arrow for each use of one."""
    made_by, lines = {}, ["digraph operations {", '  label="Durations are modelled."; node [shape=box];']
    for number, (call, duration) in enumerate(zip(journal["calls"], durations), 1):
        place = f"{Path(call['file']).name}:{call['line']}" if call["file"] else ""
        time = "" if duration is None else f"{1e3 * duration:.4f} ms"
        label = _quoted(f"{number}: ttnn.{call['word'] or call['op']}", place, time)
        lines.append(f"  op{number} [label={label}];")
        lines += _uses(call, number, journal["tensors"], made_by)
        made_by |= {tensor: f"op{number}" for tensor in call["results"]}
    return "\n".join([*lines, "}"]) + "\n"


def _draw(dot, text, path):
    done = subprocess.run([dot, "-Tsvg", "-o", str(path)], input=text, text=True, capture_output=True)
    if done.returncode != 0:
        raise error("io", f"[ttnn.CONFIG] expected graphviz's dot to draw a graph; found {done.stderr.strip()!r}")


def write_graph(folder, journal, durations):
    """NUMBER.svg in the report's graph folder; NUMBER.dot, and a warning, where there is no graphviz."""
    graphs, text, last = Path(folder) / GRAPHS_PATH, dot_text(journal, durations), len(journal["calls"])
    try:
        graphs.mkdir(parents=True, exist_ok=True)
        for old in [*graphs.glob("*.svg"), *graphs.glob("*.dot")]:
            old.unlink()
        dot = shutil.which("dot")
        if dot is not None:
            return _draw(dot, text, graphs / f"{last}.svg")
        (graphs / f"{last}.dot").write_text(text, encoding="utf-8")
    except OSError as failure:
        raise error("io", f"[ttnn.CONFIG] expected a folder for graphs that can be written; found {failure}") from None
    warnings.warn(f"[ttnn.CONFIG] Graphviz is not installed: the graph is {graphs / f'{last}.dot'}, as text",
                  stacklevel=2)
