"""Golden functions: what torch computes for an op, as TT-NN's tests and fallbacks ask for it."""
from ._absent import Absent
from ._errors import error
from ._golden_gradients import gradients

# TT-NN's own words, which say how and where, not what.
_PLACES = {"compute_kernel_config", "core_grid", "device", "dtype", "fast_and_approximate_mode", "memory_config",
           "numeric_stable", "output_tensor", "program_config", "queue_id", "layout"}
_OTHER_NAMES = {"log_sigmoid": "logsigmoid", "sigmoid_accurate": "sigmoid", "swish": "silu"}
_AGAINST_ZERO = {"eqz": "eq", "nez": "ne", "gtz": "gt", "ltz": "lt", "gez": "ge", "lez": "le"}
_REDUCTIONS = {"sum": "sum", "mean": "mean", "max": "amax", "min": "amin", "std": "std", "var": "var"}
_SAME = ("clone", "from_device", "from_torch", "reallocate", "to_device", "to_dtype", "to_layout", "to_memory_config",
         "tilize", "tilize_with_val_padding", "tilize_with_zero_padding", "to_torch", "typecast", "untilize")


def _matmul(a, b, transpose_a=False, transpose_b=False, *, bias=None, activation=None, **_):
    import torch

    a, b = (a.mT if transpose_a else a), (b.mT if transpose_b else b)
    result = a @ b.to(a.dtype)
    result = result if bias is None else result + bias
    return getattr(torch.nn.functional, activation)(result) if activation else result


def _concat(tensors, dim=0, groups=1, **_):
    """With groups, the first group of each tensor comes first, then the second of each, and so on."""
    import torch

    chunks = zip(*(tensor.chunk(groups, dim) for tensor in tensors))
    return torch.concat([part for group in chunks for part in group], dim)


def _softmax(tensor, dim=-1, **_):
    return tensor.softmax(dim)


def _scale_mask_softmax(tensor, scale=None, mask=None, *, is_causal_mask=False, **_):
    scaled = tensor if scale is None else tensor * scale
    if mask is not None:
        scaled = scaled + (mask if is_causal_mask else mask[..., :1, :])
    return scaled.softmax(-1)


def _attention_softmax(tensor, *, head_size=None, attention_mask=None, **_):
    scaled = tensor if head_size is None else tensor * head_size ** -0.5
    return (scaled if attention_mask is None else scaled + attention_mask).softmax(-1)


def _layer_norm(tensor, *, epsilon=1e-12, weight=None, bias=None, residual_input_tensor=None, **_):
    import torch

    tensor = tensor if residual_input_tensor is None else tensor + residual_input_tensor
    weight, bias = (part if part is None else part.flatten() for part in (weight, bias))
    return torch.nn.functional.layer_norm(tensor, tensor.shape[-1:], weight, bias, epsilon)


def _rms_norm(tensor, weight=None, *, epsilon=1e-12, bias=None, residual_input_tensor=None, **_):
    tensor = tensor if residual_input_tensor is None else tensor + residual_input_tensor
    result = tensor * (tensor.square().mean(-1, keepdim=True) + epsilon).rsqrt()
    result = result if weight is None else result * weight
    return result if bias is None else result + bias


def _gated(gate):
    def call(tensor, dim=-1, **_):
        import torch

        first, second = tensor.chunk(2, dim)
        return first * getattr(torch.nn.functional, gate)(second)

    return call


def _polyval(tensor, coeffs, **_):
    result = 0.0
    for factor in coeffs:
        result = result * tensor + factor
    return result


