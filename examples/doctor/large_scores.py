"""Softmax of large scores (tt-metal #25193)."""
import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
random = np.random.default_rng(1)


def send(values, dtype=ttnn.bfloat16):
    return ttnn.from_torch(values.astype("f"), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)


scores = send(random.normal(size=(1, 2, 64, 64)) * 50 + 10)
ttnn.to_torch(ttnn.softmax(scores, dim=-1))
