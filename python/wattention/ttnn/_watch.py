"""Who looks on at devices, and at what is rounded on the host on its way to them. The words are in _explain."""
from .. import _core

_explainer = None  # of the program that is being explained; None: nobody looks on
_at_close = []  # functions that are called when a device is about to close


def is_on():
    return _explainer is not None


def exchange(explainer):
    """From now on this one looks on at every device that opens; the one before."""
    global _explainer
    before, _explainer = _explainer, explainer
    return before


def opened(device):
    if _explainer is not None:
        _explainer.watch(device)


def releasing(tensor):
    """A ttnn.Tensor's memory is about to be given back: what to call when it was, if somebody looks on."""
    device = tensor.device()
    if _explainer is None or device is None or not tensor.is_allocated():
        return None
    _explainer.releasing(tensor._core)
    return lambda: _explainer.released(device._core)


def at_close(function):
    _at_close.append(function)


def closing():
    for function in _at_close:
        function()


def _numbers(source):
    """An array as a tensor of the library: whole numbers of any type as the doubles that they are."""
    if isinstance(source, _core.Tensor) or "float" in str(source.dtype):
        return source if isinstance(source, _core.Tensor) else _core.Tensor(source)
    return _core.Tensor(source.double() if hasattr(source, "double") else source.astype("float64"))


def rounded(source, host):
    """The library's tensor `host` was made of `source`, an array or a tensor of it, on the host."""
    if _explainer is not None and host.dtype not in ("uint32", "int32", "uint16", "uint8"):
        _explainer.rounded(_numbers(source), host)
