"""A product along 21,843 terms (tt-metal #23074)."""
import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
random = np.random.default_rng(1)


def send(values, dtype=ttnn.bfloat16):
    return ttnn.from_torch(values.astype("f"), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)


a, b = send(random.uniform(size=(1, 21843))), send(random.uniform(size=(21843, 96)))
ttnn.to_torch(ttnn.matmul(a, b))
