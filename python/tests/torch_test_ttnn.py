"""wattention.ttnn with torch: conversions as torch does them, parameters of modules, golden functions, comparison."""
import contextlib
import io

import torch
from face import WithDevice
from wattention import ttnn
from wattention.ttnn._golden import golden
from wattention.ttnn.model_preprocessing import (ParameterDict, ParameterList, fold_batch_norm2d_into_conv2d,
                                                 preprocess_linear_bias, preprocess_linear_weight,
                                                 preprocess_model_parameters)


class Conversions(WithDevice):
    def test_dtypes_are_ttnns_choice(self):
        half = torch.rand(3, 4).to(torch.float16)
        tensor = ttnn.from_torch(half)
        self.assertIs(tensor.dtype, ttnn.bfloat16)
        self.assertTrue(torch.equal(ttnn.to_torch(tensor), half.to(torch.bfloat16)))
        for source in (torch.arange(6), torch.rand(6, dtype=torch.float64) * 300, torch.tensor([True, False])):
            found = ttnn.to_torch(ttnn.from_torch(source, dtype=ttnn.bfloat16))
            self.assertTrue(torch.equal(found, source.to(torch.bfloat16)), source)
        for source, dtype in ((torch.arange(6), ttnn.uint32), (torch.arange(-3, 3, dtype=torch.int32), ttnn.int32),
                              (torch.arange(6, dtype=torch.int16), ttnn.uint16)):
            tensor = ttnn.from_torch(source)
            self.assertIs(tensor.dtype, dtype)
            there = ttnn.to_torch(ttnn.to_device(tensor, self.device))
            self.assertTrue(torch.equal(there, source.to(torch.int16 if dtype is ttnn.uint16 else torch.int32)))
        with contextlib.suppress(RuntimeError):
            self.assertIs(ttnn.from_torch(torch.zeros(2, dtype=torch.uint8)).dtype, ttnn.uint8)

    def test_integers_keep_torchs_bits(self):
        source = torch.tensor([2147483647, -1, 7, 65537])
        for dtype, shown in ((ttnn.uint32, torch.int32), (ttnn.int32, torch.int32), (ttnn.uint16, torch.int16)):
            for layout in (ttnn.ROW_MAJOR_LAYOUT, ttnn.TILE_LAYOUT):
                tensor = ttnn.from_torch(source.reshape(2, 2), dtype=dtype, layout=layout, device=self.device)
                self.assertIs(tensor.dtype, dtype)
                self.assertTrue(torch.equal(ttnn.to_torch(tensor), source.to(shown).reshape(2, 2)))
        self.assertTrue(torch.equal(ttnn.to_torch(ttnn.from_torch(torch.tensor([1.9, -1.9]), dtype=ttnn.int32)),
                                    torch.tensor([1, -1], dtype=torch.int32)))

    def test_integers_are_made_and_print(self):
        tensor = ttnn.full((2, 3), 7, dtype=ttnn.uint32, device=self.device)
        self.assertEqual(repr(tensor), "ttnn.Tensor([[    7,     7,     7],\n             [    7,     7,     7]], "
                                       "shape=Shape([2, 3]), dtype=DataType::UINT32, layout=Layout::ROW_MAJOR)")
        steps = ttnn.arange(0, 64, 2, dtype=ttnn.uint32, device=self.device)
        self.assertEqual(ttnn.to_torch(steps).tolist(), list(range(0, 64, 2)))
        zeros = ttnn.zeros_like(ttnn.from_torch(torch.ones(2, 2), dtype=ttnn.uint32, layout=ttnn.TILE_LAYOUT,
                                                device=self.device))
        self.assertEqual((zeros.dtype, ttnn.to_torch(zeros).sum().item()), (ttnn.uint32, 0))
        self.expect("bad_input", "Unsupported DataType!", lambda: ttnn.ones((2, 2), dtype=ttnn.int32))
        self.expect("bad_input", "Unsupported DataType: torch.bool", lambda: ttnn.from_torch(torch.tensor([True])))

    def test_torch_rank(self):
        tensor = ttnn.from_torch(torch.ones(1, 1, 2, 3))
        self.assertEqual(ttnn.to_torch(tensor, torch_rank=2).shape, (2, 3))
        self.expect("bad_input", "Unable to squeeze", lambda: ttnn.to_torch(tensor, torch_rank=1))


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Linear(4, 3, bias=index == 0) for index in range(2))
        self.norm = torch.nn.LayerNorm(3)
        self.words = torch.nn.Embedding(5, 4)
        self.scale = torch.nn.Parameter(torch.rand(3))


