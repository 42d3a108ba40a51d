"""ONNX's own node tests of Attention, all 93: tests/golden/onnx_attention says where they come from."""
import json
import unittest
from pathlib import Path

import numpy as np

import wattention

FILE = Path(__file__).resolve().parents[2] / "tests" / "golden" / "onnx_attention" / "cases.npz"
# The result's own last place, twice: the expected one is summed and weighed in halves, ours in f32.
BOUNDS = {"f32": 1e-3, "f16": 2 * 2.0**-10, "bf16": 2 * 2.0**-7}


class Case:
    def __init__(self, file, name):
        self.file, self.name = file, name

    def has(self, word):
        return f"{self.name}/{word}" in self.file or f"{self.name}/{word}.bf16" in self.file

    def tensor(self, word):
        if f"{self.name}/{word}.bf16" in self.file:
            return wattention.Tensor.from_bits(self.file[f"{self.name}/{word}.bf16"])
        return wattention.Tensor(self.file[f"{self.name}/{word}"])

    def heads(self, word, count):
        """[B, T, heads * D] as [B, heads, T, D]; four dimensions stay."""
        tensor = self.tensor(word)
        if tensor.ndim == 4:
            return tensor
        batch, rows, width = tensor.shape
        return wattention.permute(tensor.view([batch, rows, count, width // count]), [0, 2, 1, 3])

    def mask(self, keys, dtype):
        """A mask may end before the keys do: what is beyond is not seen."""
        mask = self.file[f"{self.name}/attn_mask"] if f"{self.name}/attn_mask" in self.file \
            else self.tensor("attn_mask").numpy()
        beyond = keys - mask.shape[-1]
        if beyond > 0:
            value = False if mask.dtype == bool else -np.inf
            mask = np.pad(mask, [(0, 0)] * (mask.ndim - 1) + [(0, beyond)], constant_values=value)
        return mask if mask.dtype == bool else wattention.Tensor(mask.astype(np.float32))

    def run(self, attributes):
        options, dtype = {}, self.tensor("Q").dtype
        for name, ours in (("scale", "scale"), ("softcap", "softcap")):
            if name in attributes:
                options[ours] = attributes[name]
        for side in ("left", "right"):
            if attributes.get(f"{side}_window_size", -1) >= 0:
                options[f"window_{side}"] = attributes[f"{side}_window_size"]
        query, key, value = self.tensor("Q"), self.tensor("K"), self.tensor("V")
        if query.ndim == 3:
            options |= {"heads": attributes["q_num_heads"], "kv_heads": attributes["kv_num_heads"]}
        if self.has("past_key"):
            heads, kv_heads = attributes.get("q_num_heads"), attributes.get("kv_num_heads")
            key = wattention.concat([self.tensor("past_key"), self.heads("K", kv_heads)], 2)
            value = wattention.concat([self.tensor("past_value"), self.heads("V", kv_heads)], 2)
            query, options = self.heads("Q", heads), {k: v for k, v in options.items() if "heads" not in k}
            options["position"] = self.tensor("past_key").shape[2]  # whatever number of keys comes with the queries
        if self.has("nonpad_kv_seqlen"):
            options["key_lengths"] = wattention.Tensor(self.file[f"{self.name}/nonpad_kv_seqlen"].astype(np.int32))
        keys = key.shape[-2]
        mask = self.mask(keys, dtype) if self.has("attn_mask") else None
        found = wattention.scaled_dot_product_attention(query, key, value, mask,
                                                        is_causal=bool(attributes.get("is_causal", 0)), **options)
        if found.ndim != len(self.tensor("Y").shape):  # heads back to where they came from
            found = wattention.concatenate_heads(found)
        return found


class Onnx(unittest.TestCase):
    def test_every_case(self):
        file = np.load(FILE)
        cases = json.loads(str(file["cases"]))["cases"]
        self.assertEqual(len(cases), 93)
        for name, attributes in cases.items():
            with self.subTest(name):
                case = Case(file, name)
                found, expected = case.run(attributes), case.tensor("Y")
                self.assertEqual(found.dtype, expected.dtype)
                np.testing.assert_allclose(found.to("f32").numpy(), expected.to("f32").numpy(),
                                           rtol=BOUNDS[found.dtype], atol=1e-7 if found.dtype == "f32" else 1e-3)


if __name__ == "__main__":
    unittest.main()
