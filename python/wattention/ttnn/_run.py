"""Runs a notebook's code cells, or a script, with `import ttnn` served by this module."""
import ast
import json
import linecache
import os
import re
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


_PYTHON_CELLS = {"%%time", "%%timeit", "%%capture"}  # the rest of the cell is Python
_MAGIC = re.compile(r"\s*([\w, ]+=\s*)?[!%]")


def without_magics(source, name):
    """The cell with its lines for a shell or for IPython (`%%bash`, `!cmd`, `%magic`) skipped, and said so on stderr.

    Lines keep their numbers. A cell that is plain Python is left as it is.
    """
    first = source.lstrip().partition("\n")[0].rstrip()
    if first.startswith("%%") and first.split()[0] not in _PYTHON_CELLS:
        print(f"{name}: skipped the cell {first}", file=sys.stderr)
        return ""
    if is_python(source):
        return source
    lines, is_continued = source.split("\n"), False
    for number, line in enumerate(lines):
        continues_python = number > 0 and lines[number - 1].endswith("\\")
        if is_continued or (_MAGIC.match(line) and not continues_python):
            print(f"{name}: skipped {line.strip()}", file=sys.stderr)
            lines[number] = line[:len(line) - len(line.lstrip())] + ("" if is_continued else "pass")
            is_continued = line.endswith("\\")
    return "\n".join(lines)


def is_python(source):
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


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


def run_file(path, arguments=(), *, log=False, release="", on_failure=None):
    """Runs the file as `python FILE ARGUMENTS` would, showing each notebook cell's value.

    Errors go to the caller; with `on_failure` a cell's go there, and the next cell runs.
    """
    cells = code_cells(path)
    install(log=log, release=release)
    sys.argv = [path, *arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    os.environ.setdefault("ARCH_NAME", "wormhole_b0")  # as the card's stack needs it to be set
    namespace = {"__name__": "__main__", "__file__": path}
    is_notebook = path.endswith(".ipynb")
    for number, source in enumerate(cells, 1):
        name = f"{path}, cell {number}" if is_notebook else path
        try:
            value = run_cell(without_magics(source, name) if is_notebook else source, name, namespace)
        except Exception as failure:
            if on_failure is None:
                raise
            on_failure(failure)
            continue
        if is_notebook and value is not None and not source.rstrip().endswith(";"):
            print(text_of(value), flush=True)
