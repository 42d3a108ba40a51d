"""TT-NN's softmaxes and norms: rows brought to a sum, or to a size. The library computes."""
import math

from .. import _core
from ._configs import (LayerNormDefaultProgramConfig, LayerNormShardedMultiCoreProgramConfig,
                       SoftmaxProgramConfig, SoftmaxShardedMultiCoreProgramConfig)
from ._errors import error, expect_types
from ._memory import place
from ._ops import arithmetic
from ._programs import program_of_shards
from ._tensor import on_device, wrap
from ._word import word

__all__ = ["layer_norm", "rms_norm", "scale_causal_mask_hw_dims_softmax_in_place", "scale_mask_softmax",
           "scale_mask_softmax_in_place", "softmax", "softmax_in_place"]

_SOFTMAX = "Operands to softmax need to be on device!"
_NORM = "Operands to layernorm need to be on device!"


def step_arithmetic(op, config):
    """What a compute_kernel_config says to kernels of several steps; their packer never accumulates."""
    options = arithmetic(op, config)
    return options if config is None else options | {"math_approx_mode": config.math_approx_mode}


def _program(config):
    return program_of_shards(config, SoftmaxShardedMultiCoreProgramConfig)


def _norm(name, compute, summary):
    def call(input_tensor, *, epsilon=1e-12, weight=None, bias=None, residual_input_tensor=None, memory_config=None,
             program_config=None, compute_kernel_config=None):
        given = [tensor for tensor in (weight, bias, residual_input_tensor) if tensor is not None]
        device = on_device(name, _NORM, input_tensor, *given)
        expect_types(name, program_config=(program_config, (LayerNormDefaultProgramConfig,
                                                            LayerNormShardedMultiCoreProgramConfig)))
        parts = [tensor and tensor._core for tensor in (weight, bias, residual_input_tensor)]
        program = program_of_shards(program_config, LayerNormShardedMultiCoreProgramConfig)
        result = compute(input_tensor._core, *parts, epsilon=epsilon, **program,
                         **step_arithmetic(name, compute_kernel_config), **place(name, memory_config))
        return wrap(result, device)

    call.__doc__ = summary
    return word(name)(call)


layer_norm = _norm("layer_norm", _core.layer_norm,
                   "Rows less their mean, over the root of their variance, times weight, plus bias.")
rms_norm = _norm("rms_norm", _core.rms_norm, "Rows over the root of their mean square, times weight, plus bias.")


@word("softmax")
def softmax(input_tensor, dim=-1, *, memory_config=None, compute_kernel_config=None, numeric_stable=None):
    """Along a dimension. numeric_stable subtracts the row's maximum; None does what the release does."""
    device = on_device("softmax", _SOFTMAX, input_tensor)
    result = _core.softmax(input_tensor._core, dim, numeric_stable=numeric_stable,
                           **step_arithmetic("softmax", compute_kernel_config), **place("softmax", memory_config))
    return wrap(result, device)


def _scaled(op, tensor, mask, options):
    """The library's softmax of scale * tensor + mask; without a mask there is no scale either."""
    device = on_device(op, _SOFTMAX, tensor, *([] if mask is None else [mask]))
    options = {key: value for key, value in options.items() if value is not None}
    result = _core.scale_mask_softmax(tensor._core, mask and mask._core, **options)
    return tensor if options.get("in_place") else wrap(result, device)


def _refuse_masks_of_other_batches(op, tensor, mask):
    """Each batch has a mask of its own; in shards the release does not ask, and reads beyond the last."""
    if mask is not None and not mask.is_sharded() and mask.shape[0] != tensor.shape[0]:
        raise error("bad_input", f"[ttnn.{op}] expected a mask for each of {tensor.shape[0]} batches; found "
                                 f"{mask.shape!r}")


@word("scale_mask_softmax")
def scale_mask_softmax(input_tensor, scale=None, mask=None, *, memory_config=None, is_causal_mask=False,
                       compute_kernel_config=None, numeric_stable=None):
    """softmax(scale * input_tensor + mask) along the last dimension.

    The mask is [batch, 1, 32, width], of which the first row counts, or with is_causal_mask as high as the input.
    """
    options = step_arithmetic("scale_mask_softmax", compute_kernel_config) | place("scale_mask_softmax", memory_config)
    return _scaled("scale_mask_softmax", input_tensor, mask,
                   {"scale": scale, "causal": is_causal_mask, "numeric_stable": numeric_stable, **options})


