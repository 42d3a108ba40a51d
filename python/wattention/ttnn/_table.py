"""TT-NN's words for the ops of the table that have no function of their own: a signature a family."""
from .. import _core
from . import _binary_ng
from ._division import rounding
from ._elementwise_pairs import power_of_number
from ._errors import HOW_TO_ASK, Error, error, refuse_options, shown
from ._memory import place
from ._modes import in_mode
from ._modules import attach, is_attached
from ._nothing import is_nothing, nothing, reduced
from ._ops import arithmetic, expect_output, inherit_memory, put, result_dtype
from ._tensor import Tensor, on_device, wrap
from ._types import bfloat16
from ._word import refusal_of_keyword, word

_BINARY = "Operands to eltwise binary need to be on device!"
_UNARY = "Operands to eltwise unary need to be on device!"
_MOVE = "Tensor must already be on device"
_OWN_DTYPE = "maximum minimum".split()  # TT-NN takes a dtype there, and forgets it


def _place(row, name, tensor, memory_config):
    """The place as an attribute where the op takes one; else it writes where its input lies."""
    if "memory" not in row["attributes"]:
        inherit_memory(name, tensor, memory_config)
        return {}
    return place(name, memory_config)


def _where(row, name, tensor, memory_config, output):
    """The place of a result that may have a tensor to go to."""
    if output is not None and memory_config is None:
        on_device(name, _MOVE, output)
        memory_config = output.memory_config()
    return _place(row, name, tensor, memory_config)


def _put(name, result, output, device):
    if output is not None:
        expect_output(name, output, result.shape, None)
    return put(name, output, result, device)


def _number(name, value):
    """A number as pybind takes one: anything that float() takes, but text."""
    try:
        if not isinstance(value, (str, bytes)):
            return float(value)
    except (TypeError, ValueError):
        pass
    raise error("unsupported", f"[ttnn.{name}] expected a tensor or a number as the second operand; "
                               f"found {shown(value)}. {HOW_TO_ASK}.")


def _would_broadcast(a, b):
    pairs = zip(reversed(tuple(a.shape)), reversed(tuple(b.shape)))
    return a.shape != b.shape and all(x == y or 1 in (x, y) for x, y in pairs)


def _two_tensors(compute, name, a, b, place):
    on_device(name, _BINARY, b)
    try:
        return compute(a._core, b._core, **place)
    except Error as failure:
        if failure.kind == "bad_input" and _would_broadcast(a, b):
            failure.kind = "unsupported"  # TT-NN runs it
        raise


def _everywhere(name, like, number):
    """TT-NN takes a number by a tensor, too: as a tensor that holds it everywhere."""
    device = on_device(name, _BINARY, like)
    return wrap(_core.full_like(like._core, _number(name, number)), device)


def _power(tensor, exponent, memory_config, where):
    if not exponent.is_integer():  # made of several ops, which write where their input lies
        inherit_memory("pow", tensor, memory_config)
    return power_of_number(tensor._core, exponent, where)


_FUSE_ALIKE = "add subtract sub multiply mul".split()  # steps before or after are their only ones


def _fuses_alike(name, a, b, steps):
    """Whether the older program of two tensors of one shape takes these activations as the newer one does."""
    before = steps["input_tensor_a_activations"] or ()
    return (name in _FUSE_ALIKE and isinstance(b, Tensor) and a.shape == b.shape
            and a.dtype is b.dtype is bfloat16 and not steps["input_tensor_b_activations"]
            and len(before) < 2 and bool(before or steps["activations"]))


def _binary(row, name):
    compute = getattr(_core, row["name"])

    def call(input_tensor_a, input_tensor_b, *, memory_config=None, dtype=None, output_tensor=None, activations=None,
             input_tensor_a_activations=None, input_tensor_b_activations=None, use_legacy=None,
             fast_and_approximate_mode=None):
        if name == "pow" and not isinstance(input_tensor_a, Tensor) and isinstance(input_tensor_b, Tensor):
            input_tensor_a = _everywhere(name, input_tensor_b, input_tensor_a)
        device = on_device(name, _BINARY, input_tensor_a)
        if not isinstance(input_tensor_b, Tensor):
            input_tensor_b = _number(name, input_tensor_b)
        steps = {"activations": activations, "input_tensor_a_activations": input_tensor_a_activations,
                 "input_tensor_b_activations": input_tensor_b_activations}
        quick = fast_and_approximate_mode
        if use_legacy is False or _fuses_alike(name, input_tensor_a, input_tensor_b, steps):
            refuse_options(name, fast_and_approximate_mode=quick)
            return _binary_ng.binary(name, input_tensor_a, input_tensor_b, dtype=dtype, memory_config=memory_config,
                                     output_tensor=output_tensor, **steps)
        refuse_options(name, **{key: value or None for key, value in steps.items()})
        where = _where(row, name, input_tensor_a, memory_config, output_tensor)
        if quick is not None:
            if "fast_and_approximate_mode" not in row["attributes"]:
                raise refusal_of_keyword(name, "fast_and_approximate_mode", quick, [])
            where["fast_and_approximate_mode"] = bool(quick)
        if name not in _OWN_DTYPE:
            where |= result_dtype(name, input_tensor_a, dtype, output_tensor)
        if is_nothing(input_tensor_a, input_tensor_b):
            return nothing(name, (input_tensor_a, input_tensor_b), output_tensor, dtype=dtype,
                           memory_config=memory_config)
        if isinstance(input_tensor_b, Tensor):
            result = _two_tensors(compute, name, input_tensor_a, input_tensor_b, where)
        elif name == "pow":
            result = _power(input_tensor_a, input_tensor_b, memory_config, where)
        else:
            result = compute(input_tensor_a._core, input_tensor_b, **where)
        return _put(name, result, output_tensor, device)

    call.__doc__ = f"{row['summary']}: two tensors, or a tensor and a number."
    return call