def _heads(tensor, count):
    batch, tokens, width = tensor.shape
    return tensor.reshape(batch, tokens, count, width // count).transpose(1, 2)


def _split_heads(tensor, kv_input_tensor=None, *, num_heads, num_kv_heads=None, transpose_key=True, **_):
    kv_heads = num_kv_heads or num_heads
    if kv_input_tensor is None:
        head = tensor.shape[-1] // (num_heads + 2 * kv_heads)
        query, key, value = tensor.split((num_heads * head, kv_heads * head, kv_heads * head), -1)
    else:
        query, (key, value) = tensor, kv_input_tensor.chunk(2, -1)
    key = _heads(key, kv_heads)
    return _heads(query, num_heads), key.transpose(-2, -1) if transpose_key else key, _heads(value, kv_heads)


def _heaviside(tensor, value, **_):
    import torch

    return torch.heaviside(tensor, torch.tensor(value, dtype=tensor.dtype))


def _where(predicate, true_value, false_value):
    import torch

    return torch.where(predicate > 0, true_value, false_value)


def _reduction(name):
    def call(tensor, dim=None, keepdim=True, **_):
        dims = tuple(range(tensor.ndim)) if dim is None else dim
        return getattr(tensor, _REDUCTIONS[name])(dims, keepdim=keepdim)

    return call


def _against_zero(name):
    return lambda tensor, **_: getattr(tensor, _AGAINST_ZERO[name])(0).to(tensor.dtype)


def _named(name):
    """torch.NAME, or torch.nn.functional.NAME, without the words that torch does not know."""
    def call(*arguments, **options):
        import torch

        name_there = _OTHER_NAMES.get(name, name).removesuffix("_")
        function = getattr(torch, name_there, None) or getattr(torch.nn.functional, name_there, None)
        if function is None:
            raise error("absent", f"[ttnn.get_golden_function] expected a function of torch; found none for {name}")
        return function(*arguments, **{key: value for key, value in options.items() if key not in _PLACES})

    call.__name__ = f"golden_{name}"
    return call


def _rest(name):
    """By a number bfloat16 counts as float32, on its way."""
    in_numbers = _in_the_cards_numbers(name)

    def call(a, b, *, device=None, **_):
        if not isinstance(b, type(a)):
            return in_numbers(a.float(), b, device=device).to(a.dtype)
        return _named(name)(a, b) if name == "fmod" else in_numbers(a, b, device=device)

    return call


def _div(a, b, round_mode=None, **_):
    return a.div(b, rounding_mode=None if round_mode == "None" else round_mode)


def _prelu(tensor, weight, **_):
    import torch

    return torch.nn.functional.prelu(tensor, torch.as_tensor(weight, dtype=tensor.dtype))


_OF_OPEN_DOMAINS = "acos acosh asin logit".split()


def _in_the_cards_numbers(name):
    """torch's, with the numbers that the release has on the card for a NaN and an infinity."""
    def call(*arguments, device=None, **options):
        result = _named(name)(*arguments, **options)
        return result if device is None else result.nan_to_num(device.sfpu_nan(), device.sfpu_inf(), -device.sfpu_inf())

    return call


_SPECIAL = {
    "concat": _concat,
    "matmul": _matmul,
    "linear": _matmul,
    "softmax": _softmax,
    "softmax_in_place": lambda tensor, **_: tensor.softmax(-1),
    "scale_mask_softmax": _scale_mask_softmax,
    "scale_mask_softmax_in_place": _scale_mask_softmax,
    "transformer.attention_softmax": _attention_softmax,
    "transformer.attention_softmax_": _attention_softmax,
    "permute": lambda tensor, dims, **_: tensor.permute(tuple(dims)).contiguous(),
    "transpose": lambda tensor, dim1, dim2, **_: tensor.transpose(dim1, dim2),
    "reshape": lambda tensor, shape, **_: tensor.reshape(tuple(shape)).contiguous().clone(),
    "expand": lambda tensor, output_shape, **_: tensor.expand(tuple(output_shape)),
    "heaviside": _heaviside,
    "identity": lambda tensor, **_: tensor.clone(),
    "layer_norm": _layer_norm,
    "repeat": lambda tensor, repeat_dims, **_: tensor.repeat(tuple(repeat_dims)),
    "rms_norm": _rms_norm,
    "addalpha": lambda a, b, alpha, **_: a + alpha * b,
    "bias_gelu": lambda a, b, **_: _named("gelu")(a + b),
    "cbrt": lambda tensor, **_: tensor.sign() * tensor.abs() ** (1 / 3),
    "div": _div,
    "div_no_nan": lambda a, b, **_: (a / b).nan_to_num(0.0, 0.0, 0.0),
    "fill": lambda tensor, fill_value, **_: tensor.new_full(tensor.shape, fill_value),
    "floor_div": lambda a, b, **_: (a / b).floor(),
    "fmod": _rest("fmod"),
    "geglu": _gated("gelu"),
    "hardsigmoid": lambda tensor, *_, **__: (tensor / 6 + 0.5).clamp(0, 1),
    "hardswish": lambda tensor, *_, **__: tensor * (tensor / 6 + 0.5).clamp(0, 1),
    "log_sigmoid": lambda tensor, **_: tensor.sigmoid().log(),
    "mac": lambda a, b, c, **_: a * b + c,
    "multigammaln": lambda tensor, **_: tensor.mvlgamma(4),
    "polygamma": lambda tensor, k, **_: tensor.polygamma(k),
    "polyval": _polyval,
    "prelu": _prelu,
    "rdiv": lambda tensor, value, round_mode=None, **_: tensor.new_full(tensor.shape, value).div(
        tensor, rounding_mode=round_mode),
    "reglu": _gated("relu"),
    "relu_max": lambda tensor, upper_limit, **_: tensor.clamp(max=upper_limit).relu(),
    "relu_min": lambda tensor, lower_limit, **_: tensor.clamp(min=lower_limit),
    "remainder": _rest("remainder"),
    "rpow": lambda tensor, exponent, **_: exponent ** tensor,
    "selu": lambda tensor, *_, **__: tensor.clamp(min=0) * 1.0507 + (tensor.expm1() * 1.67326).clamp(max=0),
    "sigmoid_accurate": lambda tensor, **_: tensor.sigmoid(),
    "tanh": lambda tensor, **_: tensor.tanh(),
    "tanh_accurate": lambda tensor, **_: tensor.tanh(),
    "subalpha": lambda a, b, alpha, **_: a - alpha * b,
    "swiglu": _gated("silu"),
    "rsub": lambda a, b, **_: b - a,
    "transformer.concatenate_heads": lambda tensor, **_: tensor.transpose(1, 2).flatten(2),
    "transformer.split_query_key_value_and_split_heads": _split_heads,
    "where": lambda predicate, true_value, false_value, **_: _where(predicate, true_value, false_value),
    "squared_difference": lambda a, b, **_: (a - b).square(),
    **{name: _in_the_cards_numbers(name) for name in _OF_OPEN_DOMAINS},
    **{name: _against_zero(name) for name in _AGAINST_ZERO},
    **{name: _reduction(name) for name in _REDUCTIONS},
    **{name: lambda tensor, *_, **__: tensor for name in _SAME},
}
# No op, or one whose namesake in torch takes other arguments.
_NONE = {"as_tensor", "deallocate", "dump_tensor", "empty", "empty_like", "fill_cache", "load_tensor", "pad", "slice",
         "unsqueeze_to_4D", "untilize_with_unpadding", "update_cache"}


def golden(name):
    """The golden function of a word; None where it has none."""
    if name in _SPECIAL or name.removesuffix("_") in _SPECIAL:
        return _SPECIAL.get(name) or _SPECIAL[name.removesuffix("_")]
    if name.endswith("_bw"):
        return gradients(name.removesuffix("_bw"))
    return None if name in _NONE or "." in name else _named(name)


def get_golden_function(operation):
    """The function of torch that computes what `operation` does."""
    if isinstance(operation, Absent):
        operation()  # refuses by name
    function = getattr(operation, "golden_function", None)
    if function is None:
        raise error("bad_input", f"[ttnn.get_golden_function] expected an op; found {operation!r}, which does not have "
                                 "a golden function")
    return function


def attach_golden_function(operation, golden_function, **_):
    """From now on `golden_function` is the one of `operation`."""
    operation.golden_function = golden_function
