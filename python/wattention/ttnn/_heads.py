"""TT-NN's words that move heads and write caches: its names, defaults and refusals; the library moves."""
from .. import _core
from ._errors import HOW_TO_ASK, error, refuse_options
from ._moves import place, reshaped, sizes_of
from ._release import has_later_word
from ._tensor import on_device, wrap
from ._types import TILE_SIZE

_HEADS = "Operands to TM need to be on device!"
_CACHE = "Operands to update_cache need to be on device!"

__all__ = [
    "fill_cache", "update_cache",
]


def _split(op, parts, transpose, memory_config):
    """Query, key and value from (tensor, heads, kv_heads) each."""
    device = on_device(op, _HEADS, *(tensor for tensor, *_ in parts))
    return tuple(
        wrap(_core.split_heads(tensor._core, heads, kv_heads, part, transposed=transpose and part == 1,
                               **place(op, memory_config)), device)
        for part, (tensor, heads, kv_heads) in enumerate(parts))


def _fused(tensor, kv_tensor, heads, kv_heads):
    if kv_tensor is None:
        return [(tensor, heads, kv_heads)] * 3
    return [(tensor, heads, 0), (kv_tensor, 0, kv_heads), (kv_tensor, 0, kv_heads)]


def _expect_whole_tiles(op, tensor):
    tokens = sizes_of(op, tensor)[-2]
    if tokens % TILE_SIZE:
        raise error("unsupported", f"[ttnn.{op}] expected a multiple of {TILE_SIZE} tokens, as the release makes "
                                   f"tokens of the padding; found {tokens}. {HOW_TO_ASK}.")


def split_query_key_value_and_split_heads(input_tensor, kv_input_tensor=None, *, num_heads, num_kv_heads=None,
                                          transpose_key=True, memory_config=None):
    """[B, T, width] -> query [B, heads, T, head_dim], key (transposed unless told otherwise), value."""
    op = "transformer.split_query_key_value_and_split_heads"
    shape = sizes_of(op, input_tensor)
    if len(shape) != 3:
        raise error("bad_input", f"[ttnn.{op}] expected three dimensions; found {len(shape)}. Invalid input tensor: "
                                 f"expected 3 dimensions, but found {len(shape)}.")
    if num_kv_heads is not None and not has_later_word("num_kv_heads"):
        if transpose_key:
            raise error("bad_input", f"[ttnn.{op}] expected transpose_key=False with num_kv_heads; found True. Invalid "
                                     "configuration: Transpose is set to true, but this is not supported when separate "
                                     "num_kv_heads is used.")
        if shape[2] != 4672 or num_heads != 71 or num_kv_heads != 1:
            raise error("bad_input", f"[ttnn.{op}] expected 71 heads, one of key and value, and a width of 4672 with "
                                     f"num_kv_heads, the one case that the release has; found {num_heads}, "
                                     f"{num_kv_heads} and {shape[2]}. Unsupported input shape")
    parts = _fused(input_tensor, kv_input_tensor, num_heads, num_heads if num_kv_heads is None else num_kv_heads)
    return _split(op, parts, transpose_key, memory_config)


def nlp_create_qkv_heads(input, input_kv=None, *, num_heads, num_kv_heads=None, transpose_k_heads=True,
                         memory_config=None, output_tensors=None):
    """[B, 1, T, width] -> query [B, heads, T, head_dim], key (transposed unless told otherwise), value."""
    op = "experimental.nlp_create_qkv_heads"
    refuse_options(op, output_tensors=output_tensors)
    _expect_whole_tiles(op, input)
    parts = _fused(input, input_kv, num_heads, num_heads if num_kv_heads is None else num_kv_heads)
    return _split(op, parts, transpose_k_heads, memory_config)


def concatenate_heads(input_tensor, *, memory_config=None):
    """[B, heads, T, head_dim] -> [B, T, heads * head_dim]."""
    device = on_device("transformer.concatenate_heads", _HEADS, input_tensor)
    options = place("transformer.concatenate_heads", memory_config)
    return wrap(_core.concatenate_heads(input_tensor._core, **options), device)


def nlp_concat_heads(input_tensor, *, memory_config=None, output_tensor=None):
    """[B, heads, T, head_dim] -> [B, 1, T, heads * head_dim]."""
    refuse_options("experimental.nlp_concat_heads", output_tensor=output_tensor)
    _expect_whole_tiles("experimental.nlp_concat_heads", input_tensor)
    joined = concatenate_heads(input_tensor, memory_config=memory_config)
    batches, tokens, width = joined.shape
    return reshaped("experimental.nlp_concat_heads", joined, [batches, 1, tokens, width], memory_config)


def fill_cache(cache_tensor, input_tensor, batch_idx):
    """Writes [1, heads, T, head_dim] over the first T rows of one batch of the cache; gives the cache back."""
    on_device("fill_cache", _CACHE, cache_tensor, input_tensor)
    _core.fill_cache(cache_tensor._core, input_tensor._core, int(batch_idx))
    return cache_tensor


def update_cache(cache, input, update_idx, *, batch_offset=0, compute_kernel_config=None):
    """Writes row b + batch_offset of [1, heads, rows, head_dim] over row update_idx of each batch b of the cache."""
    on_device("update_cache", _CACHE, cache, input)
    _core.update_cache(cache._core, input._core, int(update_idx), int(batch_offset))
    return cache


def fill_cache_for_user_(cache, input, batch_index):
    """fill_cache under its older name."""
    return fill_cache(cache, input, batch_index)


def update_cache_for_token_(cache, input, update_index, batch_offset=0):
    """update_cache under its older name."""
    return update_cache(cache, input, update_index, batch_offset=batch_offset)


IN_SUBMODULES = {
    "experimental.nlp_concat_heads": nlp_concat_heads,
    "experimental.nlp_create_qkv_heads": nlp_create_qkv_heads,
    "kv_cache.fill_cache_for_user_": fill_cache_for_user_,
    "kv_cache.update_cache_for_token_": update_cache_for_token_,
    "transformer.concatenate_heads": concatenate_heads,
    "transformer.split_query_key_value_and_split_heads": split_query_key_value_and_split_heads,
}
