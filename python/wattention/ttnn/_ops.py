"""TT-NN's products: its names, defaults and refusals; the library computes."""
from .. import _core
from . import _watch
from ._configs import DeviceComputeKernelConfig
from ._convert import dtype_word
from ._cores import CoreGrid
from ._errors import HOW_TO_ASK, error, expect_types, refuse_options
from ._in_place import write
from ._memory import memory_word, place
from ._programs import fused_activation, program_word
from ._release import expect_later_word
from ._shape import Shape
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
    return {"fidelity": config.math_fidelity.name.lower(), "fp32_accumulate": config.fp32_dest_acc_en}


def _expect_one_grid(op, core_grid, program_config):
    expect_types(op, core_grid=(core_grid, CoreGrid))
    if core_grid is not None and program_config is not None:
        raise error("bad_input", f"[ttnn.{op}] expected core_grid or program_config; found both. Cannot use both user "
                                 "core grid/coordinates and a program config")


# Those that run after a product without a core grid: tt-metal v0.57.0-rc71, operations/matmul/matmul.cpp.
_ACTIVATIONS = "relu gelu silu".split()


def _activated(op, core, activation, core_grid, where):
    """The product through a program of its own. With a core grid TT-NN fuses it into the product."""
    if activation is None or core_grid is not None:
        return core
    if activation not in _ACTIVATIONS:
        raise error("bad_input", f"[ttnn.{op}] expected an activation of {', '.join(_ACTIVATIONS)}; found "
                                 f"{activation!r}. Unsupported activation function")
    return getattr(_core, activation)(core, **where)


def expect_output(op, output, shape, memory_config):
    """A tensor that is there, for a result of this shape: TT-NN's own checks."""
    if list(output.shape) != list(shape):
        raise error("bad_input", f"[ttnn.{op}] expected an output tensor of shape {list(shape)}; found "
                                 f"{list(output.shape)}. Shape of Optional Output Tensor {output.shape} doesnt match "
                                 f"Output Tensor {Shape(shape)}")
    if memory_config is not None and memory_config != output.memory_config():
        raise error("bad_input", f"[ttnn.{op}] expected the output tensor's memory config; found {memory_config!r}. "
                                 f"Memory config mismatch between optional output tensor {output.memory_config()!r} & "
                                 f"output tensor {memory_config!r}")


def put(op, output, core, device):
    """The result as a tensor, or in the tensor that is there for it."""
    if output is None:
        return wrap(core, device)
    if output._core.dtype != core.dtype:
        raise error("unsupported", f"[ttnn.{op}] expected an output tensor of the result's dtype, {core.dtype}; found "
                                   f"{output._core.dtype}. {HOW_TO_ASK}.")
    write(op, output, core)
    return output


def _product(op, a, b, bias, kernel_config, output, activation, core_grid, program_config, memory_config, transposed,
             own_dtype):
    """A product with what TT-NN runs beside it: in one program with a core grid, in several without."""
    device = on_device(op, _MATMUL, a, b, *(each for each in (bias, output) if each is not None))
    _expect_one_grid(op, core_grid, program_config)
    options = arithmetic(op, kernel_config)
    if kernel_config is not None:
        refuse_options(op, dst_full_sync_en=kernel_config.dst_full_sync_en)
        options["packer_l1_accumulate"] = kernel_config.packer_l1_acc
    fused = fused_activation(op, program_config, core_grid, activation, kernel_config)
    where = place(op, memory_config if output is None or memory_config is not None else output.memory_config())
    options |= {"core_grid": core_grid, "program": program_word(op, program_config), "activation": fused}
    options |= where | own_dtype
    left = _core.transpose(a._core) if transposed[0] else a._core
    if bias is None:
        product = _core.matmul(left, b._core, transpose_b=transposed[1], **options)
    else:
        product = _core.linear(left, b._core, bias._core, transpose_b=transposed[1], **options)
    if output is not None:
        expect_output(op, output, product.shape, memory_config)
    return put(op, output, _activated(op, product, activation, core_grid, where), device)


def inherit_memory(op, tensor, memory_config):
    """These ops write where their input lies; another place is refused."""
    word_there = memory_word(op, memory_config)
    if word_there is not None and memory_config != tensor.memory_config():
        raise error("unsupported", f"[ttnn.{op}] expected the input's memory config; found {memory_config!r}. "
                                   f"{HOW_TO_ASK}.")


def result_dtype(op, tensor, dtype, output=None):
    """The result's dtype as an attribute, where it is not the tensor's own: that of the tensor that is there for it."""
    expect_types(op, dtype=(dtype, DataType))
    if dtype is None and output is not None:
        dtype = output.dtype
    return {} if dtype is None or dtype is tensor.dtype else {"output_dtype": dtype_word(op, dtype)}


@word("matmul")
def matmul(input_tensor_a, input_tensor_b, *, transpose_a=False, transpose_b=False, memory_config=None, dtype=None,
           core_grid=None, compute_kernel_config=None, program_config=None, activation=None, output_tile=None,
           optional_output_tensor=None):
    """[..., M, K] x [..., K, N] -> [..., M, N] in DRAM, or where memory_config says.

    Without core_grid it is HiFi2. With one it is LoFi on that grid; a grid larger than 8x8 is taken as 8x8.
    """
    on_device("matmul", _MATMUL, input_tensor_a, input_tensor_b)
    refuse_options("matmul", output_tile=output_tile)
    own = result_dtype("matmul", input_tensor_a, dtype, optional_output_tensor)
    return _product("matmul", input_tensor_a, input_tensor_b, None, compute_kernel_config, optional_output_tensor,
                    activation, core_grid, program_config, memory_config, (transpose_a, transpose_b), own)


@word("linear")
def linear(input_tensor_a, input_tensor_b, *, bias=None, transpose_a=False, transpose_b=False, memory_config=None,
           dtype=None, core_grid=None, compute_kernel_config=None, program_config=None, activation=None,
           output_tile=None, optional_output_tensor=None):
    """matmul for a layer's weights: transpose_b=True takes torch's [out_features, in_features]."""
    on_device("linear", _MATMUL, input_tensor_a, input_tensor_b)
    refuse_options("linear", output_tile=output_tile)
    own = result_dtype("linear", input_tensor_a, dtype, optional_output_tensor)
    return _product("linear", input_tensor_a, input_tensor_b, bias, compute_kernel_config, optional_output_tensor,
                    activation, core_grid, program_config, memory_config, (transpose_a, transpose_b), own)


@word("addmm")
def addmm(input_tensor, mat1_tensor, mat2_tensor, *, alpha=1.0, beta=1.0, memory_config=None):
    """input_tensor + mat1_tensor @ mat2_tensor, in two programs."""
    expect_later_word("addmm")
    device = on_device("addmm", _MATMUL, input_tensor, mat1_tensor, mat2_tensor)
    if alpha != 1.0 or beta != 1.0:
        raise error("unsupported", f"[ttnn.addmm] expected alpha and beta of 1; found {alpha} and {beta}. "
                                   f"{HOW_TO_ASK}.")
    where = place("addmm", memory_config)
    product = _core.matmul(mat1_tensor._core, mat2_tensor._core, **where)
    return wrap(_core.add(product, input_tensor._core, **where), device)


@word("deallocate")
def deallocate(tensor, force=True):
    """Frees the tensor's memory now, and that of its views, which share it. A second time changes nothing."""
    expect_types("deallocate", tensor=(False if tensor is None else tensor, Tensor))
    released = _watch.releasing(tensor)
    free(tensor, force)
    if released is not None:
        released()


__all__ = ["addmm", "deallocate", "linear", "matmul"]
