"""The table of ops is the one list of them: what it feeds says the same, and nothing lists ops a second time."""
import json
import re
import unittest
from pathlib import Path

from program import GOLDEN, ProgramTest, write_npy

ROOT = GOLDEN.parents[1]
TABLE = ROOT / "include" / "wattention" / "op_table.inc"
ROW = re.compile(r'^WATTENTION_OP\((\w+),\s*(\w+),\s*"([^"]*)",\s*([\w|\s]+),\s*"([^"]*)",\s*"([^"]*)"\)', re.M)


def rows():
    """A row's attributes may stand on several lines."""
    return [tuple(" ".join(part.split()) for part in match.groups()) for match in ROW.finditer(TABLE.read_text())]


class Table(ProgramTest):
    def test_the_program_lists_what_the_table_has(self):
        listed = json.loads(self.succeeds("op", "--list", "--json"))["ops"]
        self.assertEqual([op["op"] for op in listed], [row[0] for row in rows()])
        for op, (_, family, operands, attributes, ttnn, summary) in zip(listed, rows()):
            self.assertEqual(op["family"], family)
            inputs, _, results = operands.partition(" -> ")
            self.assertEqual(op["wants_integers"], "#" in inputs)
            self.assertEqual(op["results"], results.split())
            operands = inputs.replace("#", "")
            self.assertEqual(op["operands"], operands.split("|")[0].replace("?", "").rstrip(".").split())
            self.assertEqual(op["takes_number"], operands.endswith("|number"))
            self.assertEqual(op["takes_list"], operands.endswith("..."))
            self.assertEqual(op["required"], len(operands.split()) - operands.count("?"))
            named = {name.strip() for name in attributes.split("|")} - {"none"}
            self.assertEqual(set(op["attributes"]), named | ({"sharding"} if "memory" in named else set()))
            self.assertEqual(op["ttnn"], ttnn.split())
            self.assertEqual(op["computes"], summary)

    def test_every_row_is_read(self):
        self.assertEqual(len(rows()), TABLE.read_text().count("\nWATTENTION_OP("))
        self.assertGreaterEqual(len(rows()), 11)

    def test_the_docs_hold_what_the_program_prints(self):
        self.assertIn(self.succeeds("op", "--list"), (ROOT / "docs" / "ops.md").read_text())

    def test_every_op_has_its_name_on_the_command_line(self):
        a = self.folder / "a.npy"
        write_npy(a, [[1, 2], [3, 4]])
        ids = self.folder / "ids.npy"
        write_npy(ids, [[1, 0], [0, 1]])
        heads = self.folder / "heads.npy"
        write_npy(heads, [[1, 2, 3], [4, 5, 6]], shape=(1, 1, 2, 3))
        tile, rows_of_tile = self.folder / "tile.npy", self.folder / "rows_of_tile.npy"
        write_npy(tile, [[0] * 32] * 32)
        write_npy(rows_of_tile, [[0] * 32] * 2)
        for name, family, operands, *_ in rows():
            inputs = operands.partition(" -> ")[0]
            needed = [one for one in inputs.split("|")[0].split() if not one.endswith("?")]
            files = [ids, a] if family == "gather" else [heads if family == "move" else a] * len(needed)
            if len(needed) == 4:
                files = [rows_of_tile] * 3 + [tile]
            more = {"reshape": ["--shape", "6,1"], "to_layout": ["--layout", "row_major"],
                    "clamp": ["--min", "0", "--max", "2"],
                    "where": ["--true-value", "1", "--false-value", "0"]}.get(name, [])
            with self.subTest(name):
                self.assertIn("tensor(", self.succeeds("op", name, *files, *more))

    def test_nothing_lists_ops_a_second_time(self):
        """Two quoted names of ops side by side are the beginning of a list."""
        name = '"(?:%s)"' % "|".join(row[0] for row in rows())
        listed = re.compile(f"{name}[^\"\\n]{{0,8}}\\n?[^\"\\n]{{0,16}}{name}")
        self.assertRegex('{"add", "subtract"}', listed)
        self.assertRegex('  {"add", 2},\n  {"subtract", 2}', listed)
        for folder, pattern in (("src/cli", "*.cpp"), ("src/ops", "*.cpp"), ("src/device", "*.cpp"),
                                ("src/bench", "*.cpp"), ("include", "*.h"), ("python", "*.cpp"),
                                ("python/wattention", "*.py")):
            for path in (ROOT / folder).rglob(pattern):
                if path.name == "_golden.py":  # what torch spells otherwise: pairs of a name here and one there
                    continue
                # A module of Python exports what it defines.
                text = re.sub(r"^__all__ = \[.*?\]$", "", path.read_text(), flags=re.M | re.S)
                if found := listed.search(text):
                    self.fail(f"{path} lists ops by hand: {found[0]}")


class Options(ProgramTest):
    """The program refuses an option in the library's own words."""

    def test_options_that_a_device_does_not_take(self):
        a = self.folder / "a.npy"
        write_npy(a, [[0.0] * 32] * 32)
        for op, option, word, name, shown in (
                ("matmul", "--fidelity", "hifi4", "fidelity", "hifi4"),
                ("matmul", "--core-grid", "2x2", "core_grid", "2x2"),
                ("linear", "--memory", "l1", "memory", "l1"),
                ("matmul", "--fp32-accumulate", None, "fp32_accumulate", "true"),
                ("softmax", "--numeric-stable", None, "numeric_stable", "true")):
            files = [a] if op == "softmax" else [a, a]
            for device in ("cpu", "reference"):
                words = [option] if word is None else [option, word]
                self.assertEqual(self.refuses("op", op, *files, *words, "--device", device),
                                 f"[{op}] expected no {name} on {device}, which takes none; found {shown}\n")

    def test_options_that_an_op_does_not_have(self):
        a = self.folder / "a.npy"
        write_npy(a, [[1.0]])
        self.assertEqual(self.refuses("op", "exp", a, "--fidelity", "hifi4", "--device", "wormhole"),
                         "[exp] expected no fidelity, which is for "
                         f"{', '.join(row[0] for row in rows() if 'fidelity' in row[3].split(' | '))}; found hifi4\n")


if __name__ == "__main__":
    unittest.main()
