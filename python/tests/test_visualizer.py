"""Report folders for ttnn-visualizer: by --visualizer, and by TT-NN's own switch."""
import importlib.util
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as tree
from pathlib import Path

import numpy as np
import wattention
from face import WithDevice
from wattention import ttnn

PROGRAM = """import numpy, ttnn
device = ttnn.open_device(device_id=0)
values = numpy.ones((64, 96), dtype="f")
x = ttnn.from_torch(values, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device)
y = ttnn.to_memory_config(x, ttnn.L1_MEMORY_CONFIG)
z = ttnn.add(x, x)
ttnn.deallocate(y)
ttnn.to_torch(ttnn.relu(z))
ttnn.to_memory_config(x, ttnn.create_sharded_memory_config((64, 96), ttnn.CoreGrid(y=1, x=3), ttnn.ShardStrategy.WIDTH))
"""


def rows(folder, query):
    base = sqlite3.connect(Path(folder) / "db.sqlite")
    found = base.execute(query).fetchall()
    base.close()
    return found


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        path = Path(folder.name)
        (path / "program.py").write_text(PROGRAM, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(Path(wattention.__file__).parents[1])}
        command = [sys.executable, "-B", "-m", "wattention.ttnn", "explain", "--visualizer", "report", "program.py"]
        subprocess.run(command, cwd=path, env=environment, capture_output=True, check=True, timeout=120)
        cls.report = path / "report"

    def test_operations_in_order(self):
        names = [name for name, in rows(self.report, "SELECT name FROM operations ORDER BY operation_id")]
        self.assertEqual(names, ["ttnn.from_torch", "ttnn.to_memory_config", "ttnn.add", "ttnn.deallocate", "ttnn.relu",
                                 "ttnn.to_torch", "ttnn.to_memory_config"])
        durations = [time for time, in rows(self.report, "SELECT duration FROM operations WHERE operation_id <> 4")]
        self.assertEqual(rows(self.report, "SELECT duration FROM operations WHERE operation_id = 4"), [(None,)])
        self.assertTrue(all(0 < time < 0.01 for time in durations), durations)
        self.assertEqual(len(rows(self.report, "SELECT * FROM operation_arguments WHERE value = 'modelled'")), 6)
        self.assertIn("program.py\", line 6", rows(self.report, "SELECT stack_trace FROM stack_traces")[2][0])
        self.assertIn("report_name", json.loads((self.report / "config.json").read_text(encoding="utf-8")))

    def test_memory_given_back_is_an_operation(self):
        (tensor,) = rows(self.report, "SELECT tensor_id FROM input_tensors WHERE operation_id = 4")[0]
        self.assertEqual(rows(self.report, "SELECT tensor_id FROM output_tensors WHERE operation_id = 2"), [(tensor,)])
        (trace,) = rows(self.report, "SELECT stack_trace FROM stack_traces WHERE operation_id = 4")[0]
        self.assertIn("ttnn.deallocate(y)", trace)

    def test_tensors_and_their_buffers(self):
        inputs = rows(self.report, "SELECT tensor_id FROM input_tensors WHERE operation_id = 3")
        self.assertEqual(len(inputs), 2)
        self.assertEqual(inputs[0], inputs[1])  # x + x
        query = f"SELECT shape, dtype, layout, address, buffer_type FROM tensors WHERE tensor_id = {inputs[0][0]}"
        (shape, dtype, layout, address, kind), = rows(self.report, query)
        self.assertEqual((shape, dtype, layout, kind), ("Shape([64, 96])", "DataType.BFLOAT16", "Layout.TILE", 0))
        held = rows(self.report, "SELECT address, max_size_per_bank FROM buffers WHERE operation_id = 3 AND "
                                 "buffer_type = 0")
        self.assertIn(address, [at for at, _ in held])
        # Six tiles of 2048 bytes go round twelve banks: one in the fullest.
        self.assertEqual({size for _, size in held}, {2048})

    def test_where_pages_lie(self):
        chunks = rows(self.report, "SELECT bank_id, core_x, core_y, chunk_address, chunk_size, num_pages FROM "
                                   "buffer_chunks WHERE operation_id = 2 ORDER BY bank_id")
        # Six tiles in the first six of 64 banks, whose cores are shuffled.
        self.assertEqual([(bank, size, pages) for bank, _, _, _, size, pages in chunks],
                         [(bank, 2048, 1) for bank in range(6)])
        self.assertEqual(len({(x, y) for _, x, y, _, _, _ in chunks}), 6)
        address, = rows(self.report, "SELECT address FROM buffers WHERE operation_id = 2 AND buffer_type = 1")[0]
        self.assertEqual({at for _, _, _, at, _, _ in chunks}, {address})

    def test_shards_lie_on_their_cores(self):
        (config,) = rows(self.report, "SELECT memory_config FROM tensors WHERE memory_config LIKE '%SHARDED%'")[0]
        self.assertIn("shard_spec=ShardSpec(grid={[(x=0,y=0) - (x=2,y=0)]},shape={64, 32},"
                      "orientation=ShardOrientation::ROW_MAJOR,halo=0)", config)
        cores = rows(self.report, "SELECT core_x, core_y, chunk_size, num_pages FROM buffer_chunks WHERE "
                                  "operation_id = 7 ORDER BY core_x")
        self.assertEqual(cores, [(x, 0, 4096, 2) for x in range(3)])

    def test_circular_buffers(self):
        (text,) = rows(self.report, "SELECT captured_graph FROM captured_graph WHERE operation_id = 3")[0]
        nodes = json.loads(text)
        self.assertEqual([node["counter"] for node in nodes], list(range(len(nodes))))
        self.assertTrue(all(sink < len(nodes) for node in nodes for sink in node["connections"]))
        first_free, end = rows(self.report, "SELECT address_at_first_l1_cb_buffer, worker_l1_size FROM devices")[0]
        for node in nodes:
            if node["node_type"] == "circular_buffer_allocate":
                self.assertEqual(int(node["params"]["address"]), first_free)
                first_free += int(node["params"]["size"])
                self.assertEqual(node["params"]["core_range_set"], "{[(x=0,y=0) - (x=7,y=7)]}")
        self.assertLess(first_free, end)
        kinds = [node["node_type"] for node in nodes]
        self.assertGreaterEqual(kinds.count("circular_buffer_allocate"), 3)  # two operands and a result
        self.assertEqual((kinds.count("function_start"), kinds.count("buffer_allocate")), (1, 1))

    def test_sources_are_kept(self):
        (path, text), = rows(self.report, "SELECT path, contents FROM source_files")
        self.assertEqual((Path(path).name, text), ("program.py", PROGRAM))
        (trace,) = rows(self.report, "SELECT stack_trace FROM stack_traces WHERE operation_id = 3")[0]
        self.assertEqual(trace, f'File "{path}", line 6,\n    z = ttnn.add(x, x)')

    def test_l1_is_freed(self):
        counts = [rows(self.report, f"SELECT COUNT(*) FROM buffers WHERE operation_id = {number} AND buffer_type = 1")
                  [0][0] for number in range(1, 8)]
        self.assertEqual(counts, [0, 1, 1, 0, 0, 0, 1])

    def test_the_device(self):
        (device,) = rows(self.report, "SELECT num_compute_cores, l1_num_banks, worker_l1_size, cb_limit FROM devices")
        self.assertEqual(device[:2], (64, 64))
        self.assertGreater(device[2], device[3])

    def test_ttnn_database_reads_it(self):
        from wattention.ttnn import database

        operations = list(database.query_operations(self.report))
        self.assertEqual((operations[2].operation_id, operations[2].name), (3, "ttnn.add"))
        self.assertEqual(database.query_operation_by_id(self.report, 3), operations[2])
        self.assertIsNone(database.query_operation_by_id(self.report, 99))
        first, second = database.query_input_tensors(self.report, 3)
        self.assertEqual((first.tensor_id, first.input_index, second.input_index), (second.tensor_id, 0, 1))
        self.assertEqual(database.query_producer_operation_id(self.report, first.tensor_id), 1)
        self.assertEqual(list(database.query_consumer_operation_ids(self.report, first.tensor_id)), [2, 3, 3, 7])
        kinds = {buffer.buffer_type for buffer in database.query_buffers(self.report, 3)}
        self.assertEqual(kinds, {ttnn.BufferType.DRAM, ttnn.BufferType.L1})
        self.assertEqual(database.query_captured_graph(self.report, 3)[0]["node_type"], "capture_start")
        self.assertIn("z = ttnn.add(x, x)", database.query_stack_trace(self.report, 3))

    @unittest.skipUnless(importlib.util.find_spec("ttnn_visualizer"), "ttnn-visualizer is not installed")
    def test_ttnn_visualizer_reads_it(self):
        from ttnn_visualizer.queries import DatabaseQueries

        connection = sqlite3.connect(self.report / "db.sqlite")
        self.addCleanup(connection.close)
        queries = DatabaseQueries(connection=connection)
        self.assertEqual([one.name for one in queries.query_operations()][2], "ttnn.add")
        self.assertEqual(len(list(queries.query_devices())), 1)
        tensors = list(queries.query_tensors())
        self.assertEqual({tensor.memory_config["memory_layout"] for tensor in tensors if tensor.memory_config},
                         {"TensorMemoryLayout::INTERLEAVED", "TensorMemoryLayout::WIDTH_SHARDED"})
        self.assertGreater(len(list(queries.query_buffers())), 8)