_THEIR_WORDS = {"upper_limit": "max", "lower_limit": "min", "fill_value": "value"}


def _unary(row, name):
    plain, accurate = getattr(_core, row["name"]), getattr(_core, "tanh_accurate", None)
    own = set(row["attributes"]) - {"memory", "sharding"}
    theirs = {word: attribute for word, attribute in _THEIR_WORDS.items() if attribute in own}

    def call(input_tensor, *by_place, memory_config=None, output_tensor=None, **attributes):
        compute = accurate if name == "tanh" and attributes.pop("accuracy", False) else plain
        device = on_device(name, _UNARY, input_tensor)
        compute = in_mode(name, attributes, compute)
        attributes = {theirs.get(key, key): value for key, value in attributes.items()}
        for key, value in attributes.items():
            if key not in own:
                raise refusal_of_keyword(name, key, value, ["input_tensor", "memory_config", *sorted(own)])
        where = _where(row, name, input_tensor, memory_config, output_tensor)
        if is_nothing(input_tensor):
            return nothing(name, (input_tensor,), output_tensor, memory_config=memory_config)
        return _put(name, compute(input_tensor._core, *by_place, **attributes, **where), output_tensor, device)

    call.__doc__ = f"{row['summary']}."
    return call


def _reduce(row, name):
    compute = getattr(_core, row["name"])

    def call(input_tensor, dim=None, keepdim=True, *, memory_config=None, compute_kernel_config=None, scalar=1.0):
        device = on_device(name, _MOVE, input_tensor)
        refuse_options(name, scalar=None if scalar == 1.0 else scalar)
        dims = None if dim is None else [dim] if isinstance(dim, int) else list(dim)
        options = arithmetic(name, compute_kernel_config) | _place(row, name, input_tensor, memory_config)
        result = reduced(name, input_tensor, dims, keepdim, memory_config)
        if result is not None:
            return result
        return wrap(compute(input_tensor._core, dims=dims, keepdim=keepdim, **options), device)

    call.__doc__ = f"{row['summary']}."
    return call


def _any(row, name):
    """Ops of other families: tensors first, then what the table lists, by its names or TT-NN's."""
    compute = getattr(_core, row["name"])
    operands = row["operands"]
    theirs = {"input_tensor": operands[0], "input_tensor_a": operands[0], "input_tensor_b": operands[-1]}

    def call(*arguments, **options):
        where = place(name, options.pop("memory_config", None))
        options = {theirs.get(key, key): value for key, value in options.items()}
        device = on_device(name, _MOVE, *_tensors_in([*arguments, *options.values()]))
        options |= where
        result = compute(*map(_core_of, arguments), **{key: _core_of(value) for key, value in options.items()})
        return wrap(result, device)

    call.__doc__ = f"{row['summary']}: {', '.join([*operands, *row['attributes']])}."
    return call


def _tensors_in(values):
    parts = [part for value in values for part in (value if isinstance(value, (list, tuple)) else [value])]
    return [part for part in parts if isinstance(part, Tensor)]


def _core_of(value):
    if isinstance(value, (list, tuple)):
        return [_core_of(part) for part in value]
    return value._core if isinstance(value, Tensor) else value


def _function(row, name):
    function = _MAKERS.get(row["family"], _any)(row, name)
    return rounding(function) if name == "div" else function


_MAKERS = {"binary": _binary, "unary": _unary, "reduce": _reduce}


def attach_ops():
    """Puts the table's ops at their places in the module, where no function of the package is."""
    for row in _core.list_ops():
        for name in row["ttnn"]:
            if not is_attached(name):
                attach(name, word(name)(_function(row, name)))
