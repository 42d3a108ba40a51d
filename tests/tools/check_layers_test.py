"""tools/check_layers refuses every arrow that is not in the picture, and only those."""
import unittest

from tree import TreeTest

HEADERS = ["include/wattention/error.h", "include/wattention/tensor.h", "include/wattention/op_attributes.h",
           "include/wattention/ops.h", "src/base/fail.h", "src/tensor/storage.h", "src/device/backend.h",
           "src/nn/linear.h", "src/backends/cpu/cpu.h", "src/backends/wormhole/device.h",
           "src/backends/wormhole/spec/chip.h", "src/backends/wormhole/numerics/bf16.h",
           "src/backends/wormhole/program/matmul.h", "src/backends/wormhole/exec/exec.h",
           "src/backends/wormhole/timing/timing.h", "src/cost/forward.h", "src/bench/record.h", "src/notebook/values.h",
           "include/wattention/cost.h", "include/wattention/interval.h"]

# A file, what it includes, and the words of the complaint (None: allowed).
CASES = [
    ("src/tensor/a.cpp", '"base/fail.h"', None),
    ("src/base/a.cpp", '"tensor/storage.h"', "base may not include tensor"),
    ("src/base/a.cpp", "<wattention/error.h>", None),
    ("src/base/a.cpp", "<wattention/tensor.h>", "base may not include tensor"),
    ("src/device/backend.cpp", "<wattention/op_attributes.h>", None),
    ("src/device/backend.cpp", "<wattention/ops.h>", "device may not include ops"),
    ("include/wattention/tensor.h", "<wattention/ops.h>", "tensor may not include ops"),
    ("src/backends/cpu/a.cpp", '"device/backend.h"', None),
    ("src/backends/cpu/a.cpp", '"nn/linear.h"', "backends may not include nn"),
    ("src/backends/cpu/kernels/a.cpp", '"backends/wormhole/device.h"', "backend cpu may not include backend wormhole"),
    ("src/backends/cpu/kernels/a.cpp", '"../cpu.h"', None),
    ("src/ops/a.cpp", '"backends/cpu/cpu.h"', "ops may not include backends"),
    ("src/device/device.cpp", '"backends/cpu/cpu.h"', "device may not include backends"),
    ("src/device/registry.cpp", '"backends/cpu/cpu.h"', None),
    ("src/backends/wormhole/numerics/a.cpp", '"backends/wormhole/spec/chip.h"', None),
    ("src/backends/wormhole/numerics/a.cpp", '"backends/wormhole/program/matmul.h"',
     "wormhole/numerics may not include wormhole/program"),
    ("src/backends/wormhole/exec/a.cpp", '"backends/wormhole/program/matmul.h"', None),
    ("src/backends/wormhole/exec/a.cpp", '"backends/wormhole/timing/timing.h"',
     "wormhole/exec may not include wormhole/timing"),
    ("src/backends/wormhole/exec/a.cpp", '"backends/wormhole/device.h"', "wormhole/exec may not include wormhole/*"),
    ("src/backends/wormhole/open.cpp", '"backends/wormhole/timing/timing.h"', None),
    ("src/bench/a.cpp", '"cost/forward.h"', None),
    ("src/cost/a.cpp", '"bench/record.h"', "cost may not include bench"),
    ("src/device/a.cpp", "<wattention/cost.h>", "device may not include cost"),
    ("src/meters/a.cpp", "<wattention/interval.h>", None),
    ("src/notebook/a.cpp", '"cost/forward.h"', None),
    ("src/notebook/a.cpp", '"bench/record.h"', "notebook may not include bench"),
    ("src/bench/a.cpp", '"notebook/values.h"', "bench may not include notebook"),
    ("src/report/a.cpp", '"notebook/values.h"', None),
    ("src/backends/wormhole/numerics/a.cpp", "<chrono>", "this folder may not include <chrono>"),
    ("src/backends/cpu/a.cpp", "<thread>", "only src/base/thread_pool.cpp, "),
    ("src/base/thread_pool.cpp", "<thread>", None),
]


class CheckLayers(TreeTest):
    def setUp(self):
        super().setUp()
        for header in HEADERS:
            self.write(header, "#pragma once\n")

    def test_each_arrow(self):
        for source, included, complaint in CASES:
            with self.subTest(source=source, included=included):
                old = (self.root / source).read_text() if (self.root / source).exists() else ""
                self.write(source, f"{old}\n  #  include {included}\n")
                code, output = self.run_tool("check_layers")
                self.assertEqual(code, 0 if complaint is None else 1, output)
                if complaint:
                    self.assertIn(f"{source}:{len(old.splitlines()) + 2}: {complaint}", output)
                self.write(source, old)

    def test_a_folder_outside_the_picture(self):
        self.write("src/misc/a.cpp", "")
        code, output = self.run_tool("check_layers")
        self.assertEqual((code, output), (1, "src/misc/a.cpp: belongs to no layer of the picture\n"))

    def test_a_word_stays_in_its_layers(self):
        for file in ("src/notebook/a.cpp", "src/report/notebook_table.h", "src/cli/a.cpp"):
            self.write(file, "// The notebook's shape.\n")
        self.assertEqual(self.run_tool("check_layers")[0], 0)
        for file, text in (("src/bench/a.cpp", "// As the Notebook has it.\n"),
                           ("include/wattention/nn.h", "#pragma once\nint notebook_rows();\n"),
                           ("src/backends/wormhole/timing/facts/host.json", '{"name": "the notebook\'s"}\n'),
                           ("src/backends/wormhole/CMakeLists.txt", "set(tables notebook.csv)\n")):
            self.write(file, text)
            code, output = self.run_tool("check_layers")
            line = len(text.splitlines())
            self.assertEqual(code, 1, file)
            self.assertIn(f"{file}:{line}: only src/notebook/, src/report/, src/cli/ may say 'notebook'", output)
            (self.root / file).unlink()

    def test_a_comment_is_no_include(self):
        self.write("src/base/a.cpp", '// #include "tensor/storage.h"\n')
        self.assertEqual(self.run_tool("check_layers")[0], 0)


if __name__ == "__main__":
    unittest.main()
