"""A grid that is passed for speed lowers the fidelity in silence (tt-metal #55889)."""
import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
random = np.random.default_rng(1)


def send(values, dtype=ttnn.bfloat16):
    return ttnn.from_torch(values.astype("f"), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)


a, b = send(random.normal(size=(256, 256))), send(random.normal(size=(256, 256)))
ttnn.to_torch(ttnn.matmul(a, b, core_grid=ttnn.CoreGrid(y=8, x=8)))
