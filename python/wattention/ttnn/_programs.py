"""Program configs and fused activations in the library's words."""
from ._configs import (MatmulMultiCoreReuseMultiCast1DProgramConfig, MatmulMultiCoreReuseMultiCastProgramConfig,
                       MatmulMultiCoreReuseProgramConfig, UnaryOpType, UnaryWithParam)
from ._errors import HOW_TO_ASK, ArgumentError, error, shown
from ._release import fact

_KINDS = {
    MatmulMultiCoreReuseProgramConfig: "reuse",
    MatmulMultiCoreReuseMultiCastProgramConfig: "mcast_2d",
    MatmulMultiCoreReuseMultiCast1DProgramConfig: "mcast_1d",
}
_SIZES = ("in0_block_w", "out_subblock_h", "out_subblock_w", "out_block_h", "out_block_w", "per_core_M", "per_core_N")
_FLAGS = ("fuse_batch", "transpose_mcast", "mcast_in0")
# tt-metal v0.57.0-rc71, eltwise/unary/common/unary_op_utils.cpp, string_to_unary_with_param: words that a core grid
# fuses, where the release's op has another name or takes its quick form.
_FUSED = {"gelu": "gelu_approximate", "exp": "exp_approximate", "sigmoid_approx": "sigmoid_approximate",
          "recip": "reciprocal"}
_PLAIN = ("relu silu sigmoid sqrt log log1p tanh log2 log10 sin cos abs sign square").split()
_WITH_FORM = "gelu exp sigmoid".split()
# What the vector unit computes in one way, whatever math_approx_mode says.
_OF_ONE_FORM = "relu silu gelu gelu_approximate".split()


def _grid(config):
    grid = config.compute_with_storage_grid_size
    x, y = (grid.x, grid.y) if hasattr(grid, "x") else grid
    return f"grid={y}x{x}"


def program_of_shards(config, sharded):
    """The program config of a softmax or a norm as the library's arguments: of pages none, of shards its word."""
    if not isinstance(config, sharded):
        return {}
    parts = [_grid(config)] + [f"{name}={getattr(config, name)}" for name in ("subblock_w", "block_h", "block_w")]
    if getattr(config, "inplace", False):
        parts.append("inplace=true")
    return {"program": f"sharded:{','.join(parts)}"}


def program_word(op, config):
    """A matmul's program config as the library's word; None for none."""
    if config is None:
        return None
    kind = _KINDS.get(type(config))
    if kind is None:
        raise error("unsupported", f"[ttnn.{op}] expected a program config of "
                                   f"{', '.join(known.__name__ for known in _KINDS)}; found {shown(config)}. "
                                   f"{HOW_TO_ASK}.")
    if getattr(config, "gather_in0", False) or getattr(config, "num_global_cb_receivers", 1) != 1:
        raise error("unsupported", f"[ttnn.{op}] expected no gather_in0; found {shown(config)}. {HOW_TO_ASK}.")
    parts = [_grid(config)]
    parts += [f"{name.lower()}={getattr(config, name)}" for name in _SIZES if getattr(config, name, None) is not None]
    parts += [f"{name}={str(bool(getattr(config, name))).lower()}" for name in _FLAGS if hasattr(config, name)]
    return f"{kind}:{','.join(parts)}"


def _of_param(op, activation):
    """The word of a UnaryWithParam."""
    if isinstance(activation, UnaryOpType):
        activation = UnaryWithParam(activation)
    if not isinstance(activation, UnaryWithParam):
        raise ArgumentError(f"[ttnn.{op}] expected fused_activation to be a ttnn.UnaryWithParam (incompatible "
                            f"constructor arguments); found {shown(activation)}")
    name = {"RECIP": "reciprocal"}.get(activation.op_type.name, activation.op_type.name.lower())
    plain = name in _PLAIN or name == "reciprocal"
    if name in _WITH_FORM and activation.params:
        return f"{name}_approximate" if activation.params[-1] else name
    if not plain or activation.params:
        raise error("unsupported", f"[ttnn.{op}] expected an activation that is here; found {activation!r}. "
                                   f"{HOW_TO_ASK}.")
    return name


def fused_activation(op, program_config, core_grid, activation, kernel_config):
    """The word of the activation that the product's own program computes; None for none."""
    inner = getattr(program_config, "fused_activation", None)
    if inner is not None:
        word = _of_param(op, inner)
    elif core_grid is not None and activation is not None:
        if activation not in _PLAIN and activation not in _FUSED:
            raise error("bad_input", f"[ttnn.{op}] expected an activation of TT-NN; found {activation!r}. Unknown "
                                     f"unary op: {activation}")
        quick = activation != "gelu" or fact("quick_gelu")
        word = _FUSED.get(activation, activation) if quick else activation
    else:
        return None
    if kernel_config is not None and kernel_config.math_approx_mode and word not in _OF_ONE_FORM:
        raise error("unsupported", f"[ttnn.{op}] expected math_approx_mode=False beside the activation {word}; found "
                                   f"True. {HOW_TO_ASK}.")
    return word
