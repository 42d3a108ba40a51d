"""python -m wattention.ttnn explain FILE: the program runs, with the doctor beside it."""
import contextlib
import sys

from . import _frontier
from ._junit import junit
from ._observed import observe
from ._perf_csv import perf_csv
from ._tries import as_the_first_time, try_levers
from ._visualizer import visualizer


def add_arguments(parser):
    parser.add_argument("--release", default="", help="TT-NN's release to follow: a name of list_releases()")
    parser.add_argument("--min-pcc", type=float, metavar="P",
                        help="exit code 1 where what the program reads back has a PCC below P against float64")
    parser.add_argument("--levers", action="store_true",
                        help="try what could be changed at the lines that cost most: what each gives, and its price")
    parser.add_argument("--json", metavar="OUT", help="write everything as JSON; - for standard output")
    parser.add_argument("--junit", metavar="OUT", help="write a test case a row as JUnit has it; - for standard output")
    parser.add_argument("--html", metavar="OUT", help="write one page that needs no network")
    parser.add_argument("--perf-csv", metavar="OUT", help="write the profiler's CSV of modelled times (tt-perf-report)")
    parser.add_argument("--visualizer", metavar="DIR", help="write a report folder for ttnn-visualizer")
    parser.add_argument("--trace", metavar="OUT", help="write the modelled run on a time axis (ui.perfetto.dev)")
    parser.add_argument("file", help="a notebook of format 4, or a script")


def _write(out, text):
    if out == "-":
        print(text.rstrip("\n"))
    elif out:
        with open(out, "w", encoding="utf-8") as file:
            file.write(text.rstrip("\n") + "\n")


def explain_file(options, show):
    """The exit code: 2 for a program that failed, 1 for a PCC below --min-pcc. `show` prints a failure's traceback."""
    quiet = "-" in (options.json, options.junit, options.html, options.perf_csv,
                     options.trace)
    fresh = as_the_first_time(options.file) if options.levers else contextlib.nullcontext()
    with fresh, contextlib.redirect_stdout(sys.stderr) if quiet else contextlib.nullcontext():
        report, failure = observe(options.file, options.arguments, options.release,
                                  lambda explainer: options.visualizer and explainer.keep_journal())
    tried = try_levers(options, report) if options.levers and failure is None else None
    _write(options.json, report.json(tried and _frontier.rows(*tried)))
    _write(options.junit, junit(report, options.file, options.min_pcc))
    if options.html:
        _write(options.html, report.html(options.file))
    if options.perf_csv:
        _write(options.perf_csv, perf_csv(report))
    if options.visualizer:
        visualizer(report, options.visualizer)
    if options.trace:
        _write(options.trace, report.trace())
    if not quiet:
        print(report, end="")
        print(_frontier.table(*tried, options.min_pcc) if tried else "", end="")
    if failure is not None:
        show(failure, options.file)
        return 2
    return verdict(report, options.min_pcc)


def verdict(report, least):
    if least is None:
        return 0
    if report.pcc is None or report.pcc < least:
        print(f"[explain] expected a PCC of {least} or more; found {report.pcc}", file=sys.stderr)
        return 1
    return 0
