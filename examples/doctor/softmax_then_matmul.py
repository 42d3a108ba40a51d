"""A softmax of wide scores multiplies the small errors before it (tt-metal #39518)."""
import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
random = np.random.default_rng(1)


def send(values, dtype=ttnn.bfloat16):
    return ttnn.from_torch(values.astype("f"), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)


images, classes = send(random.normal(size=(64, 512))), send(random.normal(size=(512, 1024)))
scores = ttnn.matmul(images, classes)
weights = ttnn.softmax(scores, dim=-1, numeric_stable=True)
ttnn.to_torch(ttnn.matmul(weights, send(random.normal(size=(1024, 64)))))
