"""Products of numbers of one sign, along more and more terms (tt-metal #32584)."""
import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
random = np.random.default_rng(1)


def send(values, dtype=ttnn.bfloat16):
    return ttnn.from_torch(values.astype("f"), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)


for terms in (512, 1024, 2048):
    a, b = send(random.uniform(size=(128, terms))), send(random.uniform(size=(terms, 768)))
    ttnn.to_torch(ttnn.matmul(a, b))
