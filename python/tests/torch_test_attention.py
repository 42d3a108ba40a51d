"""scaled_dot_product_attention beside torch's, on drawn configurations: torch tensors in and out."""
import random
import unittest

import torch
import torch.nn.functional as F
import wattention


def drawn(seed):
    """Operands and options that torch's function takes, too."""
    rng = random.Random(seed)
    generator = torch.Generator().manual_seed(seed)
    batch, kv_heads, group = rng.randint(1, 2), rng.randint(1, 3), rng.choice([1, 1, 2, 3])
    queries, keys = rng.choice([1, 3, rng.randint(1, 60)]), rng.choice([1, 5, rng.randint(1, 300)])
    head_dim = rng.choice([1, 8, 16, rng.randint(1, 96)])
    value_dim = rng.choice([head_dim, rng.randint(1, 96)])
    dtype = rng.choice([torch.float32, torch.float32, torch.bfloat16, torch.float16])

    def normal(heads, rows, columns):
        if rng.random() < 0.4:  # as a projection leaves it: [batch, rows, heads, columns], transposed
            return torch.randn(batch, rows, heads, columns, generator=generator).to(dtype).transpose(1, 2)
        return torch.randn(batch, heads, rows, columns, generator=generator).to(dtype)

    heads = kv_heads * group
    operands = normal(heads, queries, head_dim), normal(kv_heads, keys, head_dim), normal(kv_heads, keys, value_dim)
    options = {"enable_gqa": group > 1}
    if rng.random() < 0.3:
        options["scale"] = rng.uniform(0.05, 1)
    kind = rng.choice(["none", "none", "causal", "bool", "float"])
    if kind == "causal":
        options["is_causal"] = True
    elif kind != "none":
        shape = [rng.choice([1, batch]), rng.choice([1, heads]), rng.choice([1, queries]), keys]
        if kind == "bool":
            mask = torch.rand(shape, generator=generator) < 0.7
            mask[..., 0] = True  # a row of no keys is NaN in some of torch's kernels and 0 in others
        else:
            mask = torch.randn(shape, generator=generator).to(dtype)
        options["attn_mask"] = mask if rng.random() < 0.5 else mask.expand(batch, heads, queries, keys)
    return operands, options


# Of values of about 1: roundings of f32; of halves the result's own, and what torch rounds on its way.
BOUND = {torch.float32: 2e-5, torch.bfloat16: 0.04, torch.float16: 0.005}


