import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
values = np.random.default_rng(0).normal(size=(2, 512, 512)).astype("f")
x, w = (ttnn.from_torch(v, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device) for v in values)
scores = ttnn.matmul(x, w, core_grid=ttnn.CoreGrid(y=8, x=8))
weights = ttnn.softmax(scores * 0.04, dim=-1)
ttnn.to_torch(ttnn.matmul(weights, w))