class Preprocessing(WithDevice):
    def test_parameters_have_the_modules_names_and_linears_form(self):
        model = Block()
        parameters = preprocess_model_parameters(initialize_model=lambda: model, device=self.device)
        self.assertIsInstance(parameters, ParameterDict)
        self.assertIsInstance(parameters.layers, ParameterList)
        self.assertEqual(sorted(parameters), ["layers", "norm", "scale", "words"])
        weight = parameters.layers[0].weight
        self.assertEqual((weight.shape, weight.layout, weight.device()), ([4, 3], ttnn.TILE_LAYOUT, self.device))
        self.assertTrue(torch.equal(ttnn.to_torch(weight), model.layers[0].weight.T.to(torch.bfloat16)))
        self.assertEqual((parameters.layers[0].bias.shape, parameters.norm.weight.shape), ([1, 3], [1, 3]))
        self.assertNotIn("bias", parameters.layers[1])
        self.assertEqual((parameters.words.weight.layout, parameters.scale.shape), (ttnn.ROW_MAJOR_LAYOUT, [3]))
        self.assertIn("weight: ttnn.Tensor(shape=Shape([4, 3]), layout=Layout.TILE, dtype=DataType.BFLOAT16)",
                      repr(parameters))

    def test_choices(self):
        def custom(model, name, convert_to_ttnn):
            return {"all": {"w": ttnn.from_torch(model.weight)}} if name == "norm" else None

        kept = preprocess_model_parameters(initialize_model=Block, custom_preprocessor=custom,
                                           convert_to_ttnn=lambda module, name: name != "layers.1")
        self.assertEqual((kept.norm["all"].w.shape, kept.layers[1].weight.shape), ([3], (4, 3)))
        self.assertIsInstance(kept.layers[1].weight, torch.Tensor)
        self.expect("unsupported", "no run_model", lambda: preprocess_model_parameters(
            initialize_model=Block, run_model=lambda model: model(1)))

    def test_single_parameters_and_folding(self):
        weight = preprocess_linear_weight(torch.rand(3, 4), dtype=ttnn.bfloat16)
        bias = preprocess_linear_bias(torch.rand(3), dtype=ttnn.bfloat16)
        self.assertEqual((weight.shape, bias.shape), ([4, 3], [1, 3]))
        conv, norm = torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3).eval()
        with torch.no_grad():
            norm.running_mean.uniform_(), norm.running_var.uniform_(1, 2), norm.weight.uniform_(), norm.bias.uniform_()
            image = torch.rand(1, 2, 5, 5)
            folded = torch.nn.functional.conv2d(image, *fold_batch_norm2d_into_conv2d(conv, norm))
            torch.testing.assert_close(folded, norm(conv(image)))