class Attention(unittest.TestCase):
    def test_agrees_with_torch_on_500_drawn_configurations(self):
        squares = {dtype: [0.0, 0.0] for dtype in BOUND}  # of all errors: ours, torch's
        for seed in range(500):
            operands, options = drawn(seed)
            with self.subTest(seed=seed):
                found = wattention.scaled_dot_product_attention(*operands, **options)
                exact_options = {**options}
                if (mask := options.get("attn_mask")) is not None and mask.dtype != torch.bool:
                    exact_options["attn_mask"] = mask.double()
                exact = F.scaled_dot_product_attention(*(x.double() for x in operands), **exact_options)
                theirs = F.scaled_dot_product_attention(*operands, **options)
                self.assertEqual((found.shape, found.dtype), (theirs.shape, theirs.dtype))
                torch.testing.assert_close(found, theirs, atol=BOUND[found.dtype], rtol=BOUND[found.dtype])
                for index, context in enumerate((found, theirs)):
                    squares[found.dtype][index] += ((context.double() - exact) ** 2).sum().item()
        for dtype, (ours, torchs) in squares.items():
            with self.subTest(dtype=dtype):
                self.assertLessEqual(ours**0.5, 2 * torchs**0.5)

    def test_transposed_views_are_read_where_they_lie(self):
        query, key, value = (torch.randn(2, 20, 4, 16).transpose(1, 2) for _ in range(3))
        found = wattention.scaled_dot_product_attention(query, key, value, is_causal=True)
        torch.testing.assert_close(found, F.scaled_dot_product_attention(query, key, value, is_causal=True))
        self.assertTrue(found.transpose(1, 2).is_contiguous())

    def test_more_batches_and_fewer_dimensions(self):
        for shape in ((5, 8), (3, 5, 8), (2, 3, 4, 5, 8), (2, 2, 3, 1, 5, 8)):
            query, key, value = (torch.randn(shape) for _ in range(3))
            torch.testing.assert_close(wattention.scaled_dot_product_attention(query, key, value),
                                       F.scaled_dot_product_attention(query, key, value))

    def test_masks_of_three_dimensions_go_with_queries_of_three(self):
        query, key, value = (torch.randn(3, rows, 8) for rows in (5, 7, 7))
        for mask in (torch.randn(3, 5, 7), torch.randn(1, 5, 7), torch.rand(3, 5, 7) < 0.7, torch.randn(3, 1, 7),
                     torch.randn(3, 5, 1).expand(3, 5, 7), torch.randn(5, 7)):
            with self.subTest(mask=tuple(mask.shape)):
                if mask.dtype == torch.bool:
                    mask[..., 0] = True
                found = wattention.scaled_dot_product_attention(query, key, value, attn_mask=mask)
                torch.testing.assert_close(found, F.scaled_dot_product_attention(query, key, value, attn_mask=mask),
                                           atol=1e-5, rtol=1e-5)
                tensors = [wattention.Tensor(x) for x in (query, key, value)]
                other = wattention.scaled_dot_product_attention(*tensors, attn_mask=mask)
                self.assertEqual(torch.from_dlpack(other).tolist(), found.tolist())

    def test_shapes_of_no_rows_and_arrays_of_other_kinds(self):
        key = torch.randn(1, 5, 4, 16).transpose(1, 2)
        found = wattention.scaled_dot_product_attention(torch.empty(1, 4, 0, 16), key, key)
        self.assertEqual(tuple(found.shape), (1, 4, 0, 16))
        found = wattention.scaled_dot_product_attention(torch.empty(2, 1, 4, 0, 16), *2 * [torch.randn(2, 1, 4, 3, 16)])
        self.assertEqual(tuple(found.shape), (2, 1, 4, 0, 16))
        query = torch.randn(1, 4, 3, 16)
        mixed = wattention.scaled_dot_product_attention(query, key.numpy(), wattention.Tensor(key.contiguous()))
        torch.testing.assert_close(mixed, F.scaled_dot_product_attention(query, key, key))
        with self.assertRaisesRegex(wattention.Error, r"expected equal batches; found \(2, 3, 1, 4, 8\), \(3, 2"):
            wattention.scaled_dot_product_attention(torch.randn(2, 3, 1, 4, 8), *2 * [torch.randn(3, 2, 1, 4, 8)])
        heads_last = torch.randn(2, 5, 4 * 16)
        by_heads = heads_last.view(2, 5, 4, 16).transpose(1, 2)
        found = wattention.scaled_dot_product_attention(heads_last, heads_last, heads_last, heads=4)
        torch.testing.assert_close(found.view(2, 5, 4, 16).transpose(1, 2),
                                   F.scaled_dot_product_attention(by_heads, by_heads, by_heads))

    def test_masks_of_the_least_number_hide_as_torchs_do(self):
        query, key = torch.randn(1, 2, 40, 16), torch.randn(1, 2, 600, 16)
        for rows in (1, 40):
            mask = torch.zeros(1, 1, rows, 600)
            mask[..., :300] = torch.finfo(torch.float32).min
            torch.testing.assert_close(
                wattention.scaled_dot_product_attention(query[:, :, :rows].contiguous(), key, key, attn_mask=mask),
                F.scaled_dot_product_attention(query[:, :, :rows], key, key, attn_mask=mask), atol=1e-5, rtol=1e-5)

    def test_a_cache_takes_masks_as_wide_as_itself(self):
        key, query = torch.randn(1, 2, 5, 8), torch.randn(1, 2, 5, 8)
        cache = wattention.KeyValueCache(1, 2, 16, 8)
        cache.append(key, key)
        mask = torch.zeros(5, 16, dtype=torch.bool)
        mask[:, :3] = True
        for seen in (mask, mask.numpy(), wattention.Tensor(mask.to(torch.uint8))):
            found = wattention.scaled_dot_product_attention(query, cache, attn_mask=seen)
            torch.testing.assert_close(found, F.scaled_dot_product_attention(query, key[:, :, :3], key[:, :, :3]))
        with self.assertRaisesRegex(wattention.Error, "expected no heads beside a cache; found it"):
            wattention.scaled_dot_product_attention(query, cache, heads=2)

    def test_what_is_not_for_inference_is_refused(self):
        x = torch.randn(1, 1, 4, 8)
        with self.assertRaisesRegex(wattention.Error, "expected a dropout_p of 0") as caught:
            wattention.scaled_dot_product_attention(x, x, x, dropout_p=0.1)
        self.assertEqual(caught.exception.kind, "unsupported")
        weight = x.clone().requires_grad_()
        with self.assertRaisesRegex(wattention.Error, "expected tensors without gradients"):
            wattention.scaled_dot_product_attention(weight, x, x)
        with torch.no_grad():
            wattention.scaled_dot_product_attention(weight, x, x)

    def test_a_cache_gives_what_the_whole_sequence_gives(self):
        query, key, value = torch.randn(1, 8, 12, 16), torch.randn(1, 2, 12, 16), torch.randn(1, 2, 12, 16)
        whole = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
        cache = wattention.KeyValueCache(batch=1, kv_heads=2, capacity=12, head_dim=16)
        for token in range(12):
            cache.append(key[:, :, token:token + 1].contiguous(), value[:, :, token:token + 1].contiguous())
            found = wattention.scaled_dot_product_attention(query[:, :, token:token + 1].contiguous(), cache,
                                                            is_causal=True)
            torch.testing.assert_close(found, whole[:, :, token:token + 1])
        with self.assertRaisesRegex(wattention.Error, "expected at most 0 more tokens; found 1"):
            cache.append(key[:, :, :1].contiguous(), value[:, :, :1].contiguous())


