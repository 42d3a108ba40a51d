"""Attention as a compiler takes it apart: scores, softmax, context (tt-xla #3301)."""
import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
random = np.random.default_rng(1)


def send(values, dtype=ttnn.bfloat16):
    return ttnn.from_torch(values.astype("f"), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)


query, key, value = (send(random.normal(size=(1, 4, 128, 64)) * 3) for _ in range(3))
scores = ttnn.matmul(query, ttnn.transpose(key, -2, -1)) * 0.125
weights = ttnn.softmax(scores, dim=-1)
ttnn.to_torch(ttnn.matmul(weights, value))