class Logging(WithDevice):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def switches(self, **values):
        for name, value in values.items():
            before = getattr(ttnn.CONFIG, name)
            setattr(ttnn.CONFIG, name, value)
            self.addCleanup(setattr, ttnn.CONFIG, name, before)

    def test_ops_are_logged_while_the_switches_say_so(self):
        x = self.send(np.ones((32, 32), np.float32))
        self.switches(root_report_path=self.root, enable_fast_runtime_mode=False)
        with ttnn.manage_config("enable_logging", True):
            ttnn.add(x, x)  # no report has a name
        self.switches(report_name="mine")
        with ttnn.manage_config("enable_logging", True):
            ttnn.exp(x)
        ttnn.relu(x)
        self.assertEqual(rows(self.root / "mine", "SELECT name FROM operations"), [("ttnn.exp",)])

    def test_a_detailed_report_has_pages(self):
        x = self.send(np.ones((32, 96), np.float32))
        self.switches(root_report_path=self.root, enable_fast_runtime_mode=False, report_name="pages")
        with ttnn.manage_config("enable_logging", True), ttnn.manage_config("enable_detailed_buffer_report", True):
            ttnn.to_memory_config(x, ttnn.L1_MEMORY_CONFIG)
        pages = rows(self.root / "pages", "SELECT page_index, bank_id, page_size FROM buffer_pages")
        self.assertEqual(pages, [(page, page, 2048) for page in range(3)])

    def draw(self, dot=None):
        """What a graph report of two uses of one tensor leaves; `dot` stands in for graphviz's."""
        folder = self.root / "bin"
        folder.mkdir()
        if dot is not None:
            (folder / "dot").write_text(f"#!{sys.executable}\n{dot}", encoding="utf-8")
            (folder / "dot").chmod(0o755)
        self.addCleanup(os.environ.__setitem__, "PATH", os.environ["PATH"])
        os.environ["PATH"] = str(folder)
        self.switches(root_report_path=self.root, enable_fast_runtime_mode=False, report_name="drawn")
        x = self.send(np.ones((32, 64), np.float32))
        with ttnn.manage_config("enable_logging", True), ttnn.manage_config("enable_graph_report", True):
            ttnn.relu(ttnn.add(x, ttnn.exp(x)))
        (file,) = (self.root / "drawn/graph").iterdir()
        return file.name, file.read_text(encoding="utf-8")

    def test_a_graph_without_graphviz_is_text(self):
        with self.assertWarnsRegex(UserWarning, "Graphviz is not installed: the graph is .*3.dot"):
            name, text = self.draw()
        self.assertEqual(name, "3.dot")
        edges = re.findall(r"^  (\w+) -> (\w+)", text, re.MULTILINE)
        self.assertEqual(edges, [("t0", "op1"), ("t0", "op2"), ("op1", "op2"), ("op2", "op3")])
        self.assertRegex(text, r'op2 \[label="2: ttnn\.add\\ntest_visualizer\.py:\d+\\n0\.\d{4} ms"\]')
        self.assertIn('t0 [shape=ellipse, label="0: 32x64\\nbf16 tile\\ndram"]', text)

    def test_graphviz_draws_it(self):
        name, text = self.draw("import sys; open(sys.argv[3], 'w').write(str(sys.argv[1:3]) + sys.stdin.read())")
        self.assertEqual(name, "3.svg")
        self.assertTrue(text.startswith("['-Tsvg', '-o']digraph"), text)

    def test_a_dot_that_fails_is_told(self):
        self.expect("io", "expected graphviz's dot to draw a graph; found 'no'",
                    lambda: self.draw("import sys; sys.exit('no')"))

    @unittest.skipUnless(shutil.which("dot"), "graphviz is not installed")
    def test_a_picture(self):
        self.switches(root_report_path=self.root, enable_fast_runtime_mode=False, report_name="seen")
        with ttnn.manage_config("enable_logging", True), ttnn.manage_config("enable_graph_report", True):
            ttnn.exp(self.send(np.ones((32, 64), np.float32)))
        picture = tree.parse(self.root / "seen/graph/2.svg").getroot()
        self.assertIn("2: ttnn.exp", "".join(picture.itertext()))

    def test_a_device_that_closes_leaves_its_log(self):
        self.switches(root_report_path=self.root, enable_fast_runtime_mode=False, report_name="closed",
                      enable_logging=True)
        ttnn.exp(self.send(np.ones((32, 32), np.float32)))
        ttnn.close_device(self.device)
        names = [name for name, in rows(self.root / "closed", "SELECT name FROM operations")]
        self.assertEqual(names, ["ttnn.from_torch", "ttnn.exp"])

    def test_the_doctor_is_not_pushed_aside(self):
        self.switches(root_report_path=self.root, enable_fast_runtime_mode=False, report_name="aside")
        with ttnn.explain(self.device) as report:
            with self.assertWarnsRegex(UserWarning, "no effect while the doctor looks on"):
                self.switches(enable_logging=True)
            self.send(np.ones((32, 32), np.float32))
        ttnn.CONFIG.enable_logging = False
        self.assertEqual(len(report.rows), 1)

    def test_fast_runtime_mode_logs_nothing(self):
        self.switches(root_report_path=self.root, report_name="fast", enable_logging=True)
        ttnn.exp(self.send(np.ones((32, 32), np.float32)))
        ttnn.CONFIG.enable_logging = False
        self.assertFalse((self.root / "fast").exists())


if __name__ == "__main__":
    unittest.main()
