"""python -m wattention.ttnn run|explain FILE.ipynb|FILE.py: the file's code, with `import ttnn` served from here."""
import argparse
import sys
import traceback

from .. import Error
from . import _run
from ._explain import _command


def show(failure, path):
    """The traceback from the file's own frames on."""
    frames = failure.__traceback__
    while frames and not frames.tb_frame.f_code.co_filename.startswith(path):
        frames = frames.tb_next
    traceback.print_exception(failure.with_traceback(frames))


def _parser():
    parser = argparse.ArgumentParser(prog="python -m wattention.ttnn", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a notebook's code cells or a script")
    run.add_argument("--log", action="store_true", help="print TT-NN's `Metal | INFO` lines")
    run.add_argument("--allow-errors", action="store_true",
                     help="go on behind a cell that fails, after its traceback; the exit code is 1 then")
    run.add_argument("file", help="a notebook of format 4, or a script")
    explain = commands.add_parser("explain", help="the same, with each op's error, time and energy, and why")
    _command.add_arguments(explain)
    for command in (run, explain):
        command.add_argument("arguments", nargs=argparse.REMAINDER, help="for the file's sys.argv")
    return parser


def main():
    options = _parser().parse_args()
    try:
        _run.code_cells(options.file)
    except Error as failure:
        print(failure, file=sys.stderr)
        return 2
    try:
        return _command.explain_file(options, show) if options.command == "explain" else _run_file(options)
    except KeyboardInterrupt:
        return 130


def _run_file(options):
    failures = []

    def note(failure):
        failures.append(failure)
        show(failure, options.file)

    try:
        _run.run_file(options.file, options.arguments, log=options.log,
                      on_failure=note if options.allow_errors else None)
    except Exception as failure:
        show(failure, options.file)
        return 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
