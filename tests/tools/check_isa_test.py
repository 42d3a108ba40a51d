"""tools/check_isa finds planted functions that would carry an ISA into other callers."""
import json
import os
import platform
import subprocess
import unittest

from tree import TOOLS, TreeTest

COMPILER = os.environ.get("CXX", "c++")
LEAK = "inline float twice(float x) { return x + x; }\nfloat (*shared)(float) = twice;\n"
START = "float make(const char*);\nextern const float table;\nconst float table = make(\"avx2\");\n"
CLEAN = "namespace { inline float twice(float x) { return x + x; } }\nfloat four(float x) { return twice(twice(x)); }\n"


@unittest.skipUnless(platform.machine() in ("x86_64", "AMD64"), "the option -mavx2 is x86's")
class CheckIsa(TreeTest):
    def check(self, text, *options):
        self.write("a.cpp", text)
        words = [COMPILER, *options, "-c", "a.cpp", "-o", "a.o"]
        subprocess.run(words, cwd=self.root, check=True)
        self.write("compile_commands.json", json.dumps([{
            "directory": str(self.root), "file": "a.cpp", "command": " ".join(words)}]))
        result = subprocess.run([str(TOOLS / "check_isa"), "--build", str(self.root)], capture_output=True, text=True)
        return result.returncode, result.stdout

    def test_an_inline_function_of_a_header(self):
        code, output = self.check(LEAK, "-mavx2")
        self.assertEqual(code, 1)
        self.assertIn("shares a function with other objects: twice(float)", output)

    def test_a_table_that_is_filled_at_start_up(self):
        code, output = self.check(START, "-mavx2")
        self.assertEqual(code, 1)
        self.assertIn("runs code at start-up", output)

    def test_what_stays_inside(self):
        self.assertEqual(self.check(CLEAN, "-mavx2"), (0, "1 objects keep their instructions to themselves\n"))

    def test_objects_for_every_cpu_are_not_read(self):
        self.assertEqual(self.check(LEAK, "-O1")[0], 77)

    def test_nothing_to_read(self):
        result = subprocess.run([str(TOOLS / "check_isa"), "--build", str(self.root)], capture_output=True, text=True)
        self.assertEqual(result.returncode, 77)


if __name__ == "__main__":
    unittest.main()
