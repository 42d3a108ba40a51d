"""tools/check_style finds each thing it is for, and leaves clean files alone."""
import unittest

from tree import TreeTest

# A file, its text, and the words of the finding (None: clean).
CASES = [
    ("src/base/a.cpp", "int a();\n", None),
    ("src/base/a.cpp", "int a();", "no newline at the end"),
    ("src/base/a.cpp", "\tint a();\n", "tab"),
    ("Makefile", "all:\n\ttrue\n", None),
    ("src/base/a.cpp", "int a(); \n", "trailing blank"),
    ("docs/a.md", "words \n", "trailing blank"),
    ("src/base/a.cpp", "// TO" "DO later\n", "marker of unfinished work"),
    ("docs/a.md", "cd /ho" "me/someone/wattention\n", "absolute path of a home folder"),
    ("src/base/a.cpp", "// ==========\n", "banner"),
    ("src/base/a.cpp", "#define LIMIT 3\n", "macro without WATTENTION_"),
    ("src/base/a.cpp", "#define WATTENTION_LIMIT 3\n", None),
    ("src/base/a.cpp", "void a() { std::cout << 1; }\n", "never prints"),
    ("src/base/a.cpp", "void a() { printf(\"a\"); }\n", "never prints"),
    ("src/base/a.cpp", "void a() { std::abort(); }\n", "never prints"),
    ("src/base/a.cpp", "void a() { exit(1); }\n", "never prints"),
    ("src/base/a.cpp", "// exit(1) is the program's\nint snprintf(char*);\n", None),
    ("src/cli/a.cpp", "void a() { exit(1); }\n", None),
    ("tests/base/a.cpp", "void a() { printf(\"a\"); }\n", None),
    ("src/base/a.h", "int a();\n", "no #pragma once"),
    ("src/base/a.h", "#pragma once\nint a();\n", None),
    ("src/base/BadName.cpp", "int a();\n", "snake_case"),
    ("src/base/a.cpp", "int a();\n" * 501, "501 lines; split it"),
    ("tests/golden/a.inc", "1,\n" * 501, None),
    ("src/base/a.cpp", "// " + "a" * 118 + "\n", "121 columns"),
]


class CheckStyle(TreeTest):
    def test_each_rule(self):
        for name, text, finding in CASES:
            with self.subTest(name=name, finding=finding):
                self.write(name, text)
                code, output = self.run_tool("check_style", "--no-format")
                self.assertEqual(code, 0 if finding is None else 1, output)
                self.assertIn(finding or " 0 findings", output)
                (self.root / name).unlink()

    def test_a_long_file_is_noted_only(self):
        self.write("src/base/a.cpp", "int a();\n" * 351)
        code, output = self.run_tool("check_style", "--no-format")
        self.assertEqual(code, 0)
        self.assertIn("note: src/base/a.cpp: 351 lines; look twice", output)

    def test_clang_format(self):
        self.write(".clang-format", "BasedOnStyle: Google\n")
        self.write("src/base/a.cpp", "int  a( );\n")
        code, output = self.run_tool("check_style")
        if "clang-format 14 is not here" in output:
            self.skipTest("clang-format 14 is not here")
        self.assertEqual(code, 1)
        self.assertIn("src/base/a.cpp: clang-format would change it, first at line 1", output)


if __name__ == "__main__":
    unittest.main()
