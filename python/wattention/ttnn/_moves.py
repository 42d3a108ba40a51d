"""TT-NN's words that move elements: its names, defaults and refusals; the library moves."""
from .. import _core
from ._errors import HOW_TO_ASK, ArgumentError, error, expect_types, refuse_options
from ._memory import MemoryConfig, place
from ._release import expect_later_word
from ._tensor import allocated, moved, on_device, wrap
from ._types import ROW_MAJOR_LAYOUT, TILE_LAYOUT, TILE_SIZE, DataType, layout_words

_UNPAD = "Operands to unpad need to be on device!"
_MOVE = "Tensor must already be on device"

__all__ = [
    "chunk", "clone", "concat", "expand", "pad", "repeat", "repeat_interleave", "slice", "split", "squeeze", "tilize",
    "tilize_with_val_padding", "tilize_with_zero_padding", "to_memory_config", "unsqueeze", "unsqueeze_to_4D",
    "untilize", "untilize_with_unpadding",
]


def sizes_of(op, tensor):
    """The shape of a tensor that was not deallocated, as a list."""
    return list(allocated(op, tensor).shape)


def _ints(numbers):
    return [int(number) for number in numbers]


def _wrapped(op, dim, rank, extra=0):
    """A dimension from 0 up; a new one may also come last."""
    low, high = -rank - extra, rank - 1 + extra
    if not low <= dim <= high:
        raise error("bad_input", f"[ttnn.{op}] expected a dimension in [{low}, {high}]; found {dim}. Dimension out "
                                 f"of range (expected to be in range of [{low},{high}], but got {dim})")
    return dim + rank + extra if dim < 0 else dim


def reshaped(op, tensor, shape, memory_config=None):
    """The same elements under another shape; views of one buffer know each other."""
    core = allocated(op, tensor)
    if tensor._device is None:
        return moved(core.view(shape), tensor, tensor.layout)
    return moved(_core.reshape(core, shape, **place(op, memory_config)), tensor)


# Parts and wholes.


def slice(input_tensor, slice_start=None, slice_end=None, slice_step=None, *, starts=None, ends=None, steps=None,
          memory_config=None, output_tensor=None, pad_value=None):
    """The elements from start to end of each dimension, each step-th; negative places count from the end."""
    on_device("slice", _UNPAD, input_tensor)
    refuse_options("slice", output_tensor=output_tensor, pad_value=pad_value)
    slice_start, slice_end, slice_step = (
        new if old is None else old for old, new in ((slice_start, starts), (slice_end, ends), (slice_step, steps)))
    if slice_start is None or slice_end is None:
        raise ArgumentError("[ttnn.slice] expected slice_start and slice_end (incompatible function arguments); found "
                            "one at most")
    begins, ends, rank = _ints(slice_start), _ints(slice_end), len(input_tensor.shape)
    if rank != len(begins):
        raise error("bad_input", f"[ttnn.slice] expected a start for each of {rank} dimensions; found {len(begins)}. "
                                 f"Input rank {rank} and begins {len(begins)} must have the same size")
    if len(begins) != len(ends):
        raise error("bad_input", f"[ttnn.slice] expected as many ends as starts; found {len(ends)} and {len(begins)}. "
                                 f"Start {len(begins)} and end {len(ends)} must have the same size")
    steps = [1] * rank if slice_step is None else _ints(slice_step)
    return moved(_core.slice(input_tensor._core, begins, ends, steps, **place("slice", memory_config)), input_tensor)


def concat(tensors, dim=0, *, output_tensor=None, memory_config=None, groups=1):
    """The tensors one after the other along a dimension; the result lies in DRAM, or where memory_config says."""
    tensors = list(tensors)
    if not tensors:
        raise error("bad_input", "[ttnn.concat] expected tensors; found none. ttnn.concat: expected a non-empty list "
                                 "of Tensors!")
    on_device("concat", _MOVE, *tensors)
    refuse_options("concat", output_tensor=output_tensor, groups=None if groups == 1 else groups)
    return moved(_core.concat([tensor._core for tensor in tensors], dim, **place("concat", memory_config)), tensors[0])


