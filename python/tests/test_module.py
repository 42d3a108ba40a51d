"""The library's face: the module, its variants, generator, ops and errors."""
import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import wattention
from golden import TOKENS, notebook, numbers_in, text


class Module(unittest.TestCase):
    def setUp(self):
        self.attention = wattention.SelfAttention(3, 2, wattention.Generator(789))

    def test_the_cpu_prints_the_notebooks_context(self):
        expected = text(notebook(4, "context")).replace(", grad_fn=<MmBackward0>", "")
        self.assertEqual(repr(self.attention(TOKENS)), expected)

    def test_variants_print_the_notebooks_digits(self):
        with wattention.open_device("wormhole") as card:
            stages = self.attention.to(card, "naive").stages(TOKENS)
            self.assertEqual(wattention.format_ttnn(stages.scores), text(notebook(6, "scores of the device")))
            self.assertEqual(wattention.format_ttnn(stages.weights), text(notebook(7, "weights of the device")))
            self.assertEqual(wattention.format_ttnn(stages.context), text(notebook(8, "context of the device")))
            resident = self.attention.to(card, "resident", core_grid=wattention.CoreGrid(y=8, x=8))(TOKENS)
        np.testing.assert_allclose(np.asarray(resident), np.asarray(self.attention(TOKENS)), atol=0.01)

    def test_fused_writes_into_an_array(self):
        fused = self.attention.to(wattention.open_device("cpu"), "fused")
        out = np.zeros((6, 2), np.float32)
        fused.forward(wattention.Tensor(TOKENS), wattention.Tensor(out))
        np.testing.assert_allclose(out, np.asarray(self.attention(TOKENS)), rtol=1e-5)

    def test_weights_come_from_arrays(self):
        generator = wattention.Generator(789)
        weights = [np.asarray(wattention.linear_weight(3, 2, generator)) for _ in range(3)]
        attention = wattention.SelfAttention.from_weights(*weights)
        self.assertEqual((attention.embed_dim, attention.head_dim), (3, 2))
        np.testing.assert_array_equal(np.asarray(attention(TOKENS)), np.asarray(self.attention(TOKENS)))

    def test_ops_agree_with_numpy(self):
        draw = wattention.Generator(3)
        a, b = wattention.randn((4, 5), draw), wattention.randn((5, 6), draw)
        x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
        for product in (a @ b, wattention.linear(a, wattention.transpose(b))):
            np.testing.assert_allclose(np.asarray(product), x @ y, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(np.asarray(a * 0.5 + a - a / 4), x * 1.25, rtol=1e-6)
        np.testing.assert_allclose(np.asarray(a * a), x * x, rtol=1e-6)
        np.testing.assert_array_equal(np.asarray(wattention.permute(a, (1, 0))), np.asarray(a).T)
        weights = np.exp(x) / np.exp(x).sum(-1, keepdims=True)
        np.testing.assert_allclose(np.asarray(wattention.softmax(a)), weights, rtol=1e-5)

    def test_the_stream_is_reached_directly(self):
        generator = wattention.Generator(789)
        drawn = [np.asarray(wattention.randn((40, 50), generator)) for _ in range(3)]
        np.testing.assert_array_equal(np.asarray(wattention.randn_at((40, 50), 789, 3)), drawn[2])

    def test_reports_name_the_kernel(self):
        with wattention.open_device("wormhole", explain=True) as card:
            a = wattention.to_device(TOKENS, card)
            wattention.matmul(a, a, transpose_b=True)
            self.assertIn("matmul", [report.op for report in card.take_reports()])


class Errors(unittest.TestCase):
    def expect(self, kind, sentence, call):
        with self.assertRaisesRegex(wattention.Error, sentence) as caught:
            call()
        self.assertEqual(caught.exception.kind, kind)
        self.assertIsInstance(caught.exception, RuntimeError)

    def test_each_kind_has_its_sentence(self):
        card = wattention.open_device("wormhole")
        there = wattention.to_device(TOKENS, card)
        self.expect("absent", r"^\[open_device\] expected", lambda: wattention.open_device("ttnn"))
        self.expect("absent", "expected kernel", lambda: wattention.open_device("wormhole", kernel="mmx"))
        self.expect("bad_input", r"^\[matmul\] expected the width", lambda: wattention.matmul(there, there))
        self.expect("bad_input", r"^\[memory\] expected", lambda: wattention.to_device(TOKENS, card, memory="l2"))
        self.expect("bad_input", r"^\[mode\] expected", lambda: wattention.open_device("wormhole", mode="fast"))
        self.expect("unverified", r"^\[multiply\] expected a finite", lambda: there * float("inf"))
        self.expect("out_of_memory", "Out of Memory", lambda: wattention.to_device(
            np.zeros((16384, 16384), np.float32), card, memory="l1"))
        self.expect("absent", "load_npy|npy", lambda: wattention.load_npy("/no/such/file.npy"))
        card.close()
        self.expect("closed", r"^\[softmax\] expected an open device", lambda: wattention.softmax(there))

    def test_wrong_types_are_type_errors(self):
        for call in (lambda: wattention.matmul(1, 2), lambda: wattention.open_device(3),
                     lambda: wattention.Generator("x")):
            self.assertRaises(TypeError, call)

    def test_meters_say_why_they_are_absent(self):
        for meter in wattention.list_meters():
            self.assertTrue(meter.available or meter.reason, meter.name)
        self.assertRaises(wattention.Error, wattention.open_meter, "no-such-meter")


class Bench(unittest.TestCase):
    def test_records_are_flat_dicts(self):
        run = wattention.bench(devices=["cpu"], tokens=[16, 32], embed_dims=[24], head_dims=[24], counts=[2],
                               min_time_s=0.001, max_time_s=0.5)
        records = run["benchmarks"]
        self.assertEqual({record["tokens"] for record in records}, {16, 32})
        for record in records:
            self.assertGreater(record["time_per_forward_ms"], 0)
            self.assertIn(record["time_source"], ("measured", "extrapolated"))
        self.assertIn("context", run)
        self.assertRaises(wattention.Error, wattention.bench, devices=["cpu"], tokens=[0])

    def test_a_modelled_card_has_axes_of_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            trace = Path(folder) / "trace.json"
            records = wattention.bench(devices=["wormhole"], variants=["resident"], fidelities=["lofi", "hifi4"],
                                       counts=[1], model_only=True, trace=str(trace))["benchmarks"]
            self.assertTrue(json.loads(trace.read_text(encoding="utf-8"))["traceEvents"])
        time_ms = {record["fidelity"]: record["time_per_forward_ms"] for record in records}
        self.assertLess(time_ms["lofi"], time_ms["hifi4"])
        self.assertEqual({record["time_source"] for record in records}, {"modelled"})

    def test_the_error_comes_on_request(self):
        options = dict(devices=["cpu"], tokens=[16], embed_dims=[24], head_dims=[24], counts=[1], max_time_s=0.5,
                       min_time_s=0.001, kernels=["scalar"])
        for record in wattention.bench(error=True, **options)["benchmarks"]:
            self.assertIn("scalar", record["kernel"])
            self.assertLess(0, record["error_relative_l2"])
            self.assertLess(record["error_relative_l2"], 1e-5)
        self.assertNotIn("error_relative_l2", wattention.bench(**options)["benchmarks"][0])

    def test_pandas_takes_them(self):
        try:
            import pandas
        except ImportError as failure:
            self.skipTest(str(failure))
        records = wattention.bench(devices=["cpu", "reference"], tokens=[8], embed_dims=[16], head_dims=[16],
                                   counts=[1, 2], min_time_s=0.001, max_time_s=0.5)["benchmarks"]
        frame = pandas.DataFrame(records)
        self.assertEqual(set(zip(frame["device"], frame["count"])),
                         {("cpu", 1), ("cpu", 2), ("reference", 1), ("reference", 2)})
        self.assertGreater(frame["time_per_forward_ms"].min(), 0)


class StagesOfHeads(unittest.TestCase):
    def test_the_output_is_the_forwards(self):
        attention = wattention.MultiHeadAttention(128, 4, wattention.Generator(7), num_kv_heads=2, is_causal=True)
        tokens = wattention.randn([2, 32, 128], wattention.Generator(8))
        stages = attention.stages(tokens)
        self.assertEqual(stages.output.numpy().tolist(), attention(tokens).numpy().tolist())
        self.assertEqual(list(stages.key.shape), [2, 32, 64])
        self.assertIsNone(stages.scores)
        cache = wattention.KeyValueCache(2, 2, 40, 32)
        beside = attention.stages(tokens, cache=cache)
        self.assertEqual(beside.context.numpy().tolist(), stages.context.numpy().tolist())
        with wattention.open_device("wormhole") as card:
            self.assertEqual(list(attention.to(card).stages(tokens).weights.shape), [2, 4, 32, 32])


class Ceiling(unittest.TestCase):
    def test_it_names_its_kernel(self):
        cpu = wattention.open_device("cpu", kernel="scalar", threads=1)
        ceiling = wattention.measure_ceiling(cpu, "bf16", of="products")
        self.assertEqual(ceiling["kernel"], "gemm_bf16_4x8x2_scalar")
        self.assertGreater(ceiling["gflop_per_s"], 0.1)
        self.assertIsNone(wattention.measure_ceiling(wattention.open_device("reference")))
        with self.assertRaisesRegex(wattention.Error, "expected attention or products; found 'air'"):
            wattention.measure_ceiling(cpu, of="air")


class Verify(unittest.TestCase):
    def test_the_host_keeps_its_promise(self):
        rows = wattention.verify(wattention.open_device("cpu"), tokens=32, embed_dim=48, head_dim=16)
        self.assertEqual([row["stage"] for row in rows][-1], "context")
        for row in rows:
            self.assertTrue(row["pass"], row)
            self.assertGreater(row["error"]["relative_l2"], 0)

    def test_with_heads_the_output_is_the_last_stage(self):
        options = {"heads": 6, "kv_heads": 2, "is_causal": True, "batch": 2, "past": 9}
        rows = wattention.verify(wattention.open_device("cpu"), dtype="bf16", tokens=16, embed_dim=48, draws=4,
                                 **options)
        self.assertEqual([row["stage"] for row in rows], ["query", "key", "value", "context", "output"])
        for row in rows:
            self.assertTrue(row["pass"], row)

    def test_the_card_is_taken_apart(self):
        with wattention.open_device("wormhole") as card:
            rows = wattention.verify(card, "resident", tokens=32, embed_dim=64, head_dim=64)
        context = rows[-1]
        self.assertEqual(context["stage"], "context")
        self.assertGreater(context["total"]["relative_l2"], context["format"]["relative_l2"])
        self.assertEqual(len(context["total"]["ulp_histogram"]), 6)


class Prints(unittest.TestCase):
    def test_objects_say_what_they_are(self):
        generator = wattention.Generator(789)
        attention = wattention.SelfAttention(3, 2, generator)
        self.assertEqual(repr(attention), "<wattention.SelfAttention 3 -> 2>")
        self.assertEqual(repr(attention.stages(TOKENS)), "<wattention.AttentionStages of 6 tokens>")
        self.assertEqual(repr(wattention.Linear(3, 2, generator)), "<wattention.Linear 3 -> 2>")
        self.assertRegex(repr(generator), r"^<wattention.Generator seed 789, \d+ words drawn>$")
        self.assertTrue(all(meter.name in repr(meter) for meter in wattention.list_meters()))

    def test_torch_options(self):
        shown = wattention.format_torch(wattention.Tensor([[0.5, 0.25]]), precision=2)
        self.assertEqual(numbers_in(shown), ["0.50", "0.25"])
