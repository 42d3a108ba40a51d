"""TT-NN's scaled_dot_product_attention and its decode form: names, defaults and refusals; the library computes."""
import numpy as np

from .. import _core
from ._configs import SDPAProgramConfig
from ._convert import from_device, from_torch, to_torch
from ._cores import CoreCoord, CoreGrid
from ._errors import HOW_TO_ASK, error, expect_types, refuse_options
from ._memory import place
from ._norms import step_arithmetic
from ._tensor import on_device, wrap
from ._types import ROW_MAJOR_LAYOUT

_ATTENTION = "Operands to SDPA need to be on device"


def _program(op, config):
    """A program config as the library's arguments."""
    expect_types(op, program_config=(config, SDPAProgramConfig))
    if config is None:
        return {}
    refuse_options(op, sub_core_grids=config.sub_core_grids)
    grid = CoreCoord(config.compute_with_storage_grid_size)
    options = {"core_grid": CoreGrid(y=grid.y, x=grid.x), "q_chunk_size": config.q_chunk_size,
               "k_chunk_size": config.k_chunk_size}
    return options if config.exp_approx_mode is None else options | {"exp_approx_mode": config.exp_approx_mode}


def _window(op, size, is_causal):
    """TT-NN counts a query's own key."""
    if not size:
        return {}
    if not is_causal:
        raise error("unsupported", f"[ttnn.{op}] expected is_causal beside a sliding_window_size; found {size} without "
                                   f"it. {HOW_TO_ASK}.")
    return {"window_left": size - 1}


def scaled_dot_product_attention(input_tensor_q, input_tensor_k, input_tensor_v, *, attn_mask=None, is_causal=True,
                                 scale=None, sliding_window_size=None, memory_config=None, program_config=None,
                                 compute_kernel_config=None, attention_sink=None):
    """softmax(scale * q k^T + attn_mask) v by heads, causal unless told otherwise; [batch, heads, rows, head_dim].

    The program holds chunks of queries and keys, of 32 each where no program_config says another size.
    """
    op = "transformer.scaled_dot_product_attention"
    tensors = [input_tensor_q, input_tensor_k, input_tensor_v]
    device = on_device(op, _ATTENTION, *tensors, *([] if attn_mask is None else [attn_mask]))
    refuse_options(op, attention_sink=attention_sink)
    options = step_arithmetic(op, compute_kernel_config) | _program(op, program_config)
    options |= _window(op, sliding_window_size, is_causal) | place(op, memory_config)
    result = _core.scaled_dot_product_attention(*(tensor._core for tensor in tensors), attn_mask and attn_mask._core,
                                                is_causal=is_causal, scale=scale, **options)
    return wrap(result, device)


def _lengths(op, cur_pos, cur_pos_tensor, batch, device):
    """How many keys each batch has, on the device: positions count from 0."""
    if cur_pos_tensor is not None:
        on_device(op, _ATTENTION, cur_pos_tensor)
        cur_pos = np.asarray(to_torch(from_device(cur_pos_tensor))).reshape(-1).tolist()
    if len(cur_pos) != batch:
        raise error("bad_input", f"[ttnn.{op}] expected a position for each of {batch} users in cur_pos or "
                                 f"cur_pos_tensor; found {len(cur_pos)}")
    if min(cur_pos) < 0:
        raise error("unsupported", f"[ttnn.{op}] expected positions from 0 up; found {min(cur_pos)}. {HOW_TO_ASK}.")
    lengths = np.array([position + 1 for position in cur_pos], dtype=np.int32)
    return from_torch(lengths, layout=ROW_MAJOR_LAYOUT, device=device)


def scaled_dot_product_attention_decode(input_tensor_q, input_tensor_k, input_tensor_v, *, is_causal=True,
                                        attn_mask=None, cur_pos=(), cur_pos_tensor=None, attention_sink=None,
                                        scale=None, sliding_window_size=None, memory_config=None, program_config=None,
                                        compute_kernel_config=None):
    """Of one query a head, [1, batch, heads, head_dim], over the keys up to cur_pos of each batch.

    Here heads become rows of tiles of their own before the program and come back after it: two programs of reshape
    that TT-NN does not have.
    """
    op = "transformer.scaled_dot_product_attention_decode"
    tensors = [input_tensor_q, input_tensor_k, input_tensor_v]
    device = on_device(op, _ATTENTION, *tensors)
    refuse_options(op, attention_sink=attention_sink, attn_mask=attn_mask, sliding_window_size=sliding_window_size)
    if not is_causal:
        raise error("unsupported", f"[ttnn.{op}] expected is_causal; found False. {HOW_TO_ASK}.")
    sizes = list(input_tensor_q.shape)
    if len(sizes) != 4 or sizes[0] != 1:
        raise error("bad_input", f"[ttnn.{op}] expected a query [1, batch, heads, head_dim]; found {sizes}")
    _, batch, heads, head_dim = sizes
    options = step_arithmetic(op, compute_kernel_config) | _program(op, program_config) | place(op, memory_config)
    options.pop("q_chunk_size", None)
    lengths = _lengths(op, cur_pos, cur_pos_tensor, batch, device)
    query = _core.reshape(input_tensor_q._core, [batch, heads, 1, head_dim])
    result = _core.scaled_dot_product_attention(query, *(tensor._core for tensor in tensors[1:]),
                                                key_lengths=lengths._core, scale=scale, **options)
    return wrap(_core.reshape(result, sizes), device)


IN_SUBMODULES = {"transformer.scaled_dot_product_attention": scaled_dot_product_attention,
                 "transformer.scaled_dot_product_attention_decode": scaled_dot_product_attention_decode}
