"""Golden functions of gradients: torch's own, of what torch computes for the op."""

_TORCH_NAMES = {"assign": "clone", "log_sigmoid": "logsigmoid", "max": "maximum", "min": "minimum"}


def _named(name):
    def call(*operands, **options):
        import torch

        name_in_torch = _TORCH_NAMES.get(name, name)
        home = torch if hasattr(torch, name_in_torch) else torch.nn.functional
        return getattr(home, name_in_torch)(*operands, **options)

    return call


def _gelu(x, approximate="none"):
    return _named("gelu")(x, approximate=approximate)


def _div(a, b, round_mode=None):
    return _named("div")(a, b, rounding_mode=None if round_mode == "None" else round_mode)


def _rdiv(x, value, round_mode=None):
    return _div(x.new_full(x.shape, value), x, round_mode)


def _where(condition, a, b):
    return a.where(condition > 0, b)


def _clamp(x, min=None, max=None):
    """Its slope alone counts: 1 at a bound, where torch's releases differ."""
    inside = x == x
    inside = inside if min is None else inside & (x >= min)
    return x * (inside if max is None else inside & (x <= max))


_FORWARD = {
    "addalpha": lambda a, b, alpha=1.0: a + alpha * b, "addcdiv": lambda x, a, b, value: x + value * a / b,
    "addcmul": lambda x, a, b, value: x + value * a * b,
    "bias_gelu": lambda a, b, approximate="none": _gelu(a + b, approximate),
    "clamp": _clamp, "clip": _clamp,
    "concat": lambda a, b, dim=0: _named("concat")((a, b), dim=dim), "div": _div,
    "elu": lambda x, alpha=1.0: _named("elu")(x, alpha), "fill": lambda x: x * 0, "fill_zero": lambda x: x * 0,
    "gelu": _gelu, "leaky_relu": lambda x, negative_slope=0.01: _named("leaky_relu")(x, negative_slope),
    "logiteps": lambda x, eps=0.0: x.logit(eps), "multigammaln": lambda x: x.mvlgamma(4),
    "polygamma": lambda x, n: x.polygamma(n), "rdiv": _rdiv, "reciprocal": lambda x: 1 / x,
    "rpow": lambda x, exponent: x ** exponent, "rsub": lambda a, b: b - a, "selu": _named("selu"),
    "squared_difference": lambda a, b: (a - b).square(), "subalpha": lambda a, b, alpha=1.0: a - alpha * b,
    "tanhshrink": lambda x: x - x.tanh(), "where": _where,
}


def _leaf(x):
    return x.detach().clone().requires_grad_(x.is_floating_point()) if hasattr(x, "detach") else x


def gradients(name):
    """The list of gradients of the op `name`, by the tensors that it has some for."""
    forward = _FORWARD.get(name, _named(name))

    def call(grad, *operands, device=None, **options):
        leaves = [_leaf(x) for x in operands]
        forward(*leaves[:1] if name == "assign" else leaves, **options).backward(gradient=grad)
        if name == "assign":
            return [leaves[0].grad] * len(leaves)
        found = [leaf.grad for leaf in leaves if hasattr(leaf, "grad") and leaf.grad is not None]
        if name != "acosh" or device is None:
            return found
        return [one.nan_to_num(device.sfpu_nan(), device.sfpu_inf(), -device.sfpu_inf()) for one in found]

    return call
