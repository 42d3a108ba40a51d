"""Words that write into a tensor that is there: copy_host_to_device_tensor, add_, multiply_, ..."""
from .. import _core
from . import _names
from ._convert import to_device
from ._errors import HOW_TO_ASK, error
from ._modules import attach, is_attached
from ._tensor import allocated, on_device
from ._word import word

__all__ = ["copy_host_to_device_tensor"]


def write(op, tensor, core):
    """From now on the tensor and its views have the values of `core`, which lies where the tensor lay."""
    views = [view for view in (ref() for ref in tensor._views or ()) if view is not None] or [tensor]
    seen = [core if view.shape == core.shape else _core.reshape(core, list(view.shape)) for view in views]
    if not all(view.shares_memory(core) for view in seen):
        raise error("unsupported", f"[ttnn.{op}] expected no views in another form; found some. {HOW_TO_ASK}.")
    for view, fresh in zip(views, seen):
        view._core = fresh


@word("copy_host_to_device_tensor")
def copy_host_to_device_tensor(host_tensor, device_tensor):
    """Sends a host tensor's values into a device tensor of the same shape, dtype and layout."""
    allocated("copy_host_to_device_tensor", host_tensor)
    device = on_device("copy_host_to_device_tensor", "Tensor must be on device", device_tensor)
    for name in ("shape", "dtype", "layout"):
        ours, theirs = getattr(host_tensor, name), getattr(device_tensor, name)
        if ours != theirs:
            raise error("bad_input", f"[ttnn.copy_host_to_device_tensor] expected the same {name}; found {ours!r} and "
                                     f"{theirs!r}")
    sent = to_device(host_tensor, device, memory_config=device_tensor.memory_config())
    write("copy_host_to_device_tensor", device_tensor, sent._core)


def _in_place(name, op):
    def call(input_tensor_a, input_tensor_b, **options):
        if options.get("use_legacy") is False:  # the newer programs write there themselves
            return op(input_tensor_a, input_tensor_b, output_tensor=input_tensor_a, **options)
        result = op(input_tensor_a, input_tensor_b, **options)
        if result.shape != input_tensor_a.shape:
            raise error("bad_input", f"[ttnn.{name}] expected a second operand that the first one's shape holds; found "
                                     f"{result.shape!r} for {input_tensor_a.shape!r}")
        write(name, input_tensor_a, result._core)
        return input_tensor_a

    call.__doc__ = f"{op.__name__}, its result in the first operand's place."
    return call


def attach_in_place(rows, ops):
    """add_ for add, and so on, for the binary ops that TT-NN has so."""
    for name in [name for row in rows if row["family"] == "binary" for name in row["ttnn"]]:
        in_place = f"{name}_"
        if in_place in _names.words() and not is_attached(in_place):
            attach(in_place, word(in_place)(_in_place(in_place, ops[name])))
