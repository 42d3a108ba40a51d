"""How this module refuses: one sentence, `[ttnn.op] expected ...; found ...`."""
from .._core import Error

HOW_TO_ASK = (
    "To ask for it, open an issue of the project with its name, the shapes, dtypes, layouts and memory configs of a "
    "call, and, if you have a card, what it printed (docs/python.md, 'Asking for an op')"
)
_LONGEST_SHOWN = 100  # characters of a value in a sentence


class MissingError(Error, AttributeError):
    """A name of TT-NN that is not here."""

    kind = "unsupported"


class UnknownError(Error, AttributeError):
    """A name that TT-NN does not have either."""

    kind = "bad_input"


class ArgumentError(Error, TypeError):
    """Arguments that do not fit a function's signature. Its kind says whether TT-NN would take them."""

    kind = "bad_input"


def error(kind, sentence):
    """An Error to raise, of a kind of the library's."""
    result = Error(sentence)
    result.kind = kind
    return result


def argument_error(kind, sentence):
    result = ArgumentError(sentence)
    result.kind = kind
    return result


def missing(name):
    return MissingError(f"[ttnn.{name}] expected a part of TT-NN that is here; found {name}, which is not. "
                        f"{HOW_TO_ASK}.")


def unknown(name, meant):
    """For a name that is no word of TT-NN; `meant` is the word nearest to it, or None."""
    advice = f" (did you mean {meant}?)" if meant else ""
    return UnknownError(f"[ttnn.{name}] expected a name of TT-NN; found {name}{advice}")


def shown(value):
    """A value in a sentence: tensors by their shape, others shortened."""
    if hasattr(type(value), "__dlpack__") or hasattr(value, "padded_shape"):
        return f"a tensor of shape {list(value.shape)}"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."


def refuse_options(op, **options):
    """Raises for the first option that was given: TT-NN has it, this module does not."""
    for name, value in options.items():
        if value is not None and value is not False:
            raise error("unsupported", f"[ttnn.{op}] expected no {name}; found {shown(value)}. {HOW_TO_ASK}.")


def expect_types(op, **words):
    """TT-NN refuses a word of a wrong type, a string for a dtype, as pybind does. None passes."""
    for name, (value, kind) in words.items():
        if value is not None and not isinstance(value, kind):
            kinds = " or ".join(f"ttnn.{one.__name__}" for one in (kind if isinstance(kind, tuple) else (kind,)))
            raise ArgumentError(f"[ttnn.{op}] expected {name} to be a {kinds} (incompatible function arguments); "
                                f"found {shown(value)}")
