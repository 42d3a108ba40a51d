"""Runs a notebook's code cells, or a script, with `import ttnn` served by this module."""
import ast
import json
import linecache
import os
import sys

from ._errors import error
from ._hook import install


def code_cells(path):
    """The sources of a notebook's code cells, in order; a script is one cell."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as failure:
        raise error("absent", f"[run] expected a notebook or a script; found {failure}") from None
    if not path.endswith(".ipynb"):
        return [text]
    try:
        cells = json.loads(text)["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        raise error("bad_input", f"[run] expected a notebook of format 4; found other content in {path}") from None


def text_of(value):
    """What a notebook shows for a cell's last value.

    A tuple's tensors stand below each other. An object's default repr has no "object" before "at".
    """
    if type(value).__repr__ is object.__repr__:
        return f"<{type(value).__module__}.{type(value).__qualname__} at {id(value):#x}>"
    if type(value) is tuple and value:
        items = [text_of(item).replace("\n", "\n ") for item in value]
        if any("\n" in item for item in items):
            return "(" + ",\n ".join(items) + ("," if len(items) == 1 else "") + ")"
    return repr(value)


def run_cell(source, name, namespace):
    """Runs one cell. Its value is that of its last statement, if that is an expression."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)  # for tracebacks
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), namespace)
    return None if last is None else eval(compile(ast.Expression(last.value), name, "eval"), namespace)


def run_file(path, arguments=(), *, log=False):
    """Runs the file as `python FILE ARGUMENTS` would, showing each notebook cell's value. Errors go to the caller."""
    cells = code_cells(path)
    install(log=log)
    sys.argv = [path, *arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    namespace = {"__name__": "__main__", "__file__": path}
    for number, source in enumerate(cells, 1):
        is_notebook = path.endswith(".ipynb")
        value = run_cell(source, f"{path}, cell {number}" if is_notebook else path, namespace)
        if is_notebook and value is not None and not source.rstrip().endswith(";"):
            print(text_of(value), flush=True)
