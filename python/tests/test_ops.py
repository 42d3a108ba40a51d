"""The module's ops follow from the table of ops, and refuse in the library's own words."""
import unittest
from functools import reduce

import numpy as np

import wattention
from wattention import ttnn

# What an op takes beside its tensors where it must have something.
MORE = {"reshape": {"shape": (16, 192)}, "to_layout": {"layout": "row_major"}, "clamp": {"min": -2, "max": 2.5},
        "where": {"true_value": 1.0, "false_value": 0.0}}
VALUES = {"core_grid": (wattention.CoreGrid(y=2, x=2), "2x2"), "fidelity": ("hifi4", "hifi4"), "memory": ("l1", "l1"),
          "fp32_accumulate": (True, "true"), "numeric_stable": (True, "true"), "transpose_b": (True, "true"),
          "dim": (1, "1"), "dims": ((0, 1, 3, 2), "[0, 1, 3, 2]"),
          "shape": ((16, 192), "[16, 192]"), "layout": ("row_major", "row_major"),
          "begins": ((0, 0, 0, 0), "[0, 0, 0, 0]"), "ends": ((1, 1, 32, 16), "[1, 1, 32, 16]"),
          "steps": ((1, 1, 2, 1), "[1, 1, 2, 1]"), "before": ((0, 0, 0, 0), "[0, 0, 0, 0]"),
          "after": ((0, 0, 0, 32), "[0, 0, 0, 32]"), "value": (0.5, "0.5"), "repeats": ((2,), "[2]"),
          "heads": (1, "1"), "kv_heads": (0, "0"), "part": (2, "2"), "transposed": (True, "true"),
          "index": (31, "31"), "batch": (0, "0"), "output_dtype": ("int32", "int32"), "k": (32, "32"),
          "smallest": (True, "true"), "probability": (0.0, "0"), "seed": (7, "7"),
          "epsilon": (0.001, "0.001"), "scale": (1.0, "1"),
          "causal": (False, "false"), "in_place": (False, "false"), "math_approx_mode": (True, "true"),
          "fast_and_approximate_mode": (True, "true"), "negative_slope": (0.25, "0.25"), "alpha": (0.5, "0.5"),
          "is_causal": (True, "true"), "alignment": ("bottom_right", "bottom_right"),
          "softcap": (2.0, "2"),
          "position": (0, "0"), "window_left": (3, "3"), "window_right": (4, "4"),
          "q_chunk_size": (64, "64"), "k_chunk_size": (64, "64"), "exp_approx_mode": (False, "false"),
          "true_value": (3.0, "3"), "false_value": (-1.0, "-1"), "decimals": (1, "1"),
          "min": (-1.5, "-1.5"), "max": (2.0, "2"), "beta": (0.5, "0.5"), "threshold": (5.0, "5")}
MANNERS = {"core_grid", "fidelity", "memory", "fp32_accumulate", "numeric_stable", "fast_and_approximate_mode",
           "math_approx_mode", "q_chunk_size", "k_chunk_size", "exp_approx_mode"}


def error_of(call):
    try:
        call()
    except wattention.Error as error:
        return str(error)
    return ""


