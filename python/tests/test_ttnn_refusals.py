"""What wattention.ttnn refuses: the kind, the sentence, and TT-NN's own words in it."""
import numpy as np
from face import WithDevice
from golden import TOKENS
from wattention import ttnn


class Refusals(WithDevice):
    def test_wrong_arguments(self):
        tensor = self.send(TOKENS)
        rows = ttnn.to_layout(tensor, ttnn.ROW_MAJOR_LAYOUT)
        host = ttnn.from_torch(TOKENS, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT)
        wide = ttnn.from_torch(TOKENS, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=self.device)
        self.expect("bad_input", "width of the first tensor to be equal", lambda: ttnn.matmul(tensor, tensor))
        self.expect("bad_input", "Inputs to matmul must be tilized", lambda: ttnn.matmul(rows, rows, transpose_b=True))
        self.expect("bad_input", "Inputs to softmax must be tilized", lambda: ttnn.softmax(rows))
        self.expect("bad_input", "matmul need to be on device!", lambda: ttnn.matmul(host, tensor))
        self.expect("bad_input", "softmax need to be on device!", lambda: ttnn.softmax(host))
        self.expect("bad_input", "eltwise binary need to be on device!", lambda: host * 2.0)
        self.expect("bad_input", "match the length", lambda: ttnn.permute(tensor, (0, 1, 2)))
        self.expect("bad_input", r"^\[ttnn.transpose\]", lambda: ttnn.transpose(tensor, 0, 2))
        self.expect("bad_input", r"^\[reshape\] expected 18 elements", lambda: ttnn.reshape(tensor, (5, -1)))
        self.expect("unverified", "in fp16", lambda: ttnn.add(wide, wide[:1]))
        self.expect("unsupported", r"^\[ttnn.add\] expected a tensor or a number", lambda: tensor + "1")
        self.expect("bad_input", "device must be specified", lambda: ttnn.from_torch(
            TOKENS, memory_config=ttnn.L1_MEMORY_CONFIG))
        self.expect("bad_input", "Unsupported DataType: float64", lambda: ttnn.from_torch(np.zeros((2, 2))))
        self.expect("unsupported", r"a program config of Matmul", lambda: ttnn.matmul(tensor, tensor, program_config=1))
        self.expect("bad_input", r"a bias of 6 values", lambda: ttnn.linear(
            tensor, tensor, transpose_b=True, bias=tensor))
        self.expect("absent", "device_id 0", lambda: ttnn.open_device(device_id=1))
        for call in (lambda: ttnn.matmul(tensor, 3), lambda: ttnn.open_device(0), lambda: ttnn.softmax(TOKENS),
                     lambda: ttnn.from_torch(TOKENS, dtype="bf16"), lambda: ttnn.from_torch(TOKENS, layout="tile"),
                     lambda: ttnn.from_torch(TOKENS, device=0), lambda: ttnn.to_device(host, None),
                     lambda: self.send(TOKENS, memory_config="l1"), lambda: ttnn.to_layout(host, "tile"),
                     lambda: ttnn.to_dtype(host, "f32")):
            self.assertRaises(TypeError, call)

    def test_the_device_stays_usable_after_out_of_memory(self):
        big = np.zeros((16384, 16384), np.float32)
        self.expect("out_of_memory", "Not enough space to allocate", lambda: self.send(
            big, memory_config=ttnn.L1_MEMORY_CONFIG))
        self.assertEqual(ttnn.softmax(self.send(TOKENS)).shape, (6, 3))

    def test_a_closed_device(self):
        tensor = self.send(TOKENS)
        ttnn.close_device(self.device)
        ttnn.close_device(self.device)
        self.expect("closed", r"found wormhole closed", lambda: ttnn.softmax(tensor))
        self.expect("closed", r"found wormhole closed", lambda: self.send(TOKENS))
        self.expect("closed", r"found wormhole closed", lambda: ttnn.enable_program_cache(self.device))
        self.assertEqual(repr(tensor), "ttnn.Tensor(<buffer is not allocated>, shape=Shape([6, 3]), "
                                       "dtype=DataType::BFLOAT16, layout=Layout::TILE)")

    def test_arguments_by_their_names(self):
        tensor = self.send(TOKENS)
        for kind, sentence, call in (
            ("bad_input", r"^\[ttnn.add\] expected an output tensor of shape \[6, 3\]; found \[1, 3\]",
             lambda: ttnn.add(tensor, tensor, output_tensor=self.send(TOKENS[:1]))),
            ("unsupported", r"^\[ttnn.add\] expected no activations",
             lambda: ttnn.add(tensor, 1, activations=[ttnn.UnaryWithParam(ttnn.UnaryOpType.RELU)])),
            ("bad_input", r"Unknown unary op: rlu",
             lambda: ttnn.linear(tensor, tensor, transpose_b=True, activation="rlu",
                                 core_grid=ttnn.CoreGrid(y=1, x=1))),
            ("bad_input", r"expected an activation of relu, gelu, silu; found 'rlu'",
             lambda: ttnn.matmul(tensor, tensor, transpose_b=True, activation="rlu")),
            ("bad_input", r"found memory_confg \(did you mean memory_config\?\)",
             lambda: ttnn.add(tensor, tensor, memory_confg=None)),
            ("bad_input", r"expected the argument input_tensor_b", lambda: ttnn.add(tensor)),
            ("unsupported", r"at most 2 arguments by place; found 3", lambda: ttnn.add(tensor, tensor, 0)),
            ("bad_input", r"expected memory_config to be a ttnn.MemoryConfig \(incompatible function arguments\)",
             lambda: ttnn.matmul(tensor, tensor, memory_config="L1")),
            ("bad_input", r"expected core_grid to be a ttnn.CoreGrid", lambda: ttnn.matmul(
                tensor, tensor, core_grid=(8, 8))),
            ("bad_input", r"\(incompatible function arguments\); found None", lambda: ttnn.to_layout(tensor, None)),
            ("bad_input", r"expected dims as a sequence of integers", lambda: ttnn.permute(tensor, ("0", "1"))),
            ("absent", r"expected queue_id 0", lambda: ttnn.add(tensor, tensor, queue_id=1)),
        ):
            self.expect(kind, sentence, call)
        self.assertEqual(ttnn.add(tensor, tensor, queue_id=ttnn.DefaultQueueId).shape, (6, 3))
        self.assertRaises(TypeError, lambda: ttnn.add(tensor, tensor, output_tenor=tensor))

    def test_valid_programs_are_unsupported_until_they_run(self):
        tensor, row = self.send(TOKENS), self.send(TOKENS[:1])
        for call in (lambda: tensor + row, lambda: ttnn.from_torch(np.arange(4)),
                     lambda: ttnn.from_torch(np.array(2, np.float32), device=self.device),
                     lambda: ttnn.from_torch(TOKENS[:0], device=self.device),
                     lambda: ttnn.to_layout(tensor, ttnn.ROW_MAJOR_LAYOUT,
                                            memory_config=ttnn.L1_BLOCK_SHARDED_MEMORY_CONFIG)):
            try:
                call()
            except ttnn.MissingError:
                raise
            except RuntimeError as failure:
                self.assertEqual(failure.kind, "unsupported", failure)
        self.expect("bad_input", "equal shape", lambda: tensor + self.send(TOKENS[:2]))

    def test_operators_are_those_of_the_release(self):
        tensor = self.send(TOKENS)
        for call in (lambda: tensor / 2, lambda: 2 / tensor, lambda: 1 - tensor, lambda: len(tensor),
                     lambda: tensor.shape[:1]):
            self.assertRaises(TypeError, call)
        if not callable(getattr(ttnn, "eq")) or "not here" in repr(ttnn.eq):
            for call in (lambda: tensor == tensor, lambda: tensor != 2, lambda: tensor < tensor):
                self.expect("unsupported", r"^\[ttnn.(eq|ne|lt)\]", call)
        else:
            self.assertIsInstance(tensor == tensor, ttnn.Tensor)
        self.assertEqual({tensor: 1}[tensor], 1)  # by identity, as on the card's stack

    def test_attributes_of_the_tables_ops(self):
        tensor = self.send(TOKENS)
        self.expect("bad_input", "expected an output tensor of shape", lambda: ttnn.relu(
            tensor, output_tensor=self.send(TOKENS[:1])))
        self.expect("bad_input", r"did you mean memory_config\?", lambda: ttnn.relu(tensor, memory_confi=None))
        self.assertRaises(TypeError, lambda: ttnn.relu(tensor, 1, 2, 3))
        self.expect("bad_input", r"expected the argument tensor", lambda: ttnn.get_memory_config())
