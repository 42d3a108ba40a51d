"""What programs ask of a tensor, how alike two are, and the fallback to torch."""
import numpy as np

from ._convert import from_torch, to_torch
from ._golden import get_golden_function
from ._tensor import Tensor
from ._types import StorageType

__all__ = ["get_fallback_function", "has_storage_type_of", "has_tile_padding", "is_sharded",
           "is_tensor_storage_on_device", "pearson_correlation_coefficient"]


def has_storage_type_of(tensor, storage_type):
    return tensor.storage_type() == storage_type


def is_tensor_storage_on_device(tensor):
    return tensor.storage_type() is StorageType.DEVICE


def is_sharded(tensor):
    return tensor.is_sharded()


def has_tile_padding(tensor, *, dim=None):
    """Whether the dimension, or one of the last two, is padded to whole tiles."""
    pairs = list(zip(tensor.shape, tensor.padded_shape))
    return any(size != padded for size, padded in (pairs[-2:] if dim is None else [pairs[dim]]))


def pearson_correlation_coefficient(expected, actual):
    """Of two tensors, with 0 for what is no finite number: 1 for equal ones, 0 where only one has values other than 0.

    `actual` is taken in the dtype of `expected`, a tensor of torch.
    """
    actual = to_torch(actual) if isinstance(actual, Tensor) else actual
    if not hasattr(expected, "detach"):
        raise ValueError("Expected tensor is not a torch.Tensor")
    a, b = (np.asarray(each.detach().double()).ravel() for each in (expected, actual.type(expected.dtype)))
    all_nan = np.isnan(a).all(), np.isnan(b).all()
    if any(all_nan) or np.any(a) != np.any(b):
        return 1.0 if all(all_nan) else 0.0
    a, b = (np.where(np.isfinite(each), each, 0) for each in (a, b))
    if np.array_equal(a, b):
        return 1.0
    found = np.min(np.ma.corrcoef(a, b))
    return 1.0 if found is np.ma.masked else float(found)


def get_fallback_function(operation):
    """`operation` as torch computes it on the host: its tensors go there and come back in the first one's form."""
    golden = get_golden_function(operation)

    def fallback(*arguments, **options):
        inputs = [value for value in [*arguments, *options.values()] if isinstance(value, Tensor)]
        result = golden(*(to_torch(value) if isinstance(value, Tensor) else value for value in arguments),
                        **{key: to_torch(value) if isinstance(value, Tensor) else value
                           for key, value in options.items()})
        if not inputs:
            return result
        return from_torch(result, dtype=inputs[0].dtype, layout=inputs[0].layout, device=inputs[0].device())

    return fallback
