"""What every function of this module shares: its name, refusals of arguments, queues, a golden function, comparison."""
import functools
import inspect

from . import _capture, _compare, _golden, _names
from ._errors import HOW_TO_ASK, ArgumentError, Error, argument_error, error, shown


def refusal_of_keyword(name, key, value, known):
    """The error for a keyword that is none of the `known` ones."""
    if key in _names.keywords():
        return argument_error("unsupported", f"[ttnn.{name}] expected no {key}; found {shown(value)}. {HOW_TO_ASK}.")
    meant = _names.nearest(key, known)
    advice = f" (did you mean {meant}?)" if meant else ""
    return ArgumentError(f"[ttnn.{name}] expected arguments of the names {', '.join(known)}; found {key}{advice}")


def unfit(name, function, arguments, options):
    """The error for arguments that Python could not bind to the function's parameters."""
    parameters = inspect.signature(function).parameters
    for key, value in options.items():
        if key not in parameters:
            return refusal_of_keyword(name, key, value, list(parameters))
    by_place = [p for p in parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    given = {p.name for p in by_place[:len(arguments)]} | set(options)
    needed = [p.name for p in parameters.values() if p.default is p.empty and p.name not in given]
    if len(arguments) > len(by_place) and not needed:
        return argument_error("unsupported", f"[ttnn.{name}] expected at most {len(by_place)} arguments by place; "
                                             f"found {len(arguments)}. {HOW_TO_ASK}.")
    return ArgumentError(f"[ttnn.{name}] expected the argument {needed[0] if needed else 'once each'}; "
                         f"found {len(arguments)} by place and {sorted(options)} by name")


def _take_queue(name, options):
    """There is one command queue: number 0."""
    for key in ("queue_id", "cq_id"):
        queue = options.pop(key, None)
        if queue is not None and int(queue) != 0:
            raise error("absent", f"[ttnn.{name}] expected {key} 0, the one command queue; found {int(queue)}")


def dress(functions):
    """word() for the plain functions of a dict {name: function} that have none yet."""
    for name, function in list(functions.items()):
        if inspect.isfunction(function) and not hasattr(function, "python_fully_qualified_name"):
            functions[name] = word(name)(function)


def word(name):
    """Decorates a function as TT-NN's word `name`."""
    def decorate(function):
        @functools.wraps(function)
        def call(*arguments, **options):
            if options and ("queue_id" in options or "cq_id" in options):
                _take_queue(name, options)
            since = _capture.mark()
            try:
                result = function(*arguments, **options)
            except TypeError as failure:
                # Only a failure to bind the arguments has no frame of the function's own.
                if isinstance(failure, Error):
                    raise
                if str(failure).startswith("["):  # the library's own sentence about a type
                    raise ArgumentError(str(failure)) from None
                if failure.__traceback__.tb_next is not None:
                    raise
                raise unfit(name, function, arguments, options) from None
            if since is not None:
                _capture.note(since, _capture.Step(function, arguments, options, result))
            if _compare.is_on():
                _compare.compare(name, call.golden_function, arguments, options, result)
            return result

        call.__name__ = call.__qualname__ = name.rpartition(".")[2]
        call.python_fully_qualified_name = f"ttnn.{name}"
        call.golden_function = _golden.golden(name)
        return call
    return decorate