def split(input_tensor, split_size, dim=0, *, memory_config=None):
    """Slices of a size, the last as large as is left, or of the sizes of a list."""
    shape = sizes_of("split", input_tensor)
    dim = _wrapped("split", dim, len(shape))
    sizes = ([split_size] * -(-shape[dim] // split_size) if isinstance(split_size, int) and split_size > 0
             else [split_size] if isinstance(split_size, int) else list(split_size))
    if any(size <= 0 for size in sizes):
        raise error("bad_input", f"[ttnn.split] expected sizes above 0; found {sizes}. split_size should be greater "
                                 f"than 0, instead got: {sizes}")
    if sum(sizes) < shape[dim]:
        raise error("bad_input", f"[ttnn.split] expected sizes that add up to {shape[dim]}; found {sizes}. Split "
                                 f"sizes should sum to at least dimension size. Split sizes: {sizes} dimension "
                                 f"{shape[dim]}")
    parts, begin = [], 0
    for size in sizes:
        starts, ends = [0] * len(shape), list(shape)
        starts[dim], ends[dim] = begin, min(begin + size, shape[dim])
        parts.append(slice(input_tensor, starts, ends, memory_config=memory_config))
        begin += size
    return parts


def chunk(input_tensor, chunks, dim=0):
    """So many slices of one size along a dimension, the last as large as is left."""
    expect_later_word("chunk")
    shape = sizes_of("chunk", input_tensor)
    dim = _wrapped("chunk", dim, len(shape))
    return split(input_tensor, -(-shape[dim] // int(chunks)), dim)


def pad(input_tensor, *places, padding=None, output_padded_shape=None, input_tensor_start=None, value=None,
        use_multicore=True, memory_config=None):
    """A value before and after the last dimensions: (padding, value), or (new shape, where the input starts, value)."""
    shape = sizes_of("pad", input_tensor)
    numbers = [place for place in places if isinstance(place, (int, float))]
    lists = [place for place in places if not isinstance(place, (int, float))]
    value = numbers[0] if numbers else value
    if len(lists) == 2:
        output_padded_shape, input_tensor_start = lists
    elif lists:
        padding = lists[0]
    if value is None or (padding is None and None in (output_padded_shape, input_tensor_start)):
        raise ArgumentError("[ttnn.pad] expected padding and a value, or a shape, a start and a value (incompatible "
                        "function arguments); found less")
    if output_padded_shape is not None:
        padding = [(start, whole - size - start)
                   for whole, start, size in zip(_ints(output_padded_shape), _ints(input_tensor_start), shape)]
    padding = [tuple(_ints(pair)) for pair in padding]
    if len(padding) > len(shape):
        raise error("bad_input", f"[ttnn.pad] expected at most {len(shape)} pairs; found {len(padding)}. ttnn.pad: "
                                 "padding len can't be larger than input tensor rank")
    padding = [(0, 0)] * (len(shape) - len(padding)) + padding
    before, after = ([pair[side] for pair in padding] for side in (0, 1))
    core = allocated("pad", input_tensor)
    if input_tensor._device is None:
        return moved(_core.pad(core, before, after, float(value)), input_tensor, input_tensor.layout)
    if not any(before) and not any(after):
        return input_tensor
    return moved(_core.pad(core, before, after, float(value), **place("pad", memory_config)), input_tensor)


def squeeze(input_tensor, dim=None):
    """Without its dimensions of size 1, or without those of them that are named."""
    shape = sizes_of("squeeze", input_tensor)
    rank = len(shape)
    named = list(range(rank) if dim is None else [dim] if isinstance(dim, int) else dim)
    if rank == 0 and named in ([], [0], [-1]):
        return input_tensor
    dims = [_wrapped("squeeze", one, rank) for one in named]
    if len(set(dims)) < len(dims):
        raise error("bad_input", f"[ttnn.squeeze] expected each dimension once; found {named}. dim appears "
                                 "multiple times in the list of dims")
    sizes = [size for place, size in enumerate(shape) if place not in dims or size != 1]
    return input_tensor if sizes == shape else reshaped("squeeze", input_tensor, sizes)


def unsqueeze(input_tensor, dim):
    """A dimension of size 1 more."""
    sizes = sizes_of("unsqueeze", input_tensor)
    sizes.insert(_wrapped("unsqueeze", dim, len(sizes), 1), 1)
    return reshaped("unsqueeze", input_tensor, sizes)


def unsqueeze_to_4D(tensor):
    """Dimensions of size 1 in front, until there are four."""
    sizes = sizes_of("unsqueeze_to_4D", tensor)
    if len(sizes) > 4:
        raise error("bad_input", f"[ttnn.unsqueeze_to_4D] expected at most four dimensions; found {len(sizes)}")
    return tensor if len(sizes) == 4 else reshaped("unsqueeze_to_4D", tensor, [1] * (4 - len(sizes)) + sizes)


def repeat(input_tensor, repeat_dims, *, memory_config=None):
    """The whole tensor so often along each dimension."""
    on_device("repeat", _MOVE, input_tensor)
    return moved(_core.repeat(input_tensor._core, _ints(repeat_dims), **place("repeat", memory_config)), input_tensor)


def repeat_interleave(input_tensor, repeats, dim, *, memory_config=None):
    """Each element so often in a row along one dimension."""
    on_device("repeat_interleave", _MOVE, input_tensor)
    times = [1] * len(input_tensor.shape)
    times[_wrapped("repeat_interleave", dim, len(times))] = int(repeats)
    options = place("repeat_interleave", memory_config)
    return moved(_core.repeat_interleave(input_tensor._core, times, **options), input_tensor)


def expand(input_tensor, output_shape, *, memory_config=None):
    """Dimensions of size 1 repeated to another size; -1 keeps one."""
    shape, wanted = sizes_of("expand", input_tensor), _ints(output_shape)
    fits = len(shape) <= len(wanted) and all(new in (-1, old) or old == 1 for old, new in zip(shape, wanted))
    if not fits:
        raise error("bad_input", f"[ttnn.expand] expected a shape that differs from {shape} where its size is 1; "
                                 f"found {wanted}. Only size 1 dimensions can be expanded in the output shape")
    times = [1 if new in (-1, old) else new for old, new in zip(shape, wanted)] + wanted[len(shape):]
    return repeat(input_tensor, times, memory_config=memory_config)


# Layouts and places.


def to_memory_config(input_tensor, memory_config, dtype=None, *, output_tensor=None):
    """The same tensor where memory_config says; a copy if it lies elsewhere."""
    on_device("to_memory_config", _MOVE, input_tensor)
    expect_types("to_memory_config", memory_config=(memory_config or False, MemoryConfig), dtype=(dtype, DataType))
    refuse_options("to_memory_config", dtype=None if dtype in (None, input_tensor.dtype) else dtype,
                   output_tensor=output_tensor)
    if memory_config == input_tensor.memory_config():
        return input_tensor
    return moved(_core.to_memory(input_tensor._core, **place("to_memory_config", memory_config)), input_tensor)


def clone(input_tensor, *, memory_config=None, dtype=None, compute_kernel_config=None):
    """A copy where the tensor lies, or where memory_config says."""
    on_device("clone", "Clone: input must be on device", input_tensor)
    if dtype not in (None, input_tensor.dtype) and input_tensor.layout is not TILE_LAYOUT:
        raise error("bad_input", f"[ttnn.clone] expected the dtype {input_tensor.dtype} in rows; found {dtype}. Clone: "
                                 "data type conversion is only supported with tile layout")
    refuse_options("clone", dtype=None if dtype is input_tensor.dtype else dtype)
    memory_config = memory_config or input_tensor.memory_config()
    return wrap(_core.clone(input_tensor._core, **place("clone", memory_config)), input_tensor._device)


def _in_layout(op, tensor, layout, memory_config, dtype=None, value=None):
    on_device(op, _MOVE, tensor)
    refuse_options(op, dtype=None if dtype in (None, tensor.dtype) else dtype)
    return moved(_core.to_layout(tensor._core, layout_words[layout], value=value, **place(op, memory_config)), tensor)


def tilize(input_tensor, *, memory_config=None, dtype=None, use_multicore=True):
    """Rows to tiles; both last sizes are multiples of 32."""
    sizes = sizes_of("tilize", input_tensor)[-2:]
    if any(size % TILE_SIZE for size in sizes):
        raise error("bad_input", f"[ttnn.tilize] expected whole tiles; found shape {input_tensor.shape}. Use "
                                 "ttnn.tilize_with_zero_padding or ttnn.to_layout")
    return _in_layout("tilize", input_tensor, TILE_LAYOUT, memory_config, dtype)


def tilize_with_val_padding(input_tensor, output_tensor_shape, pad_value, *, memory_config=None, dtype=None,
                            use_multicore=True):
    """Rows to tiles, with a value around."""
    sizes = sizes_of("tilize_with_val_padding", input_tensor)
    whole = [*sizes[:-2], *(-(-size // TILE_SIZE) * TILE_SIZE for size in sizes[-2:])]
    if _ints(output_tensor_shape) != whole:
        raise error("unsupported", f"[ttnn.tilize_with_val_padding] expected the shape {whole}; found "
                                   f"{_ints(output_tensor_shape)}. {HOW_TO_ASK}.")
    return _in_layout("tilize_with_val_padding", input_tensor, TILE_LAYOUT, memory_config, dtype, float(pad_value))


def tilize_with_zero_padding(input_tensor, *, memory_config=None, output_dtype=None, use_multicore=True):
    """Rows to tiles, with zeros around."""
    return _in_layout("tilize_with_zero_padding", input_tensor, TILE_LAYOUT, memory_config, output_dtype)


def untilize(input_tensor, *, memory_config=None, use_multicore=True, use_pack_untilize=True, sub_core_grids=None):
    """Tiles to rows."""
    refuse_options("untilize", sub_core_grids=sub_core_grids)
    return _in_layout("untilize", input_tensor, ROW_MAJOR_LAYOUT, memory_config)


def untilize_with_unpadding(input_tensor, output_tensor_end, *, memory_config=None, use_multicore=True,
                            use_pack_untilize=True):
    """Tiles to rows, up to the last element of each dimension that is named."""
    rows = _in_layout("untilize_with_unpadding", input_tensor, ROW_MAJOR_LAYOUT, memory_config)
    ends = [end + 1 for end in _ints(output_tensor_end)]
    return rows if ends == list(rows.shape) else slice(rows, [0] * len(ends), ends)
