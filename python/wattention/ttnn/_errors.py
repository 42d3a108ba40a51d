"""How this module refuses: one sentence, `[ttnn.op] expected ...; found ...`."""
from .._core import Error

HOW_TO_ASK = (
    "To ask for it, open an issue of the project with its name, the shapes, dtypes, layouts and memory configs of a "
    "call, and, if you have a card, what it printed (docs/python.md, 'Asking for an op')"
)


class MissingError(Error, AttributeError):
    """A name of TT-NN that is not here."""

    kind = "unsupported"


def error(kind, sentence):
    """An Error to raise, of a kind of the library's."""
    result = Error(sentence)
    result.kind = kind
    return result


def missing(name):
    return MissingError(f"[ttnn.{name}] expected a part of TT-NN that is here; found {name}, which is not. "
                        f"{HOW_TO_ASK}.")


def refuse_options(op, **options):
    """Raises for the first option that was given: TT-NN has it, this module does not."""
    for name, value in options.items():
        if value is not None and value is not False:
            raise error("unsupported", f"[ttnn.{op}] expected no {name}; found {value!r}. {HOW_TO_ASK}.")
