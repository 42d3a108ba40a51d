"""A long sum of numbers of one sign, as a product with ones."""
import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
random = np.random.default_rng(1)


def send(values, dtype=ttnn.bfloat16):
    return ttnn.from_torch(values.astype("f"), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)


values, ones = send(random.uniform(0.9, 1, size=(32, 16384))), send(np.ones((16384, 32)))
ttnn.to_torch(ttnn.matmul(values, ones))