class Table(unittest.TestCase):
    def test_every_row_is_a_function_with_its_operands_and_attributes(self):
        for row in wattention.list_ops():
            with self.subTest(row["name"]):
                first_line = getattr(wattention, row["name"]).__doc__.splitlines()[0]
                kind = "Sequence[Tensor]" if row["takes_list"] else "Tensor"
                self.assertIn("(" + row["operands"][0] + ": " + kind, first_line)
                for attribute in row["attributes"]:
                    self.assertIn(f"{attribute}: ", first_line)

    def test_every_word_of_ttnn_is_in_its_face(self):
        for row in wattention.list_ops():
            for word in row["ttnn"]:
                with self.subTest(word):
                    self.assertTrue(callable(reduce(getattr, word.split("."), ttnn)))

    def test_every_option_of_every_op_on_every_device(self):
        for name in ("reference", "cpu", "wormhole"):
            with wattention.open_device(name) as device:
                for row in wattention.list_ops():
                    self.check_op(name, row, lambda index: self.operand(device, row, index))

    @staticmethod
    def operand(device, row, index):
        """Zeros that suit the op: ids are uint32 on the card, other integers int32."""
        shape = {"move": (1, 1, 32, 96), "search": (32, 64)}.get(row["family"], (32, 32))
        is_id = row["family"] == "gather" and index == 0
        dtype = np.uint32 if is_id else np.int32 if row["wants_integers"] and index == 0 else np.float32
        rows = {"layout": "row_major"} if row["name"] == "argmax" and device.name == "wormhole" else {}
        return wattention.to_device(wattention.Tensor(np.zeros(shape, dtype)), device, **rows)

    def check_op(self, device, row, make):
        op, more = getattr(wattention, row["name"]), MORE.get(row["name"], {})
        operands = [[make(index)] if row["takes_list"] else make(index) for index in range(row["required"])]
        if row["takes_number"]:
            operands[-1] = 2.0
        plain = error_of(lambda: op(*operands, **more))
        values = VALUES | ({"dims": ((1, 0), "[1, 0]")} if row["family"] == "reduce" else {})
        if row["family"] == "attention":  # one head of keys at least
            values["kv_heads"] = (1, "1")
        if "output_dtype" in row["attributes"] and row["name"] != "typecast":  # its operands'
            values["output_dtype"] = 2 * (operands[0].dtype,)
        for attribute, (value, shown) in values.items():
            if attribute in row["operands"]:  # in Python the operand has the name
                continue
            found = error_of(lambda: op(*operands, **{**more, attribute: value}))
            with self.subTest(f"{row['name']} {attribute} on {device}"):
                if attribute not in row["attributes"]:
                    self.assertTrue(found.startswith(f"[{row['name']}] expected no {attribute}, which is for "), found)
                    self.assertTrue(found.endswith(f"; found {shown}"), found)
                elif attribute in MANNERS and device != "wormhole":
                    self.assertEqual(found, f"[{row['name']}] expected no {attribute} on {device}, which takes none; "
                                            f"found {shown}")
                elif attribute == "fast_and_approximate_mode" and found != plain:  # of other releases
                    self.assertTrue(found.startswith(f"[{row['name']}] expected no {attribute}, as "), found)
                else:
                    self.assertEqual(found, plain)


class Arguments(unittest.TestCase):
    def setUp(self):
        self.a = wattention.Tensor(np.arange(6, dtype=np.float32).reshape(2, 3))

    def test_by_place_and_by_name(self):
        for permuted in (wattention.permute(self.a, [1, 0]), wattention.permute(self.a, dims=(1, 0)),
                         wattention.permute(input=self.a, dims=[-1, 0]), wattention.permute(self.a)):
            np.testing.assert_array_equal(np.asarray(permuted), np.arange(6).reshape(2, 3).T)
        np.testing.assert_array_equal(np.asarray(wattention.subtract(self.a, 1)), np.arange(6).reshape(2, 3) - 1)

    def test_wrong_types(self):
        for call, sentence in ((lambda: wattention.softmax(self.a, "x"), r"\[softmax\] expected int as dim; found str"),
                               (lambda: wattention.matmul(self.a), r"\[matmul\] expected the argument b; found none"),
                               (lambda: wattention.add(self.a, "1"),
                                r"\[add\] expected a Tensor or a number as b; found str"),
                               (lambda: wattention.softmax(self.a, foo=1), r"\[softmax\] .*; found 'foo'"),
                               (lambda: wattention.softmax(self.a, 0, 1), "at most 2 arguments by place; found 3")):
            with self.assertRaisesRegex(TypeError, sentence):
                call()

    def test_devices_refuse_what_they_do_not_take(self):
        for name in ("reference", "cpu"):
            for option, value, words in (("mode", "shape", "mode"), ("program_cache", True, "program cache"),
                                         ("release_profile", "0.57", "release profile")):
                shown = "true" if value is True else value
                self.assertEqual(error_of(lambda: wattention.open_device(name, **{option: value})),
                                 f"[open_device] expected no {words} on {name}, which takes none; found {shown}")


if __name__ == "__main__":
    unittest.main()
