"""Attention over the patches of an image: many keys, sums of 8 bits (tt-metal #16142)."""
import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
random = np.random.default_rng(1)


def send(values, dtype=ttnn.bfloat16):
    return ttnn.from_torch(values.astype("f"), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)


query, key, value = (send(random.normal(size=(1, 2, 1024, 64))) for _ in range(3))
ttnn.to_torch(ttnn.transformer.scaled_dot_product_attention(query, key, value, is_causal=False))
