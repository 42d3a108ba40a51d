"""tools/lint finds a planted misnamed function, does not read a clean file twice, and knows what changed."""
import json
import shutil
import subprocess
import unittest

from tree import TOOLS, TreeTest

GOOD, BAD = "int good_name() { return 1; }\n", "int BadName() { return 1; }\n"
MISNAMED = "invalid case style for function 'BadName'"


class Lint(TreeTest):
    def run_lint(self, *words):
        command = [str(self.root / "tools/lint"), *words, "--quick", "--build", str(self.root / "build")]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode == 77:
            self.skipTest(result.stdout)
        return result.returncode, result.stdout

    def setUp(self):
        super().setUp()
        (self.root / "tools").mkdir()
        shutil.copy(TOOLS / "lint", self.root / "tools/lint")
        shutil.copy(TOOLS.parent / ".clang-tidy", self.root)
        self.commands("src/base/a.cpp")

    def commands(self, *sources, flags=""):
        """The compile commands of a configured build."""
        self.write("build/compile_commands.json", json.dumps([{
            "directory": str(self.root), "file": str(self.root / name),
            "command": f"c++ -std=c++20 {flags} -I{self.root}/src -o a.o -c {self.root / name}"} for name in sources]))

    def git(self, *words):
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *words], cwd=self.root, check=True, capture_output=True)

    def commit(self, **texts):
        """A commit of src/base/NAME.cpp, each with its text."""
        for name, text in texts.items():
            self.write(f"src/base/{name}.cpp", text)
        self.git("add", "src")
        self.git("commit", "-m", "a change")

    def repository(self):
        """Main with one commit: a.cpp and b.cpp, both misnamed, and what includes a header."""
        self.git("init", "-b", "main")
        self.write(".gitignore", "build\ntools\n.*\n")
        self.write("src/base/h.h", GOOD)
        self.commands(*(f"src/base/{name}.cpp" for name in "abc"))
        self.commit(a=BAD, b=BAD, c='#include "base/h.h"\n')

    def test_a_misnamed_function(self):
        self.write("src/base/a.cpp", BAD)
        code, output = self.run_lint("--all")
        self.assertEqual(code, 1)
        self.assertIn(MISNAMED, output)

    def test_clean_is_remembered_until_the_file_changes(self):
        self.write("src/base/a.cpp", GOOD)
        self.assertEqual(self.run_lint("--all"), (0, "1 files, 0 with findings\n"))
        self.assertEqual(len(list((self.root / "build/lint").glob("*.quick"))), 1)
        self.write("src/base/a.cpp", BAD)
        self.assertEqual(self.run_lint("--all")[0], 1)

    def test_a_source_includes_what_it_uses(self):
        self.write("build/precompiled.h", "struct Widget {};\n")
        self.commands("src/base/a.cpp", flags=f"-include {self.root}/build/precompiled.h")
        self.write("src/base/a.cpp", "Widget widget;\n")
        code, output = self.run_lint("--all")
        self.assertEqual(code, 1)
        self.assertIn("unknown type name 'Widget'", output)

    def test_a_branch_is_what_it_changed(self):
        self.repository()
        self.git("checkout", "-b", "branch")
        self.assertIn("3 files, 2 with findings", self.run_lint()[1])  # still main itself: its last commits
        self.commit(a=GOOD)
        self.assertEqual(self.run_lint(), (0, "1 files, 0 with findings\n"))
        self.write("src/base/h.h", BAD)  # not committed
        code, output = self.run_lint()
        self.assertIn("2 files, 1 with findings", output)
        self.assertEqual(code, 1)

    def test_a_fresh_clone_of_main_is_its_last_commits(self):
        self.repository()
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.git("checkout", "--detach")
        code, output = self.run_lint()
        self.assertEqual((code, output.count(MISNAMED)), (1, 2))

    def test_without_git_every_file_counts(self):
        self.write("src/base/a.cpp", BAD)
        self.assertEqual(self.run_lint()[0], 1)

    def test_says_what_there_was_no_time_for(self):
        self.repository()
        code, output = self.run_lint("--time-limit", "-1")
        self.assertEqual(code, 0)
        self.assertIn("0 files, 0 with findings\n3 files that changed longer ago are not read", output)


if __name__ == "__main__":
    unittest.main()
