"""Caches whose keys and values lie in blocks: paged_update_cache and the paged decode form of attention.

TT-NN has one program for each. Here blocks are first laid one after the other, and a batch's rows go into the cache by
way of a copy of that batch: the digits are the library's, programs and time are not.
"""
import numpy as np

from .. import _core
from ._configs import SDPAProgramConfig
from ._convert import from_device, to_torch
from ._cores import CoreCoord
from ._errors import HOW_TO_ASK, error, refuse_options
from ._release import expect_later_word
from ._sdpa import scaled_dot_product_attention_decode
from ._tensor import on_device, wrap

_CACHE = "Operands to update_cache need to be on device!"


def _whole_numbers(op, tensor):
    on_device(op, "Operands need to be on device!", tensor)
    return np.asarray(to_torch(from_device(tensor)))


def _laid_out(op, blocks, table):
    """[blocks, heads, rows, head_dim] as [batch, heads, blocks * rows, head_dim], by a table of each batch's blocks."""
    count, heads, rows, head_dim = blocks.shape
    if table.min() < 0 or table.max() >= count:
        raise error("bad_input", f"[ttnn.{op}] expected blocks from 0 to {count - 1} in page_table_tensor; found "
                                 f"{table.tolist()}")
    batches = [[_core.slice(blocks._core, [int(block), 0, 0, 0], [int(block) + 1, heads, rows, head_dim])
                for block in line] for line in table]
    batches = [line[0] if len(line) == 1 else _core.concat(line, 2) for line in batches]
    return wrap(batches[0] if len(batches) == 1 else _core.concat(batches, 0), blocks._device)


def _one_core_a_head(rows, heads):
    """What the library's digits show where no program is named: a core meets its head's blocks one after the other."""
    grid = CoreCoord(min(heads, 8), -(-heads // 8))
    return SDPAProgramConfig(compute_with_storage_grid_size=grid, q_chunk_size=0, k_chunk_size=rows)


def paged_scaled_dot_product_attention_decode(input_tensor_q, input_tensor_k, input_tensor_v, page_table_tensor, *,
                                              cur_pos_tensor=None, **options):
    """scaled_dot_product_attention_decode over blocks of keys and values, which the table lists for each batch."""
    op = "transformer.paged_scaled_dot_product_attention_decode"
    expect_later_word(op)
    on_device(op, "Operands to SDPA need to be on device", input_tensor_q, input_tensor_k, input_tensor_v)
    table, rows = _whole_numbers(op, page_table_tensor), input_tensor_k.shape[2]
    if options.get("program_config") is None:
        options["program_config"] = _one_core_a_head(rows, table.shape[0] * input_tensor_k.shape[1])
    key, value = (_laid_out(op, blocks, table) for blocks in (input_tensor_k, input_tensor_v))
    return scaled_dot_product_attention_decode(input_tensor_q, key, value, cur_pos_tensor=cur_pos_tensor, **options)


def paged_update_cache(cache_tensor, input_tensor, *, update_idxs=(), update_idxs_tensor=None, share_cache=None,
                       page_table=None, batch_offset=0, compute_kernel_config=None):
    """Writes input [1, batch, heads, head_dim] over one row of each batch of the cache; gives the cache back."""
    op = "experimental.paged_update_cache"
    expect_later_word(op)
    on_device(op, _CACHE, cache_tensor, input_tensor)
    refuse_options(op, share_cache=share_cache, page_table=page_table, batch_offset=batch_offset or None)
    if update_idxs_tensor is not None:
        update_idxs = _whole_numbers(op, update_idxs_tensor).reshape(-1).tolist()
    batch, heads, rows, head_dim = cache_tensor.shape
    if list(input_tensor.shape)[:2] != [1, batch] or len(update_idxs) != batch:
        raise error("bad_input", f"[ttnn.{op}] expected input [1, {batch}, heads, {head_dim}] and an index for each of "
                                 f"{batch} batches; found {list(input_tensor.shape)} and {list(update_idxs)}")
    if max(update_idxs) >= rows:
        raise error("unsupported", f"[ttnn.{op}] expected indices below {rows}; found {list(update_idxs)}. "
                                   f"{HOW_TO_ASK}.")
    tokens, cache = _core.to_memory(input_tensor._core, memory="dram"), cache_tensor._core
    for user, index in enumerate(update_idxs):
        if index < 0:  # a user without a token
            continue
        token = _core.slice(tokens, [0, user, 0, 0], [1, user + 1, heads, head_dim])
        own = _core.slice(cache, [user, 0, 0, 0], [user + 1, heads, rows, head_dim])
        _core.update_cache(own, _core.permute(token, [0, 2, 1, 3]), int(index), 0)
        _core.fill_cache(cache, own, user)
    return cache_tensor


IN_SUBMODULES = {"transformer.paged_scaled_dot_product_attention_decode": paged_scaled_dot_product_attention_decode,
                 "experimental.paged_update_cache": paged_update_cache}
