"""What TT-NN's newer programs of two operands ask of shapes and shards, in their sentences.

tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/binary_ng/device: binary_ng_device_operation.cpp,
binary_ng_program_factory.cpp.
"""
import math

from ._errors import error
from ._types import TILE_SIZE, TensorMemoryLayout

_MOST_DIMENSIONS = 4  # that broadcast


def _sizes(a, b):
    """Pairs of sizes from the last dimension to the first."""
    return [tuple(shape[-back] if back <= len(shape) else 1 for shape in (a, b))
            for back in range(1, max(len(a), len(b)) + 1)]


def _shape_of(a, b):
    """TT-NN's shape of the result, which it also has where the operands do not fit."""
    return [x if x != 1 and y != 1 else x + y - 1 for x, y in reversed(_sizes(a, b))]


def _expect_broadcast(name, a, b, shards):
    for back, (x, y) in enumerate(_sizes(a, b), 1):
        if x != y and 1 not in (x, y):
            reason = f"Broadcasting rule violation for rank {-back}, dim a: {x}, dim b: {y}"
        elif x != y and back > _MOST_DIMENSIONS:
            reason = (f"Broadcasting rule violation for rank >= 5 : dim {-back}, Broadcast is supported upto rank 4, "
                      f"dim a: {x}, dim b: {y}")
        elif x != y and shards and back > 1:
            reason = (f"Cannot broadcast sharded tensors on dims other than W, violation for rank {-back}, dim a: {x}, "
                      f"dim b: {y}")
        else:
            continue
        raise error("bad_input", f"[ttnn.{name}] expected shapes that broadcast; found {list(a)} and {list(b)}. "
                                 f"{reason}")


def _expect_output(name, output, shape):
    """Sizes of 1 in front do not count."""
    if any(x != y for x, y in _sizes(tuple(output.shape), shape)):
        raise error("bad_input", f"[ttnn.{name}] expected an output tensor of shape {list(shape)}; found "
                                 f"{list(output.shape)}. Shape of Output tensor {output.shape!r} provided does not "
                                 f"match the broadcasted output shape {list(shape)}")


def _expect_even(name, config, padded_shape):
    """The last shard is as large as all others, but that of shards along the height."""
    spec, kind = config.shard_spec, config.memory_layout
    if spec is None or kind is TensorMemoryLayout.HEIGHT_SHARDED:
        return
    *batch, height, width = padded_shape
    whole = (math.prod(batch[-2:]) * height, width)
    shard = [-(-side // TILE_SIZE) * TILE_SIZE for side in spec.shape]
    if any(size % side for size, side in zip(whole, shard)):
        raise error("bad_input", f"[ttnn.{name}] expected shards of one size; found {list(spec.shape)} of "
                                 f"{list(whole)}. no un-even shard size support memory layout "
                                 f"TensorMemoryLayout::{kind.name}")


def _expect_equal_shards(name, tensors, target):
    """All that lie in shards, the result too, lie in the same; or in rows as high where the width broadcasts."""
    configs = [config for config in (*(one.memory_config() for one in tensors), target) if config.is_sharded()]
    column = len({tuple(one.shape)[-1:] or (1,) for one in tensors}) > 1
    one_row = all(tuple(one.shape)[-2:-1] in ((), (1,)) for one in tensors)
    rows = TensorMemoryLayout.HEIGHT_SHARDED
    for config in configs[1:]:
        first, spec, other = configs[0], configs[0].shard_spec, config.shard_spec or configs[0].shard_spec
        if config.memory_layout is not first.memory_layout:
            reason = "Operands to eltwise binary need to have the same memory layout"
        elif not column and spec != other:
            reason = "Operands to eltwise binary need to have the same shard spec"
        elif column and one_row:
            reason = "Invalid subtile broadcast type for sharding validation"
        elif column and config.memory_layout is not rows:
            reason = "Operands to eltwise binary must be height sharded when broadcasting on W"
        elif column and spec.shape[0] != other.shape[0]:
            reason = "Operands to eltwise binary need to have the sameshard height when broadcasting on W"
        elif column and spec.orientation is not other.orientation:
            reason = "Operands to eltwise binary must have same shard orientation"
        else:
            continue
        raise error("bad_input", f"[ttnn.{name}] expected equal shards; found {first!r} and {config!r}. {reason}")


def expect_fit(name, tensors, output, target):
    """The shape of the result of one or two tensors, which goes to the memory config `target`, or into `output`."""
    shapes = [tuple(tensor.shape) for tensor in tensors]
    shape = _shape_of(shapes[0], shapes[-1])
    if output is not None:
        _expect_output(name, output, shape)
    _expect_broadcast(name, shapes[0], shapes[-1], target.is_sharded() or any(one.is_sharded() for one in tensors))
    _expect_equal_shards(name, tensors, target)
    for tensor in tensors:
        _expect_even(name, tensor.memory_config(), tensor.padded_shape)
    _expect_even(name, target, [*shape[:-2], *(-(-size // TILE_SIZE) * TILE_SIZE for size in shape[-2:])])
    return shape
