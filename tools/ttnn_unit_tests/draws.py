"""Random numbers of 16 bits as torch 2.2.1 draws them, the version that the release asks for.

Its torch.rand and Tensor.uniform_ give bfloat16 one of 256 numbers, of the generator's low 8 bits; later versions draw
finer ones. Some of the tests hold only for the numbers that their authors saw.
"""
import functools

import torch

BITS = {torch.bfloat16: 8, torch.float16: 11}  # of a significand: at::transformation::uniform_real


def drawn(shape, dtype, generator=None):
    """Numbers from 0 up to 1 in float32, each from one draw of the generator."""
    steps = 1 << BITS[dtype]
    return torch.randint(steps, tuple(shape), generator=generator).float() / steps


def _dtype_of(options):
    return options.get("dtype") or torch.get_default_dtype()


def _rand(original):
    @functools.wraps(original)
    def rand(*sizes, **options):
        if _dtype_of(options) not in BITS or not set(options) <= {"dtype", "generator"}:
            return original(*sizes, **options)
        shape = sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes
        return drawn(shape, options["dtype"], options.get("generator")).to(options["dtype"])

    return rand


def _rand_like(original):
    @functools.wraps(original)
    def rand_like(tensor, **options):
        dtype = options.get("dtype") or tensor.dtype
        if dtype not in BITS or not set(options) <= {"dtype"}:
            return original(tensor, **options)
        return drawn(tensor.shape, dtype).to(dtype)

    return rand_like


def _uniform(original):
    @functools.wraps(original)
    def uniform_(self, *bounds, **options):
        low, high = (*bounds, 0.0, 1.0)[:2] if len(bounds) != 1 else (bounds[0], 1.0)
        if self.dtype not in BITS or options:
            return original(self, *bounds, **options)
        return self.copy_(drawn(self.shape, self.dtype) * (high - low) + low)

    return uniform_


def install():
    torch.rand, torch.rand_like = _rand(torch.rand), _rand_like(torch.rand_like)
    torch.Tensor.uniform_ = _uniform(torch.Tensor.uniform_)