class Golden(WithDevice):
    def setUp(self):
        super().setUp()
        self.a = torch.rand(32, 32).to(torch.bfloat16)
        self.tensor = ttnn.from_torch(self.a, layout=ttnn.TILE_LAYOUT, device=self.device)

    def test_golden_functions_are_torchs(self):
        for op, arguments, expected in (
            (ttnn.add, (self.a, self.a), self.a + self.a), (ttnn.exp, (self.a,), self.a.exp()),
            (ttnn.divide, (self.a, 2.0), self.a / 2), (ttnn.softmax, (self.a, -1), self.a.softmax(-1)),
            (ttnn.permute, (self.a, (1, 0)), self.a.T), (ttnn.matmul, (self.a, self.a), self.a @ self.a),
        ):
            self.assertTrue(torch.equal(ttnn.get_golden_function(op)(*arguments, device=self.device), expected))
        for name, expected in (("gtz", (self.a > 0).to(self.a.dtype)), ("swish", self.a * self.a.sigmoid()),
                               ("mul_", self.a * 2), ("max", self.a.amax(-1, keepdim=True)), ("rsub", 2 - self.a),
                               ("rms_norm", torch.nn.functional.rms_norm(self.a, (32,), eps=1e-12))):
            arguments = {"mul_": (2,), "max": (-1,), "rsub": (2,)}.get(name, ())
            torch.testing.assert_close(golden(name)(self.a, *arguments), expected, rtol=1e-2, atol=1e-2)
        self.assertTrue(torch.equal(golden("polyval")(self.a, [3.0]), torch.full_like(self.a, 3)))
        cut = golden("rdiv")(self.a + 1, 2.5, round_mode="trunc")
        self.assertTrue(torch.equal(cut, 1 + (self.a + 1 <= 1.25).to(torch.bfloat16)))
        below = ttnn.get_golden_function(ttnn.acosh)(self.a / 2, device=self.device)
        self.assertTrue(bool((below == torch.tensor(self.device.sfpu_nan(), dtype=torch.bfloat16)).all()))
        pairs = golden("concat")([torch.tensor([1, 2]), torch.tensor([3, 4])], 0, groups=2)
        self.assertEqual(pairs.tolist(), [1, 3, 2, 4])
        found = ttnn.get_fallback_function(ttnn.reshape)(self.tensor, (2, 16, 32))
        self.assertEqual((found.shape, found.device(), found.layout), ([2, 16, 32], self.device, ttnn.TILE_LAYOUT))

    def test_comparison_mode_compares(self):
        def run():
            shown = io.StringIO()
            with contextlib.redirect_stderr(shown):
                ttnn.softmax(self.tensor, dim=-1)
            return shown.getvalue()

        with ttnn.manage_config("enable_comparison_mode", True), ttnn.manage_config("comparison_mode_pcc", 0.99):
            self.addCleanup(setattr, ttnn.softmax, "golden_function", ttnn.softmax.golden_function)
            ttnn.softmax.golden_function = lambda tensor, **_: -tensor
            self.assertEqual(run(), "")  # fast runtime mode leaves comparisons out
            with ttnn.manage_config("enable_fast_runtime_mode", False):
                self.assertRegex(run(), r"^\[ttnn.softmax\] expected a PCC of 0.99 or more against torch; found -")
                with ttnn.manage_config("comparison_mode_should_raise_exception", True):
                    self.expect("unverified", "expected a PCC", run)
                    self.assertEqual((self.tensor + self.tensor).shape, [32, 32])

    def test_comparison_mode_compares_every_result(self):
        self.addCleanup(setattr, ttnn.topk, "golden_function", ttnn.topk.golden_function)
        wide = ttnn.from_torch(torch.randn(32, 64), dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=self.device)
        shown = io.StringIO()
        with contextlib.redirect_stderr(shown), ttnn.manage_config("enable_fast_runtime_mode", False), \
                ttnn.manage_config("enable_comparison_mode", True), ttnn.manage_config("comparison_mode_pcc", 0.99):
            ttnn.topk.golden_function = lambda tensor, k, **_: (lambda best: (best.values, -best.indices))(
                torch.topk(tensor, k))
            ttnn.topk(wide, 32)
        self.assertRegex(shown.getvalue(), r"^\[ttnn.topk\] .* Comparing output tensor 1 against CPU locally failed: "
                                           r"pcc is -\S+ but should be >=0.99\n$")


