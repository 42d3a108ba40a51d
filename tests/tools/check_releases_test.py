"""tools/check_releases finds a release's name wherever it may not stand, and leaves sources and numbers alone."""
import unittest

from tree import TreeTest

RELEASE = "src/backends/wormhole/spec/releases/0_57.json"

# A file, a line, and whether the line may stand there.
CASES = [
    ("src/a.cpp", 'open("0.57");', False),
    ("include/wattention/a.h", '  std::string release = "0.57";', False),
    ("python/device.cpp", '      nb::arg("release_profile") = "0.57",', False),
    ("python/wattention/ttnn/a.py", '"""As TT-NN 0.57."""', False),
    ("src/a.cpp", "// as v0.57 does", False),
    ("src/a.cpp", "embedded_release_0_57();", False),
    ("src/a.cpp", '#include "backends/wormhole/release_0_57.h"', False),
    ("src/CMakeLists.txt", "set(facts release_0_57)", False),
    ("src/a.cpp", "// tt-metal v0.57.0-rc71, matmul_op.cpp", True),
    ("src/a.cpp", "// PyTorch 2 and TT-NN 0.57 on a card", True),
    ("src/a.cpp", '#include "backends/wormhole/kernels/softmax_0_57.h"', True),
    ("src/a.cpp", "const float x = 0.57f, y = 10.57, z = 0.571;", True),
    ("src/backends/wormhole/kernels/softmax_0_57.h", "// Softmax of release 0.57", True),
    ("python/tests/a.py", "TOKENS = [0.57, 0.85]", True),
    ("docs/a.md", "0.57", True),
]


class CheckReleases(TreeTest):
    def test_each_line(self):
        self.write(RELEASE, '{"name": "0.57"}\n')
        for name, line, allowed in CASES:
            with self.subTest(name=name, line=line):
                self.write(name, f"\n{line}\n")
                code, output = self.run_tool("check_releases")
                self.assertEqual(code, 0 if allowed else 1, output)
                if not allowed:
                    self.assertIn(f"{name}:2: names a release: {line.strip()}", output)
                (self.root / name).unlink()

    def test_a_tree_without_releases(self):
        code, output = self.run_tool("check_releases")
        self.assertEqual(code, 1)
        self.assertIn("expected a file for each release; found none", output)


if __name__ == "__main__":
    unittest.main()
