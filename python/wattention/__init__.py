"""Self-attention on the chip you have: proven numbers, measured time, metered energy.

    import wattention

    generator = wattention.Generator(789)                    # torch.manual_seed(789)
    attention = wattention.SelfAttention(3, 2, generator)    # weights as nn.Linear draws them
    context = attention(tokens)                              # [6, 3] -> [6, 2], on the CPU
    card = wattention.open_device("wormhole")                # the software n150d
    same = attention.to(card, "resident")(tokens)

`wattention.ttnn` is the same library in the shape of TT-NN's Python API.
"""
from ._core import *
from ._core import __version__
from ._attention import scaled_dot_product_attention
from ._releases import ReleaseComparison, compare_releases

__all__ = [name for name in dir() if not name.startswith("_")]