@word("scale_mask_softmax_in_place")
def scale_mask_softmax_in_place(input_tensor, scale=None, mask=None, *, program_config=SoftmaxProgramConfig(),
                                is_causal_mask=False, compute_kernel_config=None, numeric_stable=False):
    """scale_mask_softmax over the tensor's own elements; the tensor comes back."""
    op = "scale_mask_softmax_in_place"
    _refuse_masks_of_other_batches(op, input_tensor, mask)
    return _scaled(op, input_tensor, mask, {"scale": scale, "causal": is_causal_mask, "numeric_stable": numeric_stable,
                                            "in_place": True, **_program(program_config),
                                            **step_arithmetic(op, compute_kernel_config)})


@word("scale_causal_mask_hw_dims_softmax_in_place")
def scale_causal_mask_hw_dims_softmax_in_place(input_tensor, scale=None, mask=None, *,
                                               program_config=SoftmaxProgramConfig(), compute_kernel_config=None,
                                               numeric_stable=False):
    """scale_mask_softmax_in_place in shards, with one causal mask [1, 1, height, width] for all matrices."""
    op = "scale_causal_mask_hw_dims_softmax_in_place"
    program = _program(program_config)
    if not program or mask is None or scale is None or mask.is_sharded() or math.prod(tuple(mask.shape)[:-2]) != 1:
        raise error("bad_input", f"[ttnn.{op}] expected a program config of shards, a scale and one mask in pages for "
                                 f"all matrices; found {program_config!r}, {scale!r} and "
                                 f"{None if mask is None else mask.shape!r}. Error")
    return _scaled(op, input_tensor, mask, {"scale": scale, "causal": True, "numeric_stable": numeric_stable,
                                            "in_place": True, **program,
                                            **step_arithmetic(op, compute_kernel_config)})


@word("softmax_in_place")
def softmax_in_place(input_tensor, *, program_config=SoftmaxProgramConfig(), compute_kernel_config=None,
                     numeric_stable=None):
    """softmax along the last dimension over the tensor's own elements; the tensor comes back."""
    op = "softmax_in_place"
    return _scaled(op, input_tensor, None, {"numeric_stable": numeric_stable, "in_place": True,
                                            **_program(program_config), **step_arithmetic(op, compute_kernel_config)})


# tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/transformer/attention_softmax/attention_softmax.cpp.
def _attention_softmax(op, tensor, *, head_size, attention_mask, program_config, causal_mask, in_place, memory_config):
    scale = 1.0 if head_size is None else 1 / math.sqrt(head_size)
    if attention_mask is None and in_place:
        raise error("bad_input", f"[ttnn.{op}] expected an attention_mask; found none. Cannot apply divide by "
                                 "sqrt(head_size) using in-place version when attention_mask is not set.")
    if attention_mask is None:
        device = on_device(op, _SOFTMAX, tensor)
        return wrap(_core.softmax(_core.multiply(tensor._core, scale), **place(op, memory_config)), device)
    _refuse_masks_of_other_batches(op, tensor, attention_mask)
    options = {"scale": scale, "causal": causal_mask, "in_place": in_place, **_program(program_config)}
    return _scaled(op, tensor, attention_mask, options if in_place else options | place(op, memory_config))


@word("transformer.attention_softmax")
def _attention(tensor, *, head_size=None, attention_mask=None, program_config=SoftmaxProgramConfig(), causal_mask=False,
               memory_config=None):
    """softmax(tensor / sqrt(head_size) + attention_mask) along the last dimension."""
    return _attention_softmax("transformer.attention_softmax", tensor, head_size=head_size,
                              attention_mask=attention_mask, program_config=program_config, causal_mask=causal_mask,
                              in_place=False, memory_config=memory_config)


@word("transformer.attention_softmax_")
def _attention_in_place(tensor, *, head_size=None, attention_mask=None, program_config=SoftmaxProgramConfig(),
                        causal_mask=False, memory_config=None):
    """attention_softmax over the tensor's own elements; the tensor comes back."""
    return _attention_softmax("transformer.attention_softmax_", tensor, head_size=head_size,
                              attention_mask=attention_mask, program_config=program_config, causal_mask=causal_mask,
                              in_place=True, memory_config=memory_config)


IN_SUBMODULES = {"transformer.attention_softmax": _attention, "transformer.attention_softmax_": _attention_in_place}
