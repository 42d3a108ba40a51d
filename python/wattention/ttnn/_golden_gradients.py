"""Golden functions of gradients: torch's own, of what torch computes for the op."""


def _named(name):
    def call(*operands, **options):
        import torch

        home = torch if hasattr(torch, name) else torch.nn.functional
        return getattr(home, name)(*operands, **options)

    return call


def of_gelu(x, approximate="none"):
    return _named("gelu")(x, approximate=approximate)


def of_div(a, b, round_mode=None):
    return _named("div")(a, b, rounding_mode=None if round_mode == "None" else round_mode)


def of_rdiv(x, value, round_mode=None):
    return of_div(x.new_full(x.shape, value), x, round_mode)


def of_where(condition, a, b):
    return a.where(condition > 0, b)


def of_clamp(x, min=None, max=None):
    """Its slope alone counts: 1 at a bound, where torch's releases differ."""
    inside = x == x
    inside = inside if min is None else inside & (x >= min)
    return x * (inside if max is None else inside & (x <= max))


def of_addalpha(a, b, alpha=1.0):
    return a + alpha * b


def of_addcdiv(x, a, b, value):
    return x + value * a / b


def of_addcmul(x, a, b, value):
    return x + value * a * b


def of_bias_gelu(a, b, approximate="none"):
    return of_gelu(a + b, approximate)


def of_concat(a, b, dim=0):
    return _named("concat")((a, b), dim=dim)


def of_elu(x, alpha=1.0):
    return _named("elu")(x, alpha)


def of_fill(x):
    return x * 0


def of_fill_zero(x):
    return x * 0


def of_leaky_relu(x, negative_slope=0.01):
    return _named("leaky_relu")(x, negative_slope)


def of_logiteps(x, eps=0.0):
    return x.logit(eps)


def of_multigammaln(x):
    return x.mvlgamma(4)


def of_polygamma(x, n):
    return x.polygamma(n)


def of_reciprocal(x):
    return 1 / x


def of_rpow(x, exponent):
    return x ** exponent


def of_max(a, b):
    return a.maximum(b)


def of_min(a, b):
    return a.minimum(b)


def of_rsub(a, b):
    return b - a


def of_squared_difference(a, b):
    return (a - b).square()


def of_subalpha(a, b, alpha=1.0):
    return a - alpha * b


def of_tanhshrink(x):
    return x - x.tanh()


of_clip = of_clamp
of_assign = _named("clone")
of_log_sigmoid = _named("logsigmoid")
of_selu = _named("selu")


def _leaf(x):
    return x.detach().clone().requires_grad_(x.is_floating_point()) if hasattr(x, "detach") else x


def gradients(name):
    """The list of gradients of the op `name`, by the tensors that it has some for."""
    forward = globals().get(f"of_{name}", _named(name))

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
