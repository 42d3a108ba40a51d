"""TT-NN's ops: its names, defaults and refusals; the library computes."""
from .. import _core
from ._errors import HOW_TO_ASK, error, refuse_options
from ._tensor import Tensor, allocated, free, on_device, wrap

_BINARY = "Operands to eltwise binary need to be on device!"
_MATMUL = "Operands to matmul need to be on device!"
_MOVE = "Tensor must already be on device"


def _arithmetic(op, config):
    """fidelity and fp32_accumulate of a compute_kernel_config."""
    if config is None:
        return {}
    if not config.packer_l1_acc:
        raise error("unsupported", f"[ttnn.{op}] expected packer_l1_acc=True, the one way that is computed here; "
                                   f"found False. {HOW_TO_ASK}.")
    return {"fidelity": config.math_fidelity.name.lower(), "fp32_accumulate": config.fp32_dest_acc_en}


def _product_options(op, core_grid, memory_config, compute_kernel_config):
    options = _arithmetic(op, compute_kernel_config)
    if core_grid is not None:
        options["core_grid"] = core_grid
    if memory_config is not None:
        options["memory"] = memory_config.word
    return options


def _inherit_memory(op, tensor, memory_config):
    """These ops write where their input lies; another place is refused."""
    if memory_config is not None and memory_config != tensor.memory_config():
        raise error("unsupported", f"[ttnn.{op}] expected the input's memory config; found {memory_config!r}. "
                                   f"{HOW_TO_ASK}.")


def _expect_dtype(op, tensor, dtype):
    if dtype is not None and dtype is not tensor.dtype:
        raise error("unsupported", f"[ttnn.{op}] expected the input's dtype; found {dtype}. {HOW_TO_ASK}.")


def matmul(input_tensor_a, input_tensor_b, *, transpose_a=False, transpose_b=False, memory_config=None, dtype=None,
           core_grid=None, compute_kernel_config=None, program_config=None, activation=None, output_tile=None,
           optional_output_tensor=None):
    """[..., M, K] x [..., K, N] -> [..., M, N] in DRAM, or where memory_config says.

    Without core_grid it is HiFi2. With one it is LoFi on that grid; a grid larger than 8x8 is taken as 8x8.
    """
    device = on_device("matmul", _MATMUL, input_tensor_a, input_tensor_b)
    refuse_options("matmul", program_config=program_config, activation=activation, output_tile=output_tile,
                   optional_output_tensor=optional_output_tensor)
    _expect_dtype("matmul", input_tensor_a, dtype)
    a = _core.transpose(input_tensor_a._core) if transpose_a else input_tensor_a._core
    options = _product_options("matmul", core_grid, memory_config, compute_kernel_config)
    return wrap(_core.matmul(a, input_tensor_b._core, transpose_b=transpose_b, **options), device)


def linear(input_tensor_a, input_tensor_b, *, bias=None, transpose_a=False, transpose_b=False, memory_config=None,
           dtype=None, core_grid=None, compute_kernel_config=None, program_config=None, activation=None,
           output_tile=None, optional_output_tensor=None):
    """matmul for a layer's weights: transpose_b=True takes torch's [out_features, in_features]."""
    device = on_device("linear", _MATMUL, input_tensor_a, input_tensor_b)
    refuse_options("linear", bias=bias, program_config=program_config, activation=activation, output_tile=output_tile,
                   optional_output_tensor=optional_output_tensor)
    _expect_dtype("linear", input_tensor_a, dtype)
    a = _core.transpose(input_tensor_a._core) if transpose_a else input_tensor_a._core
    options = _product_options("linear", core_grid, memory_config, compute_kernel_config)
    if transpose_b:
        return wrap(_core.linear(a, input_tensor_b._core, **options), device)
    return wrap(_core.matmul(a, input_tensor_b._core, **options), device)


def softmax(input_tensor, dim=-1, *, memory_config=None, compute_kernel_config=None, numeric_stable=False):
    """Along the last dimension. The row's maximum is subtracted only with numeric_stable."""
    device = on_device("softmax", "Operands to softmax need to be on device!", input_tensor)
    refuse_options("softmax", compute_kernel_config=compute_kernel_config)
    _inherit_memory("softmax", input_tensor, memory_config)
    return wrap(_core.softmax(input_tensor._core, dim, numeric_stable=numeric_stable), device)


