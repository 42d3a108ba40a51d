"""Self-attention on the chip you have: proven numbers, measured time, metered energy.

    import wattention

    generator = wattention.Generator(789)                    # torch.manual_seed(789)
    attention = wattention.SelfAttention(3, 2, generator)    # weights as nn.Linear draws them
    context = attention(tokens)                              # [6, 3] -> [6, 2], on the CPU
    card = wattention.open_device("wormhole")                # the software n150d
    same = attention.to(card, "resident")(tokens)

`wattention.ttnn` is the same library in the shape of TT-NN's Python API.
"""
from ._core import (
    AttentionStages,
    CoreGrid,
    Device,
    DeviceInfo,
    EnergyReading,
    Error,
    Generator,
    Joules,
    Linear,
    Meter,
    MeterInfo,
    OpReport,
    SelfAttention,
    Tensor,
    add,
    bench,
    divide,
    empty,
    estimate,
    format_torch,
    format_ttnn,
    linear,
    linear_weight,
    list_devices,
    list_meters,
    list_releases,
    load_npy,
    matmul,
    multiply,
    open_device,
    open_meter,
    permute,
    rand,
    randn,
    randn_at,
    reshape,
    save_npy,
    softmax,
    start_events,
    subtract,
    to_device,
    to_host,
    to_layout,
    transpose,
    verify,
    zeros,
)

__version__ = "0.1.0"
__all__ = [name for name in dir() if not name.startswith("_")]
