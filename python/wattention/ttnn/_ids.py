"""TT-NN's words for ids: embedding, argmax, topk, and typecast, which makes them. Names, defaults and refusals are its
own: tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: embedding, reduction/argmax, reduction/topk, copy.hpp.
"""
import enum

from .. import _core
from ._convert import dtype_word
from ._creation import full
from ._errors import HOW_TO_ASK, error, expect_types, refuse_options
from ._in_place import write
from ._memory import memory_word
from ._memory import place as placed
from ._release import expect_later_word
from ._tensor import on_device, wrap
from ._types import DataType, Layout, layout_words
from ._word import word

__all__ = ["EmbeddingsType", "argmax", "bitcast", "embedding", "topk", "typecast"]

_SENTENCE = "Tensor must already be on device"


class EmbeddingsType(enum.Enum):
    GENERIC = 0
    PADDED = 1
    BINARY = 2


def _place(op, memory_config):
    memory = memory_word(op, memory_config)
    return {} if memory is None else {"memory": memory}


@word("typecast")
def typecast(input_tensor, dtype, output_dtype=None, *, memory_config=None, output_tensor=None):
    """The numbers in another dtype, as the card's vector unit casts them; or from the dtype named to another."""
    device = on_device("typecast", "Operands to eltwise unary need to be on device!", input_tensor)
    expect_types("typecast", dtype=(dtype, DataType), output_dtype=(output_dtype, DataType))
    if output_dtype is not None and dtype is not input_tensor.dtype:
        raise error("bad_input", f"[ttnn.typecast] expected the input's dtype first; found {dtype}. input dtype and "
                                 "input tensor's dtype provided should match")
    output_dtype = dtype if output_dtype is None else output_dtype
    to = dtype_word("typecast", output_dtype)
    if output_tensor is None:
        return wrap(_core.typecast(input_tensor._core, to, **_place("typecast", memory_config)), device)
    if output_tensor.dtype is not output_dtype:
        raise error("bad_input", f"[ttnn.typecast] expected an output_tensor in {output_dtype}; found "
                                 f"{output_tensor.dtype}. If both output dtype and output tensor provided dtype should "
                                 "match")
    return _written("typecast", output_tensor,
                    _core.typecast(input_tensor._core, to, **_place("typecast", output_tensor.memory_config())))


@word("bitcast")
def bitcast(input_tensor, dtype, *, memory_config=None):
    """The same bits as another dtype, but for those that a copy of bfloat16 on the card changes."""
    expect_later_word("bitcast")
    device = on_device("bitcast", "Operands to eltwise unary need to be on device!", input_tensor)
    expect_types("bitcast", dtype=(dtype, DataType))
    to = dtype_word("bitcast", dtype)
    return wrap(_core.bitcast(input_tensor._core, to, **_place("bitcast", memory_config)), device)


# The same op under the name that it had.
IN_SUBMODULES = {"experimental.typecast": typecast}


def _written(op, output_tensor, core):
    """The output tensor with the result's values in its place."""
    on_device(op, _SENTENCE, output_tensor)
    if tuple(core.shape) != tuple(output_tensor.shape):
        raise error("unsupported", f"[ttnn.{op}] expected an output_tensor of shape {list(core.shape)}; found "
                                   f"{list(output_tensor.shape)}. {HOW_TO_ASK}.")
    write(op, output_tensor, core)
    return output_tensor


def _expect_kind(embeddings_type, padding_idx, rows):
    if padding_idx is None and embeddings_type is EmbeddingsType.PADDED:
        raise error("bad_input", "[ttnn.embedding] expected a padding_idx; found none. Pad token must be specified "
                                 "when PADDED Embeddings Type is specified")
    if padding_idx is None and embeddings_type is EmbeddingsType.BINARY and rows != 2:
        raise error("bad_input", f"[ttnn.embedding] expected a weight of 2 rows; found {rows}. Weight tensor must have "
                                 "2 embeddings for BINARY Embeddings Type")