def _binary(row, name):
    compute = getattr(_core, row["name"])

    def call(input_tensor_a, input_tensor_b, *, memory_config=None, dtype=None):
        device = on_device(name, _BINARY, input_tensor_a)
        _inherit_memory(name, input_tensor_a, memory_config)
        _expect_dtype(name, input_tensor_a, dtype)
        if isinstance(input_tensor_b, Tensor):
            on_device(name, _BINARY, input_tensor_b)
            return wrap(compute(input_tensor_a._core, input_tensor_b._core), device)
        if not isinstance(input_tensor_b, (int, float)):
            raise error("unsupported", f"[ttnn.{name}] expected a tensor or a number as the second operand; "
                                       f"found {type(input_tensor_b).__name__}. {HOW_TO_ASK}.")
        return wrap(compute(input_tensor_a._core, float(input_tensor_b)), device)

    call.__doc__ = f"{row['summary']}: two tensors of one shape, or a tensor and a number."
    return call


def _unary(row, name):
    compute = getattr(_core, row["name"])

    def call(input_tensor, *, memory_config=None):
        device = on_device(name, "Operands to eltwise unary need to be on device!", input_tensor)
        _inherit_memory(name, input_tensor, memory_config)
        return wrap(compute(input_tensor._core), device)

    call.__doc__ = f"{row['summary']}."
    return call


def _from_table():
    """TT-NN's words for the families whose signatures follow from the table of ops."""
    makers = {"binary": _binary, "unary": _unary}
    for row in _core.list_ops():
        for name in row["ttnn"] if row["family"] in makers else ():
            call = makers[row["family"]](row, name)
            call.__name__ = call.__qualname__ = name
            yield name, call


_table = dict(_from_table())
globals().update(_table)


def permute(input_tensor, dims, *, memory_config=None):
    """Dimension i of the result is the input's dims[i]."""
    device = on_device("permute", _MOVE, input_tensor)
    _inherit_memory("permute", input_tensor, memory_config)
    return wrap(_core.permute(input_tensor._core, list(dims)), device)


def transpose(input_tensor, dim1, dim2, *, memory_config=None):
    """Swaps two dimensions."""
    rank = len(input_tensor.shape)
    dims = list(range(rank))
    if not (-rank <= dim1 < rank and -rank <= dim2 < rank):
        raise error("bad_input", f"[ttnn.transpose] expected dimensions in [{-rank}, {rank}); found {dim1} and {dim2}")
    dims[dim1], dims[dim2] = dims[dim2], dims[dim1]
    return permute(input_tensor, dims, memory_config=memory_config)


def _whole(shape, size):
    """The shape with its one -1, if any, replaced."""
    shape = [int(length) for length in shape]
    if shape.count(-1) == 1:
        known = 1
        for length in shape:
            known *= length if length != -1 else 1
        shape[shape.index(-1)] = size // known if known > 0 else -1
    return shape


def reshape(input_tensor, shape, *, memory_config=None):
    """The same elements under another shape; one size may be -1."""
    _inherit_memory("reshape", input_tensor, memory_config)
    core = allocated("reshape", input_tensor)
    sizes = _whole(shape, core.size)
    if input_tensor._device is None:
        return wrap(core.view(sizes), None, input_tensor.layout)
    return wrap(_core.reshape(core, sizes), input_tensor._device)


def deallocate(tensor, force=True):
    """Frees the tensor's memory now."""
    free(tensor)


Tensor.__matmul__ = lambda self, other: matmul(self, other)
Tensor.__mul__ = Tensor.__rmul__ = lambda self, other: _table["multiply"](self, other)
Tensor.__add__ = lambda self, other: _table["add"](self, other)
Tensor.__sub__ = lambda self, other: _table["subtract"](self, other)
Tensor.__truediv__ = lambda self, other: _table["divide"](self, other)

# Every op of the table that TT-NN has a word for (to_layout is in _convert.py), and what is no op.
__all__ = ["deallocate", *(name for row in _core.list_ops() for name in row["ttnn"] if name in globals())]