class Module(unittest.TestCase):
    def test_draws_and_context_are_torchs(self):
        for bias in (True, False):
            torch.manual_seed(789)
            theirs = torch.nn.MultiheadAttention(48, 6, bias=bias, batch_first=True).eval()
            drawn = wattention.MultiHeadAttention(48, 6, wattention.Generator(789), bias=bias)
            self.assertTrue(torch.equal(torch.from_dlpack(drawn.in_proj_weight), theirs.in_proj_weight))
            self.assertTrue(torch.equal(torch.from_dlpack(drawn.out_proj_weight), theirs.out_proj.weight))
            with torch.no_grad():
                for parameter in theirs.parameters():
                    if parameter.ndim == 1:
                        parameter.copy_(torch.randn_like(parameter))
                loaded = wattention.MultiHeadAttention.from_state_dict(theirs.state_dict(), 6)
                tokens = torch.randn(2, 9, 48)
                expected, _ = theirs(tokens, tokens, tokens, need_weights=False)
                torch.testing.assert_close(torch.from_dlpack(loaded(tokens)), expected, atol=1e-5, rtol=1e-5)
                hidden = torch.ones(9, 9, dtype=torch.bool).triu(1)
                expected, _ = theirs(tokens, tokens, tokens, attn_mask=hidden, need_weights=False)
                causal = wattention.MultiHeadAttention.from_state_dict(theirs.state_dict(), 6, is_causal=True)
                torch.testing.assert_close(torch.from_dlpack(causal(tokens)), expected, atol=1e-5, rtol=1e-5)
                seen = ~hidden  # torch's module hides where True is, its function shows
                masked = loaded(tokens, mask=seen)
                torch.testing.assert_close(torch.from_dlpack(masked), expected, atol=1e-5, rtol=1e-5)
                cache = wattention.KeyValueCache(2, 6, 16, 8)
                for token in range(9):
                    last = causal(tokens[:, token:token + 1].contiguous(), cache=cache)
                    torch.testing.assert_close(torch.from_dlpack(last), expected[:, token:token + 1], atol=1e-5,
                                               rtol=1e-5)

    def test_safetensors_load_as_they_are(self):
        try:
            from safetensors.torch import save_file
        except ImportError as absent:
            self.skipTest(str(absent))
        import tempfile
        with tempfile.TemporaryDirectory() as folder:
            theirs = torch.nn.MultiheadAttention(16, 2).state_dict()
            more = {"a": torch.randn(3, 2).half(), "b": torch.randn(5).bfloat16(),
                    "c": torch.arange(6, dtype=torch.int32), "d": torch.tensor([True, False]),
                    "empty": torch.empty(0, 4), "scalar": torch.tensor(2.5)}
            layer = {f"layer.{name}": tensor for name, tensor in theirs.items()}
            save_file({**layer, **more}, f"{folder}/a.safetensors")
            found = wattention.load_safetensors(f"{folder}/a.safetensors")
            self.assertEqual(set(found), set(layer) | set(more))
            for name, tensor in more.items():
                expected = tensor.view(torch.uint8) if tensor.dtype == torch.bool else tensor
                self.assertTrue(torch.equal(torch.from_dlpack(found[name]), expected), name)
            wattention.MultiHeadAttention.from_state_dict(found, 2, prefix="layer.")


if __name__ == "__main__":
    unittest.main()
