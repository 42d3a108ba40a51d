"""TT-NN's moreh words whose kernels only write: moreh_full, moreh_full_like, operations.moreh.arange.

The host makes the values here and sends them, as if the kernel had written them. Rules and refusals are those of
tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: full, full_like, moreh/moreh_arange.
"""
import numpy

from ._creation import _made
from ._errors import ArgumentError, error
from ._in_place import write
from ._tensor import on_device
from ._types import ROW_MAJOR_LAYOUT, TILE_LAYOUT, BufferType, bfloat16, float32, int32

__all__ = ["moreh_full", "moreh_full_like"]


def _expect_written(op, dtype):
    if dtype not in (bfloat16, float32, int32):
        raise error("bad_input", f"[ttnn.{op}] expected bfloat16, float32 or int32; found {dtype}. The kernel writes "
                                 "nothing else")


def _expect_tiles_in_dram(op, title, layout, *configs):
    for config in configs:
        if config.is_sharded():
            raise error("bad_input", f"[ttnn.{op}] expected interleaved tensors; found {config!r}. {title}: Not "
                                     "currently supporting sharding")
    if configs[0].buffer_type is not BufferType.DRAM:
        raise error("bad_input", f"[ttnn.{op}] expected a memory config in DRAM; found {configs[0]!r}. The kernel "
                                 "takes any address for one of DRAM")
    if layout is not TILE_LAYOUT:
        raise error("bad_input", f"[ttnn.{op}] expected TILE_LAYOUT; found {layout}. {title}: Not currently "
                                 "supporting row major layout")


def _element(op, value, dtype):
    """What the kernel writes everywhere: a float in the dtype, a bfloat16 rounded to nearest even.

    An int goes as its bits whatever the dtype, and a bfloat16 is the upper half of them.
    """
    try:
        if isinstance(value, float):
            bits = int(numpy.float32(value).view(numpy.uint32))
            if dtype is bfloat16:
                bits += 0x7FFF + (bits >> 16 & 1)
        else:
            bits = int(numpy.int32(value).view(numpy.uint32))
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(f"[ttnn.{op}] expected a fill_value that is a float or an int of 32 bits; "
                            f"found {value!r}") from None
    return numpy.uint32(bits & 0xFFFFFFFF).view(numpy.int32 if dtype is int32 else numpy.float32)


def _like(tensor):
    return tuple(tensor.shape), tensor.dtype, tensor.layout, tensor.memory_config()


def _filled(op, shape, fill_value, like, dtype, config):
    _expect_written(op, dtype)
    values = numpy.full(shape, _element(op, fill_value, dtype))
    like._device.count_program((op, shape, fill_value, dtype, config, _like(like)))
    return _made(op, values, dtype, TILE_LAYOUT, like._device, config)


def moreh_full(shape, fill_value, any, *, dtype=None, layout=None, memory_config=None):
    """A tensor of one value in tiles; dtype and place are those of the tensor `any` unless told otherwise."""
    on_device("moreh_full", "Full operation error: Any tensor must be on device", any)
    config, shape = memory_config or any.memory_config(), tuple(int(size) for size in shape)
    _expect_tiles_in_dram("moreh_full", "Full operation error", layout or any.layout, config)
    if len(shape) < 2:
        raise error("bad_input", f"[ttnn.moreh_full] expected a shape of two sizes or more; found {list(shape)}. Full "
                                 "operation error: Shape size must be greater than 1, but got shape size = "
                                 f"{len(shape)}")
    if min(shape) < 1:
        raise error("bad_input", f"[ttnn.moreh_full] expected sizes above 0; found {list(shape)}. Full operation "
                                 "error: Invalid shape")
    return _filled("moreh_full", shape, fill_value, any, dtype or any.dtype, config)


def moreh_full_like(input, fill_value, *, dtype=None, layout=None, memory_config=None):
    """A tensor of one value in tiles with another's shape."""
    op, dtype = "moreh_full_like", dtype or input.dtype
    if dtype is not input.dtype and input.layout is not TILE_LAYOUT:
        raise error("bad_input", f"[ttnn.{op}] expected TILE_LAYOUT for another dtype; found {input.layout}. Full "
                                 "Like: Data type conversion is only supported with tile layout")
    on_device(op, "Full Like: Input must be on device", input)
    config = memory_config or input.memory_config()
    _expect_tiles_in_dram(op, "Full Like", layout or input.layout, config, input.memory_config())
    return _filled(op, tuple(input.shape), fill_value, input, dtype, config)


def _steps(start, step, count, dtype):
    """start + step * i, each operation rounded to float32; a bfloat16 is cut off, an int32 is without the fraction."""
    values = start + step * numpy.arange(count, dtype=numpy.float32)
    return values.astype(numpy.float64).clip(-2**31, 2**31 - 1) if dtype is int32 else values


def _expect_output(op, output, dtype, untilize_out, count):
    on_device(op, "Must have 1 output tensor.", output)
    if output.dtype is not dtype:
        raise error("bad_input", f"[ttnn.{op}] expected an output in {dtype}; found {output.dtype}. If output is "
                                 "provided as input, its dtype should match the dtype parameter.")
    layout = ROW_MAJOR_LAYOUT if untilize_out else TILE_LAYOUT
    if output.layout is not layout:
        raise error("bad_input", f"[ttnn.{op}] expected an output in {layout}; found {output.layout}. Error: "
                                 f"output_layout must be Layout::{layout.name} when {'' if untilize_out else '!'}"
                                 "untilize_out")
    if tuple(output.shape) not in ((count,), (1, count)):
        raise error("bad_input", f"[ttnn.{op}] expected an output of one row of {count}; found {list(output.shape)}")


def arange(start=0, end=None, step=1, any=None, *, output=None, untilize_out=False, dtype=None, memory_config=None):
    """start, start + step, ... before end: one row of tiles, or one dimension in rows with untilize_out."""
    op = "operations.moreh.arange"
    if end is None or any is None:
        raise ArgumentError(f"[ttnn.{op}] expected an end and a tensor (incompatible function arguments); found none")
    device = on_device(op, "Any tensor must be on device", any)
    start, end, step = (numpy.float32(bound) for bound in (start, end, step))
    if step == 0:
        raise error("bad_input", f"[ttnn.{op}] expected a step other than 0; found 0. step must be nonzero.")
    if (end < start) if step > 0 else (end > start):
        raise error("bad_input", f"[ttnn.{op}] expected steps from {start} towards {end}; found {step}. Upper bound "
                                 "and larger bound inconsistent with step sign.")
    dtype, config = dtype or any.dtype, memory_config or any.memory_config()
    _expect_written(op, dtype)
    count = int(numpy.ceil((end - start) / step))
    values = _steps(start, step, count, dtype)
    if output is not None:
        _expect_output(op, output, dtype, untilize_out, count)
        config, values = output.memory_config(), values.reshape(tuple(output.shape))
    elif not untilize_out:
        values = values.reshape(1, count)
    device.count_program((op, start, end, step, untilize_out, dtype, config, _like(any)))
    made = _made(op, values, dtype, ROW_MAJOR_LAYOUT if untilize_out else TILE_LAYOUT, device, config)
    if output is None:
        return made
    write(op, output, made._core)
    return output


IN_SUBMODULES = {"operations.moreh.arange": arange}
