"""TT-NN's products along a dimension, rotary embeddings, dropout and plus_one."""
from .. import _core
from ._configs import DeviceComputeKernelConfig
from ._errors import HOW_TO_ASK, error, expect_types, refuse_options
from ._memory import memory_word
from ._ops import arithmetic
from ._release import expect_later_word
from ._tensor import on_device, wrap
from ._types import MathFidelity
from ._word import word

_PROD = "Tensor must already be on device"
_ROTARY = "Operands to rotary embedding need to be on device!"
_DROPOUT = "Dropout operation requires input to be on Device."


def _place(op, memory_config):
    return {} if memory_config is None else {"memory": memory_word(op, memory_config)}


@word("prod")
def _prod(input_tensor, all_dimensions=False, dim=0, keepdim=False, *, memory_config=None):
    """The product along one dimension."""
    device = on_device("prod", _PROD, input_tensor)
    refuse_options("prod", all_dimensions=all_dimensions or None)
    result = _core.prod(input_tensor._core, dims=[dim], keepdim=keepdim, **_place("prod", memory_config))
    return wrap(result, device)


@word("experimental.rotary_embedding")
def _rotary_embedding(input_tensor, cos_cache, sin_cache, token_index=None, *, memory_config=None,
                      compute_kernel_config=None):
    """Each row turned by its angles: by row token_index of cos and sin, or each by its own."""
    op = "experimental.rotary_embedding"
    device = on_device(op, _ROTARY, input_tensor, cos_cache, sin_cache)
    expect_types(op, compute_kernel_config=(compute_kernel_config, DeviceComputeKernelConfig))
    config = compute_kernel_config
    if config is not None and (config.math_fidelity is not MathFidelity.HiFi4 or config.fp32_dest_acc_en):
        raise error("unsupported", f"[ttnn.{op}] expected HiFi4 and no fp32_dest_acc_en in compute_kernel_config, as "
                                   f"the release gives them to some of its cores only; found {config!r}. "
                                   f"{HOW_TO_ASK}.")
    options = _place(op, memory_config)
    if token_index is not None:
        options["index"] = token_index
    return wrap(_core.rotary_embedding(input_tensor._core, cos_cache._core, sin_cache._core, **options), device)


@word("experimental.rotary_embedding_hf")
def _rotary_embedding_hf(input_tensor, cos_cache, sin_cache, *, is_decode_mode=False, memory_config=None,
                         compute_kernel_config=None):
    """rotary_embedding under the name of the models that it is for."""
    op = "experimental.rotary_embedding_hf"
    expect_later_word(op)
    refuse_options(op, is_decode_mode=is_decode_mode or None)
    return _rotary_embedding(input_tensor, cos_cache, sin_cache, memory_config=memory_config,
                             compute_kernel_config=compute_kernel_config)


@word("experimental.rotary_embedding_llama")
def _rotary_embedding_llama(input_tensor, cos_cache, sin_cache, trans_mat, *, is_decode_mode=False,
                            memory_config=None, compute_kernel_config=None):
    """Each row turned by its own angles: neighbours in pairs, as the matrix of one tile says."""
    op = "experimental.rotary_embedding_llama"
    device = on_device(op, _ROTARY, input_tensor, cos_cache, sin_cache, trans_mat)
    refuse_options(op, is_decode_mode=is_decode_mode or None)
    options = _place(op, memory_config) | arithmetic(op, compute_kernel_config)
    refuse_options(op, fp32_dest_acc_en=options.pop("fp32_accumulate", None) or None)
    return wrap(_core.rotary_embedding_llama(input_tensor._core, cos_cache._core, sin_cache._core, trans_mat._core,
                                             **options), device)


@word("experimental.dropout")
def _dropout(input_tensor, probability, scale, seed, *, memory_config=None, output_tensor=None):
    """scale times each element, or 0 with a probability; in DRAM."""
    op = "experimental.dropout"
    device = on_device(op, _DROPOUT, input_tensor)
    refuse_options(op, memory_config=memory_config, output_tensor=output_tensor)  # the card takes them and reads none
    bits = seed - (1 << 32) if seed >= 1 << 31 else seed
    return wrap(_core.dropout(input_tensor._core, probability=probability, scale=scale, seed=bits, memory="dram"),
                device)


@word("plus_one")
def _plus_one(input_tensor, sub_core_grids=None):
    """Adds 1 to each element, in place; of several cores each would."""
    on_device("plus_one", "Operands need to be on device!", input_tensor)
    if sub_core_grids is not None and sub_core_grids.num_cores() != 1:
        raise error("unverified", f"[ttnn.plus_one] expected one core, as it is not known what several leave; found "
                                  f"{sub_core_grids!r}")
    _core.plus_one(input_tensor._core)
    return input_tensor


IN_SUBMODULES = {"prod": _prod, "experimental.rotary_embedding": _rotary_embedding,
                 "experimental.rotary_embedding_hf": _rotary_embedding_hf,
                 "experimental.rotary_embedding_llama": _rotary_embedding_llama,
                 "experimental.dropout": _dropout, "plus_one": _plus_one}
