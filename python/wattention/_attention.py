"""torch's scaled_dot_product_attention, on this library's kernels: arrays in, the same kind of array out."""
import math

from . import _core

_OP = "scaled_dot_product_attention"


def _fail(sentence, kind="bad_input"):
    error = _core.Error(f"[{_OP}] expected {sentence}")
    error.kind = kind
    raise error


def _is_torch(array):
    return type(array).__module__.partition(".")[0] == "torch"


def _is_contiguous(array):
    return array.is_contiguous() if _is_torch(array) else array.flags.c_contiguous


def _refuse_gradients(*arrays):
    for array in arrays:
        if getattr(array, "requires_grad", False):
            import torch
            if torch.is_grad_enabled():
                _fail("tensors without gradients, which are not computed here (torch.no_grad()); found one that "
                      "requires them", "unsupported")


def _mask_of(mask):
    """Bools as bytes; a dimension that `expand` repeats as the one that it is."""
    if mask is None or isinstance(mask, _core.Tensor):
        return mask
    if _is_torch(mask):
        import torch
        strides, narrow = mask.stride(), lambda dim: mask.narrow(dim, 0, 1)
        is_bool, as_bytes = mask.dtype == torch.bool, lambda: mask.contiguous().view(torch.uint8)
    else:
        import numpy
        mask = numpy.asarray(mask)
        strides, narrow = mask.strides, lambda dim: mask.take([0], axis=dim)
        is_bool, as_bytes = mask.dtype == bool, lambda: numpy.ascontiguousarray(mask).view(numpy.uint8)
    for dim, stride in enumerate(strides):
        if stride == 0 and mask.shape[dim] > 1:
            mask = narrow(dim)
    return as_bytes() if is_bool else mask


def _for_batches(mask, query, options):
    """torch's [batch, queries, keys] beside queries [batch, queries, head_dim], as a mask of one head."""
    if mask is None or mask.ndim != 3 or query.ndim != 3 or "heads" in options or "kv_heads" in options:
        return mask
    batch, *rest = mask.shape
    shape = [batch, 1, *rest]
    return mask.view(shape) if isinstance(mask, _core.Tensor) else mask.reshape(shape)


def _are_alike(arrays):
    """All torch's, or all NumPy's."""
    return all(map(_is_torch, arrays)) or all(type(array).__module__ == "numpy" for array in arrays)


def _heads_last(array):
    """[batch, heads, rows, columns] that lies as [batch, rows, heads * columns]: that view, else None."""
    batch, heads, rows, columns = array.shape
    rows_first = array.swapaxes(1, 2)
    return rows_first.reshape(batch, rows, heads * columns) if _is_contiguous(rows_first) else None


def _attend_heads_last(query, key, value, mask, options):
    """Where all three are transposed views, they are read where they lie, and so is the result."""
    arrays = query, key, value
    if any(array.ndim != 4 for array in arrays) or all(map(_is_contiguous, arrays)):
        return None
    views = [_heads_last(array) for array in arrays]
    if any(view is None for view in views):
        return None
    heads, kv_heads = query.shape[1], key.shape[1]
    if value.shape[1] != kv_heads:
        return None
    context = getattr(_core, _OP)(*views, mask, heads=heads, kv_heads=kv_heads, **options)
    batch, rows, _ = context.shape
    return context.view([batch, rows, heads, value.shape[3]]), True


def _attend(query, key, value, mask, options):
    with_heads = any(name in options for name in ("heads", "kv_heads"))
    if with_heads or not _are_alike((query, key, value)):
        return getattr(_core, _OP)(query, key, value, mask, **options), False
    if (lying := _attend_heads_last(query, key, value, mask, options)) is not None:
        return lying
    if query.ndim <= 4:
        return getattr(_core, _OP)(query, key, value, mask, **options), False
    leading = query.shape[:-3]  # any number of batches
    if mask is not None and mask.ndim > 4:
        _fail(f"a mask of at most 4 dimensions; found {mask.ndim}")
    if any(tuple(array.shape[:-3]) != tuple(leading) for array in (key, value)):
        _fail(f"equal batches; found {tuple(query.shape)}, {tuple(key.shape)} and {tuple(value.shape)}")
    batches = math.prod(leading)
    query, key, value = (array.reshape(batches, *array.shape[-3:]) for array in (query, key, value))
    context = getattr(_core, _OP)(query, key, value, mask, **options)
    return context.view([*leading, *context.shape[1:]]), False


_BESIDE_A_CACHE = {"is_causal", "scale", "alignment", "position", "softcap", "window_left", "window_right"}


def _tensor(array):
    return array if isinstance(array, _core.Tensor) else _core.Tensor(array)


def _like(query, context, is_heads_last):
    """A Tensor as the array that the query is."""
    if isinstance(query, _core.Tensor):
        return context
    if _is_torch(query):
        import torch
        array = torch.from_dlpack(context)
    else:
        array = context.numpy()
    return array.swapaxes(1, 2) if is_heads_last else array


def scaled_dot_product_attention(query, key, value=None, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
                                 enable_gqa=False, **options):
    if dropout_p != 0:
        _fail(f"a dropout_p of 0, as this is for inference; found {dropout_p}", "unsupported")
    _refuse_gradients(query, key, value, attn_mask)
    if is_causal:
        options["is_causal"] = True
    if scale is not None:
        options["scale"] = scale
    mask = _mask_of(attn_mask)
    if isinstance(key, _core.KeyValueCache):
        if value is not None:
            _fail("no value beside a cache, which has its own; found one")
        if unknown := set(options) - _BESIDE_A_CACHE:
            _fail(f"no {sorted(unknown)[0]} beside a cache; found it")
        context = key.attend(_tensor(query), None if mask is None else _tensor(mask), **options)
        return _like(query, context, False)
    if value is None:
        _fail("a value; found none")
    context, is_heads_last = _attend(query, key, value, _for_batches(mask, query, options), options)
    return _like(query, context, is_heads_last)


scaled_dot_product_attention.__doc__ = (
    "scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, "
    "dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False, *, "
    "key_lengths: Tensor | None = None, alignment: str | None = None, position: int | None = None, "
    "softcap: float | None = None, "
    "window_left: int | None = None, window_right: int | None = None, heads: int | None = None, "
    "kv_heads: int | None = None, core_grid: CoreGrid | None = None, q_chunk_size: int | None = None, "
    "k_chunk_size: int | None = None, exp_approx_mode: bool | None = None, fidelity: str | None = None, "
    "fp32_accumulate: bool | None = None, math_approx_mode: bool | None = None, memory: str | None = None, "
    "sharding: str | None = None) -> Tensor\n\n"
    "torch.nn.functional's function with its signature, for inference: torch tensors, NumPy arrays or Tensors in, the "
    "same kind out; their memory is shared, and views that transpose(1, 2) made are read where they lie. enable_gqa is "
    "taken and not needed: fewer heads of keys serve neighbouring query heads.\n\n"
    "key may be a KeyValueCache, without a value: the queries are then the sequence's last ones.\n\n"
    + getattr(_core, _OP).__doc__.partition("\n\n")[2])
