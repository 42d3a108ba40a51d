"""A GPT-2 block with a KV cache as a TT-NN program: a prompt, then token after token, beside the same in PyTorch.

  PYTHONPATH=build/python python3 examples/gpt2_block.py

The weights are random. PyTorch reads the tokens that the card chose, so each step compares what both would say next.
Prints the tokens, how near the scores of the next token are, and what a token would take on a real n150d.
"""
import torch
from torch.nn import functional

import wattention.ttnn as ttnn

VOCABULARY, CAPACITY = 512, 64
HEADS, HEAD_DIM = 4, 32
WIDTH = HEADS * HEAD_DIM
EPSILON = 1e-5
FAR_BELOW = -1e5  # added to the scores of tokens that come later
PROMPT, NEW_TOKENS = [11, 499, 73, 250, 8], 12


def random_weights(seed=789):
    torch.manual_seed(seed)
    shapes = {"qkv": (WIDTH, 3 * WIDTH), "out": (WIDTH, WIDTH), "up": (WIDTH, 4 * WIDTH), "down": (4 * WIDTH, WIDTH)}
    weights = {name: torch.randn(shape) * shape[0] ** -0.5 for name, shape in shapes.items()}
    weights.update({f"{name}_bias": torch.randn(1, shape[1]) * 0.1 for name, shape in shapes.items()})
    for name in ("norm_1", "norm_2", "norm_last"):
        weights[name] = 1 + torch.randn(1, WIDTH) * 0.1
        weights[f"{name}_bias"] = torch.randn(1, WIDTH) * 0.1
    weights["tokens"] = torch.randn(VOCABULARY, WIDTH)
    weights["head"] = torch.randn(WIDTH, VOCABULARY) * WIDTH**-0.5  # GPT-2 has the tokens' table here, transposed
    weights["positions"] = torch.randn(CAPACITY, WIDTH) * 0.1
    return {name: weight.bfloat16().float() for name, weight in weights.items()}


def torch_scores(weights, ids):
    """Of the next token behind each of `ids`: [tokens, VOCABULARY]."""
    def norm(x, name):
        return functional.layer_norm(x, (WIDTH,), weights[name][0], weights[f"{name}_bias"][0], EPSILON)

    def linear(x, name):
        return x @ weights[name] + weights[f"{name}_bias"]

    x = weights["tokens"][ids] + weights["positions"][:len(ids)]
    query, key, value = (part.unflatten(-1, (HEADS, HEAD_DIM)).transpose(0, 1)
                         for part in linear(norm(x, "norm_1"), "qkv").chunk(3, -1))
    weighted = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    x = x + linear(weighted.transpose(0, 1).flatten(1), "out")
    x = x + linear(functional.gelu(linear(norm(x, "norm_2"), "up")), "down")
    return norm(x, "norm_last") @ weights["head"]


class Generator:
    """The block on the card, with keys and values of the tokens that it has read."""

    def __init__(self, weights, device):
        self.device, self.length = device, 0
        tables = {"tokens", "positions"}
        self.weights = {name: self.send(weight, layout=ttnn.ROW_MAJOR_LAYOUT if name in tables else ttnn.TILE_LAYOUT)
                        for name, weight in weights.items()}
        self.keys, self.values = (self.send(torch.zeros(1, HEADS, CAPACITY, HEAD_DIM)) for _ in range(2))
        self.mask = self.send(torch.full((1, 1, CAPACITY, CAPACITY), FAR_BELOW).triu(1))

    def send(self, tensor, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT):
        return ttnn.from_torch(tensor, dtype=dtype, layout=layout, device=self.device)

    def linear(self, x, name, **options):
        return ttnn.linear(x, self.weights[name], bias=self.weights[f"{name}_bias"], **options)

    def norm(self, x, name):
        return ttnn.layer_norm(x, weight=self.weights[name], bias=self.weights[f"{name}_bias"], epsilon=EPSILON)

    def remember(self, key, value, tokens):
        for cache, new in ((self.keys, key), (self.values, value)):
            if self.length == 0:
                ttnn.fill_cache(cache, new, 0)
            else:
                ttnn.update_cache(cache, new, self.length)
        self.length += tokens

    def attention(self, x, tokens):
        fused = self.linear(x, "qkv")
        query, key, value = ttnn.transformer.split_query_key_value_and_split_heads(fused, num_heads=HEADS,
                                                                                   transpose_key=False)
        self.remember(key, value, tokens)
        mask = self.mask[:, :, self.length - tokens:self.length, :]
        scores = ttnn.matmul(query, ttnn.permute(self.keys, (0, 1, 3, 2))) * HEAD_DIM**-0.5 + mask
        weighted = ttnn.matmul(ttnn.softmax(scores, dim=-1), self.values)
        return self.linear(ttnn.transformer.concatenate_heads(weighted), "out")

    def scores(self, ids):
        """Reads more tokens. Of the next one behind the last: [VOCABULARY], on the host."""
        rows = {"tokens": ids, "positions": list(range(self.length, self.length + len(ids)))}
        embedded = [ttnn.embedding(self.send(torch.tensor([row]), ttnn.uint32, ttnn.ROW_MAJOR_LAYOUT),
                                   self.weights[name], layout=ttnn.TILE_LAYOUT) for name, row in rows.items()]
        x = embedded[0] + embedded[1]
        x = x + self.attention(self.norm(x, "norm_1"), len(ids))
        x = x + self.linear(self.linear(self.norm(x, "norm_2"), "up", activation="gelu"), "down")
        return ttnn.to_torch(ttnn.matmul(self.norm(x, "norm_last"), self.weights["head"]))[0, -1].float()


def main():
    """Gives the least PCC of a step's scores, and in how many steps both choose the same token."""
    weights = random_weights()
    device = ttnn.open_device(device_id=0)
    ttnn.enable_program_cache(device)
    generator, ids, pccs, agreed = Generator(weights, device), list(PROMPT), [], 0
    found = generator.scores(ids)
    for step in range(NEW_TOKENS):
        truth = torch_scores(weights, ids)[-1]
        pccs.append(torch.corrcoef(torch.stack([found, truth]))[0, 1].item())
        agreed += int(found.argmax() == truth.argmax())
        ids.append(int(found.argmax()))
        with ttnn.modelled(device) as modelled:
            found = generator.scores(ids[-1:])
    ttnn.close_device(device)
    print(f"prompt {PROMPT}, then {ids[len(PROMPT):]}")
    print(f"PyTorch in float32 would choose the same in {agreed} of {NEW_TOKENS} steps; the least PCC of the scores is "
          f"{min(pccs):.5f}")
    time_ms = modelled["time_ms"]
    print(f"modelled on an n150d, the last token: {time_ms['value']:.2f} ms ({time_ms['low']:.2f} to "
          f"{time_ms['high']:.2f}), {modelled['device_busy_ms']:.2f} ms of them on the device; "
          f"{modelled['card_j']['value'] * 1e3:.1f} mJ")
    return min(pccs), agreed


if __name__ == "__main__":
    raise SystemExit(0 if main()[0] >= 0.99 else "PCC below 0.99")