@word("embedding")
def embedding(input_tensor, weight, *, padding_idx=None, layout=None, embeddings_type=EmbeddingsType.GENERIC,
              dtype=None, output_tensor=None, memory_config=None):
    """Row i of the weight for each id i: [batch, ids] -> [batch, ids, width], in the weight's layout unless told.

    padding_idx and embeddings_type say which rows a core keeps at hand; the result is the same.
    """
    device = on_device("embedding", _SENTENCE, input_tensor, weight)
    expect_types("embedding", layout=(layout, Layout), embeddings_type=(embeddings_type, EmbeddingsType),
                 dtype=(dtype, DataType))
    refuse_options("embedding", output_tensor=output_tensor, dtype=None if dtype is weight.dtype else dtype)
    ids, rows = tuple(input_tensor.shape), tuple(weight.shape)
    _expect_kind(embeddings_type, padding_idx, rows[-2])
    if any(size != 1 for size in rows[:-2]):
        raise error("bad_input", f"[ttnn.embedding] expected a weight of rows and columns; found shape {list(rows)}. "
                                 "First two dimensions for the weights must be 1")
    batch = ids[0] if len(ids) > 1 else 1
    if any(size != 1 for size in ids[1:-1]):
        raise error("bad_input", f"[ttnn.embedding] expected ids [batch, ids]; found shape {list(ids)}. Only dim 0 && "
                                 "3 for the input can be non 1")
    options = placed("embedding", memory_config)
    if layout is not None:
        options["layout"] = layout_words[layout]
    found = _core.embedding(input_tensor._core, weight._core, **options)
    return wrap(found if len(ids) <= 2 else _core.reshape(found, (batch, ids[-1], rows[-1])), device)


def _argmax_of_none(tensor, dim, keepdim, memory_config):
    """Of one number without dimensions the place 0; of no elements a tensor of none, unless they are searched."""
    sizes = list(tensor.shape)
    searched = range(len(sizes)) if dim is None else [dim % len(sizes)]
    for place in searched:
        if sizes[place] == 0:
            raise error("bad_input", f"[ttnn.argmax] expected elements in dimension {place}; found none. Expected "
                                     f"reduction dim {place} to have non-zero size")
    kept = [1 if place in searched else size for place, size in enumerate(sizes) if keepdim or place not in searched]
    return full(kept, 0, DataType.UINT32, tensor.layout, tensor.device(), memory_config or tensor.memory_config())


@word("argmax")
def argmax(input_tensor, dim=None, keepdim=False, *, sub_core_grids=None, use_multicore=False, memory_config=None,
           output_tensor=None):
    """Where the largest element lies along the last dimension, or among all: uint32, in rows."""
    device = on_device("argmax", _SENTENCE, input_tensor)
    refuse_options("argmax", sub_core_grids=sub_core_grids)
    if 0 in tuple(input_tensor.shape) or not tuple(input_tensor.shape):
        return _argmax_of_none(input_tensor, dim, keepdim, memory_config)
    options = {} if dim is None else {"dim": dim}
    place = memory_config if output_tensor is None else output_tensor.memory_config()
    found = _core.argmax(input_tensor._core, **options, keepdim=bool(keepdim), **_place("argmax", place))
    if output_tensor is None:
        return wrap(found, device)
    if output_tensor.dtype is not DataType.UINT32:
        raise error("bad_input", f"[ttnn.argmax] expected an output_tensor in uint32; found {output_tensor.dtype}. "
                                 "Only UINT32 is supported for outputs!")
    return _written("argmax", output_tensor, found)


@word("topk")
def topk(input_tensor, k=32, dim=-1, largest=True, sorted=True, *, out=None, memory_config=None):
    """The k largest or smallest elements along a dimension, in order, and where they lie as uint16."""
    device = on_device("topk", _SENTENCE, input_tensor)
    refuse_options("topk", out=out)
    size = tuple(input_tensor.shape)[dim] if input_tensor.shape else 0
    if k > size:
        raise error("unsupported", f"[ttnn.topk] expected k of at most {size}, as many as there are; found {k}. "
                                   f"{HOW_TO_ASK}.")
    results = _core.topk(input_tensor._core, dim=dim, k=k, smallest=not largest, **_place("topk", memory_config))
    return [wrap(result, device) for result in results]
