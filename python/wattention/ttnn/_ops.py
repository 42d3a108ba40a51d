"""TT-NN's products: its names, defaults and refusals; the library computes."""
from .. import _core
from ._configs import DeviceComputeKernelConfig
from ._cores import CoreGrid
from ._errors import HOW_TO_ASK, error, expect_types, refuse_options
from ._memory import memory_word
from ._tensor import Tensor, free, on_device, wrap
from ._types import DataType, MathFidelity
from ._word import word

_MATMUL = "Operands to matmul need to be on device!"


def arithmetic(op, config):
    """fidelity and fp32_accumulate of a compute_kernel_config."""
    expect_types(op, compute_kernel_config=(config, DeviceComputeKernelConfig))
    if config is None:
        return {}
    if config.math_fidelity is MathFidelity.Invalid:
        raise error("unsupported", f"[ttnn.{op}] expected a math_fidelity in compute_kernel_config; found none, for "
                                   f"which TT-NN has MathFidelity.Invalid. {HOW_TO_ASK}.")
    if not config.packer_l1_acc:
        raise error("unsupported", f"[ttnn.{op}] expected packer_l1_acc=True, the one way that is computed here; "
                                   f"found False. {HOW_TO_ASK}.")
    return {"fidelity": config.math_fidelity.name.lower(), "fp32_accumulate": config.fp32_dest_acc_en}


def _product_options(op, core_grid, memory_config, compute_kernel_config):
    options = arithmetic(op, compute_kernel_config)
    if core_grid is not None:
        options["core_grid"] = core_grid
    if memory_config is not None:
        options["memory"] = memory_word(op, memory_config)
    return options


def _expect_one_grid(op, core_grid, program_config):
    expect_types(op, core_grid=(core_grid, CoreGrid))
    if core_grid is not None and program_config is not None:
        raise error("bad_input", f"[ttnn.{op}] expected core_grid or program_config; found both. Cannot use both user "
                                 "core grid/coordinates and a program config")


# Those that run after a product without a core grid: tt-metal v0.57.0-rc71, operations/matmul/matmul.cpp.
_ACTIVATIONS = "relu gelu silu".split()


def _activated(op, core, activation, core_grid):
    """The product through a program of its own. With a core grid TT-NN fuses it into the product, which is not here."""
    if activation is None:
        return core
    if core_grid is not None:
        raise error("unsupported", f"[ttnn.{op}] expected no activation beside a core_grid; found {activation!r}. "
                                   f"{HOW_TO_ASK}.")
    if activation not in _ACTIVATIONS:
        raise error("bad_input", f"[ttnn.{op}] expected an activation of {', '.join(_ACTIVATIONS)}; found "
                                 f"{activation!r}. Unsupported activation function")
    return getattr(_core, activation)(core)


def inherit_memory(op, tensor, memory_config):
    """These ops write where their input lies; another place is refused."""
    word_there = memory_word(op, memory_config)
    if word_there is not None and memory_config != tensor.memory_config():
        raise error("unsupported", f"[ttnn.{op}] expected the input's memory config; found {memory_config!r}. "
                                   f"{HOW_TO_ASK}.")


def expect_dtype(op, tensor, dtype):
    expect_types(op, dtype=(dtype, DataType))
    if dtype is not None and dtype is not tensor.dtype:
        raise error("unsupported", f"[ttnn.{op}] expected the input's dtype; found {dtype}. {HOW_TO_ASK}.")


@word("matmul")
def matmul(input_tensor_a, input_tensor_b, *, transpose_a=False, transpose_b=False, memory_config=None, dtype=None,
           core_grid=None, compute_kernel_config=None, program_config=None, activation=None, output_tile=None,
           optional_output_tensor=None):
    """[..., M, K] x [..., K, N] -> [..., M, N] in DRAM, or where memory_config says.

    Without core_grid it is HiFi2. With one it is LoFi on that grid; a grid larger than 8x8 is taken as 8x8.
    """
    device = on_device("matmul", _MATMUL, input_tensor_a, input_tensor_b)
    _expect_one_grid("matmul", core_grid, program_config)
    refuse_options("matmul", program_config=program_config, output_tile=output_tile,
                   optional_output_tensor=optional_output_tensor)
    expect_dtype("matmul", input_tensor_a, dtype)
    a = _core.transpose(input_tensor_a._core) if transpose_a else input_tensor_a._core
    options = _product_options("matmul", core_grid, memory_config, compute_kernel_config)
    product = _core.matmul(a, input_tensor_b._core, transpose_b=transpose_b, **options)
    return wrap(_activated("matmul", product, activation, core_grid), device)


@word("linear")
def linear(input_tensor_a, input_tensor_b, *, bias=None, transpose_a=False, transpose_b=False, memory_config=None,
           dtype=None, core_grid=None, compute_kernel_config=None, program_config=None, activation=None,
           output_tile=None, optional_output_tensor=None):
    """matmul for a layer's weights: transpose_b=True takes torch's [out_features, in_features]."""
    device = on_device("linear", _MATMUL, input_tensor_a, input_tensor_b)
    _expect_one_grid("linear", core_grid, program_config)
    refuse_options("linear", program_config=program_config, output_tile=output_tile,
                   optional_output_tensor=optional_output_tensor)
    expect_dtype("linear", input_tensor_a, dtype)
    a = _core.transpose(input_tensor_a._core) if transpose_a else input_tensor_a._core
    options = _product_options("linear", core_grid, memory_config, compute_kernel_config)
    if bias is not None:
        on_device("linear", _MATMUL, bias)
    if bias is None and not transpose_b:
        product = _core.matmul(a, input_tensor_b._core, **options)
    else:
        product = _core.linear(a, input_tensor_b._core, bias and bias._core, transpose_b=transpose_b, **options)
    return wrap(_activated("linear", product, activation, core_grid), device)


@word("deallocate")
def deallocate(tensor, force=True):
    """Frees the tensor's memory now, and that of its views, which share it. A second time changes nothing."""
    expect_types("deallocate", tensor=(False if tensor is None else tensor, Tensor))
    free(tensor, force)


__all__ = ["deallocate", "linear", "matmul"]
