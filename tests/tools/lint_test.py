"""tools/lint finds a planted misnamed function, and does not read a clean file twice."""
import json
import shutil
import subprocess
import unittest

from tree import TOOLS, TreeTest


class Lint(TreeTest):
    def run_lint(self):
        command = [str(self.root / "tools/lint"), "--all", "--quick", "--build", str(self.root / "build")]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode == 77:
            self.skipTest(result.stdout)
        return result.returncode, result.stdout

    def setUp(self):
        super().setUp()
        (self.root / "tools").mkdir()
        shutil.copy(TOOLS / "lint", self.root / "tools/lint")
        shutil.copy(TOOLS.parent / ".clang-tidy", self.root)
        source = self.root / "src/base/a.cpp"
        self.write("build/compile_commands.json", json.dumps([{
            "directory": str(self.root), "file": str(source), "command": f"c++ -std=c++20 -o a.o -c {source}"}]))

    def test_a_misnamed_function(self):
        self.write("src/base/a.cpp", "int BadName() { return 1; }\n")
        code, output = self.run_lint()
        self.assertEqual(code, 1)
        self.assertIn("invalid case style for function 'BadName'", output)

    def test_clean_is_remembered_until_the_file_changes(self):
        self.write("src/base/a.cpp", "int good_name() { return 1; }\n")
        self.assertEqual(self.run_lint(), (0, "1 files, 0 with findings\n"))
        self.assertEqual(len(list((self.root / "build/lint").glob("*.quick"))), 1)
        self.write("src/base/a.cpp", "int BadName() { return 1; }\n")
        self.assertEqual(self.run_lint()[0], 1)


if __name__ == "__main__":
    unittest.main()
