"""A prompt that is padded in front: every key of its first rows is masked (tt-metal #37841)."""
import numpy as np
import ttnn

device = ttnn.open_device(device_id=0)
random = np.random.default_rng(1)


def send(values, dtype=ttnn.bfloat16):
    return ttnn.from_torch(values.astype("f"), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)


scores = random.normal(size=(1, 2, 64, 64)) * 4
least = -3.3895e38
mask = np.triu(np.full((64, 64), least), 1)
mask[:, :16] = least
ttnn.to_torch(ttnn.softmax(ttnn.add(send(scores), send(np.broadcast_to(mask, scores.shape))), dim=-1))
