"""TT-NN's scaled_dot_product_attention: its names, defaults and refusals; the library computes."""
from .. import _core
from ._configs import SDPAProgramConfig
from ._cores import CoreGrid
from ._errors import HOW_TO_ASK, error, expect_types, refuse_options
from ._memory import place
from ._norms import step_arithmetic
from ._tensor import on_device, wrap

_ATTENTION = "Operands to SDPA need to be on device"


def _program(op, config):
    """A program config as the library's arguments."""
    expect_types(op, program_config=(config, SDPAProgramConfig))
    if config is None:
        return {}
    refuse_options(op, sub_core_grids=config.sub_core_grids)
    grid = config.compute_with_storage_grid_size
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


IN_SUBMODULES = {"transformer.scaled_dot_product_attention": scaled_dot_product_attention}
