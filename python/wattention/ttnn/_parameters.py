"""Parameters of modules as nested dicts and lists with attributes, which print as TT-NN's."""
import sys

__all__ = ["ParameterDict", "ParameterList", "make_parameter_dict"]


class ParameterList(list):
    """A torch.nn.ModuleList's parameters; `index in parameters` asks for a place, not for a value."""

    def __contains__(self, index):
        return index < len(self)

    def __repr__(self):
        return _text(self)


class ParameterDict(dict):
    """A module's parameters and children by name: parameters["weight"] is parameters.weight."""

    def __getattr__(self, name):
        if name in self or not name.startswith("__"):
            return self[name]
        raise AttributeError(name)

    def __delattr__(self, name):
        del self[name]

    def __repr__(self):
        return _text(self)


def make_parameter_dict(dictionary):
    """The dict, and the dicts in it, as ParameterDict."""
    if isinstance(dictionary, ParameterDict):
        return dictionary
    return ParameterDict({name: make_parameter_dict(value) if isinstance(value, dict) else value
                          for name, value in dictionary.items()})


def _text(value, indent=""):
    if isinstance(value, (ParameterDict, ParameterList)):
        is_dict = isinstance(value, ParameterDict)
        opening, closing = "{}" if is_dict else "[]"
        if not value:
            return opening + closing
        items = [(f"{name}: ", item) for name, item in value.items()] if is_dict else [("", item) for item in value]
        inner = indent + "  "
        lines = ",\n".join(inner + name + _text(item, inner) for name, item in items)
        return f"{opening}\n{lines}\n{indent}{closing}"
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return f"torch.Tensor(shape={value.shape}, dtype={value.dtype})"
    if hasattr(value, "padded_shape"):
        return f"ttnn.Tensor(shape={value.shape}, layout={value.layout}, dtype={value.dtype})"
    return repr(value)
