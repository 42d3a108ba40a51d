"""The namespace: every word of TT-NN 0.57 exists, is refused by name at use, and typos are told the nearest word."""
import importlib
import operator
import subprocess
import sys
import unittest
from pathlib import Path

import wattention
from face import WithDevice
from wattention import ttnn
from wattention.ttnn import _names

PROGRAM = """
import ttnn, ttnn.tracer, ttnn.transformer, ttnn.operations.core
from ttnn import gelu, matmul
from ttnn.device import Arch
from ttnn.model_preprocessing import ParameterDict, preprocess_model_parameters
from ttnn.tracer import trace, visualize
from ttnn.types import bfloat16
assert ttnn.tracer.trace is trace and ttnn.types.bfloat16 is ttnn.bfloat16
print(ttnn.operations.core.from_torch is ttnn.from_torch)
"""


class Names(WithDevice):
    def test_every_word_exists(self):
        words = [word for word in _names.words() if not word.startswith(("Tensor.", "Device."))]
        self.assertGreater(len(words), 1000)
        for word in words:
            operator.attrgetter(word)(ttnn)  # raises where it is not there

    def test_an_absent_word_is_refused_by_name_at_use(self):
        tensor = ttnn.from_torch(wattention.zeros((2, 2)))
        for name, call in (("conv2d", lambda: ttnn.conv2d(tensor)),
                           ("Conv2dConfig", lambda: ttnn.Conv2dConfig(dtype=1)),
                           ("experimental.conv3d", lambda: ttnn.experimental.conv3d(tensor)),
                           ("Topology.Ring", lambda: ttnn.Topology.Ring()),
                           ("_ttnn.multi_device.any", lambda: ttnn._ttnn.multi_device.any()),
                           ("Tensor.buffer_address", lambda: tensor.buffer_address()),
                           ("Device.load_sub_device_manager", lambda: self.device.load_sub_device_manager())):
            self.expect("unsupported", rf"^\[ttnn.{name}\].*To ask for it, open an issue", call)
            self.assertRaises(AttributeError, call)
        self.assertFalse(isinstance(tensor, ttnn.Conv2dConfig))

    def test_a_typo_is_told_the_nearest_word(self):
        tensor = ttnn.from_torch(wattention.zeros((2, 2)))
        for meant, call in (("matmul", lambda: ttnn.matmull), ("get_graph", lambda: ttnn.tracer.get_grap),
                            ("shape", lambda: tensor.shap), ("arch", lambda: self.device.arc),
                            ("rotary_embedding", lambda: ttnn.experimental.rotary_embeding)):
            with self.assertRaisesRegex(AttributeError, rf"\(did you mean {meant}\?\)$") as caught:
                call()
            self.assertNotIn("To ask for it", str(caught.exception))
        self.assertFalse(hasattr(ttnn, "matmull"))

    def test_bound_modules_can_be_imported(self):
        ttnn.install()
        self.addCleanup(ttnn.uninstall)
        operations = importlib.import_module("ttnn._ttnn.deprecated").operations
        self.assertRaisesRegex(ttnn.MissingError, "primary.tilize", lambda: operations.primary.tilize())

    def test_submodules_are_imported_as_ttnns(self):
        package = str(Path(wattention.__file__).parents[1])
        code = f"import sys\nsys.path.insert(0, {package!r})\nimport wattention.ttnn\nwattention.ttnn.install()\n"
        command = [sys.executable, "-c", code + PROGRAM]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stdout), (0, "True\n"), done.stderr)

    def test_uninstall_takes_the_submodules_away(self):
        ttnn.install()
        self.assertIn("ttnn.tracer", sys.modules)
        ttnn.uninstall()
        self.assertFalse([name for name in sys.modules if name.partition(".")[0] == "ttnn"])


class Table(unittest.TestCase):
    def test_every_op_of_the_table_is_a_word(self):
        for row in wattention.list_ops():
            for name in row["ttnn"]:
                word = operator.attrgetter(name)(ttnn)
                self.assertEqual(word.python_fully_qualified_name.rpartition(".")[2], name.rpartition(".")[2])
