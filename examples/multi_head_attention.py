"""A multi-head attention block as a TT-NN program, on the software Wormhole, beside the same formula in float64.

  PYTHONPATH=build/python python3 examples/multi_head_attention.py

Prints how far the card's digits are from float64, and what the block would take on a real n150d.
"""
import numpy as np

import wattention.ttnn as ttnn

BATCH, TOKENS, HEADS, HEAD_DIM = 2, 64, 4, 32
WIDTH = HEADS * HEAD_DIM


def block(x, weights):
    """x [BATCH, TOKENS, WIDTH] on the device."""
    fused = ttnn.linear(x, weights["qkv"], bias=weights["qkv_bias"])
    ttnn.deallocate(x)
    query, key, value = ttnn.transformer.split_query_key_value_and_split_heads(fused, num_heads=HEADS)  # key transposed
    scores = ttnn.matmul(query, key) * (1 / HEAD_DIM**0.5)
    weighted = ttnn.matmul(ttnn.softmax(scores, dim=-1), value)
    return ttnn.linear(ttnn.transformer.concatenate_heads(weighted), weights["out"], bias=weights["out_bias"])


def exact(x, weights):
    x, weights = x.astype(np.float64), {name: weight.astype(np.float64) for name, weight in weights.items()}
    fused = x @ weights["qkv"] + weights["qkv_bias"]
    query, key, value = (part.reshape(BATCH, TOKENS, HEADS, HEAD_DIM).transpose(0, 2, 1, 3)
                         for part in np.split(fused, 3, axis=-1))
    scores = query @ key.transpose(0, 1, 3, 2) / HEAD_DIM**0.5
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    weighted = powers / powers.sum(-1, keepdims=True) @ value
    return weighted.transpose(0, 2, 1, 3).reshape(x.shape) @ weights["out"] + weights["out_bias"]


def main():
    draw = np.random.default_rng(789)
    x = draw.standard_normal((BATCH, TOKENS, WIDTH), np.float32)
    weights = {name: draw.standard_normal(shape, np.float32) * WIDTH**-0.5
               for name, shape in (("qkv", (WIDTH, 3 * WIDTH)), ("qkv_bias", (1, 3 * WIDTH)),
                                   ("out", (WIDTH, WIDTH)), ("out_bias", (1, WIDTH)))}
    device = ttnn.open_device(device_id=0)

    def send(array):
        return ttnn.from_torch(array, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device)

    there = {name: send(weight) for name, weight in weights.items()}
    ttnn.enable_program_cache(device)
    block(send(x), there)  # from now on the programs are built
    tokens = send(x)
    with ttnn.modelled(device) as model:
        result = block(tokens, there)
    values = ttnn.to_torch(result)
    result = np.asarray(values.float() if hasattr(values, "float") else values, np.float64)  # torch's, or NumPy's
    ttnn.close_device(device)
    truth = exact(x, weights)
    pcc = np.corrcoef(result.ravel(), truth.ravel())[0, 1]
    print(f"largest error {abs(result - truth).max():.4f} of values up to {abs(truth).max():.2f}, PCC {pcc:.5f}")
    time_ms = model["time_ms"]
    print(f"modelled on an n150d: {time_ms['value']:.2f} ms ({time_ms['low']:.2f} to {time_ms['high']:.2f}), "
          f"{model['device_busy_ms']:.2f} ms of them on the device; {model['card_j']['value'] * 1e3:.1f} mJ")
    return pcc


if __name__ == "__main__":
    raise SystemExit(0 if main() >= 0.99 else "PCC below 0.99")
