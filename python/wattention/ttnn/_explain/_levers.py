"""What a user could change at the lines that matter: each with the attributes that it sets, and the code to write."""
from typing import NamedTuple

from ... import _core

_FIDELITIES = {"lofi": "LoFi", "hifi2": "HiFi2", "hifi3": "HiFi3", "hifi4": "HiFi4"}
_WIDER = {"bfloat4_b": "bfloat8_b", "bfloat8_b": "bf16", "bf16": "f32"}
_DTYPES = {"bf16": "bfloat16", "f32": "float32"}  # TT-NN's words where they are others
_STEPS = ("softmax", "norm", "attention")  # kernels of several steps, which have a math_approx_mode


class Lever(NamedTuple):
    """Attributes on top of a row's own; the release for all rows where that is the lever."""

    row: dict  # None: the whole program
    attributes: dict
    code: str
    release: str = ""
    changed: tuple = ()  # the attributes that are not as they were, where the others are said again

    def __str__(self):
        if self.row is None:
            return f"release {self.release}"
        shown = self.changed or self.attributes
        words = " ".join(f"{name}={self.attributes[name]}" for name in shown)
        return f"{self.row['site']} {self.row['op']}: {words}"


def _own(row):
    """The attributes that the program set itself."""
    return dict(word.partition("=")[::2] for word in row["attributes"].split())


def _kernel_config(row, family, **changed):
    """A compute_kernel_config says all it can: what is not changed must be written as it is."""
    own = _own(row)
    default = row["fidelity"] or ("hifi2" if family == "attention" else "hifi4")
    wanted = {"fidelity": own.get("fidelity", default),
              "fp32_accumulate": "true" if row["fp32_accumulate"] else "false"}
    if family == "product":
        wanted["packer_l1_accumulate"] = own.get("packer_l1_accumulate", "true")
    if family in _STEPS:
        wanted["math_approx_mode"] = own.get("math_approx_mode", "true")
    wanted |= changed
    theirs = {"fp32_accumulate": "fp32_dest_acc_en", "packer_l1_accumulate": "packer_l1_acc"}
    words = [f"math_fidelity=ttnn.MathFidelity.{_FIDELITIES[wanted['fidelity']]}"]
    words += [f"{theirs.get(name, name)}={value.capitalize()}" for name, value in wanted.items() if name != "fidelity"]
    code = f"compute_kernel_config=ttnn.WormholeComputeKernelConfig({', '.join(words)})"
    return Lever(row, wanted, code, changed=tuple(changed))


def _configs(row, family):
    more_bits = [] if row["fp32_accumulate"] else [{"fp32_accumulate": "true"}]
    if family in ("product", "attention"):
        better = [{"fidelity": "hifi4"}] if row["fidelity"] != "hifi4" else [{"fidelity": "hifi2"}]
    else:
        better = []
    if family == "product":
        better.append({"packer_l1_accumulate": "false"})
    if family in _STEPS and _own(row).get("math_approx_mode") != "false":
        better.append({"math_approx_mode": "false"})
    pairs = [first | second for first in better for second in more_bits if "packer_l1_accumulate" not in first]
    return [_kernel_config(row, family, **change) for change in [*better, *more_bits, *pairs]]


def _of_op(row, known):
    levers = _configs(row, known["family"]) if "fidelity" in known["attributes"] else []
    own = _own(row)
    if "numeric_stable" in known["attributes"] and own.get("numeric_stable") != "true":
        levers.append(Lever(row, {"numeric_stable": "true"}, "numeric_stable=True"))
    if "core_grid" in known["attributes"] and not {"core_grid", "program"} & set(own):
        levers.append(Lever(row, {"core_grid": "8x8"}, "core_grid=ttnn.CoreGrid(y=8, x=8)"))
    if "memory" in known["attributes"] and row["results"][0]["memory"] == "dram":
        levers.append(Lever(row, {"memory": "l1"}, "memory_config=ttnn.L1_MEMORY_CONFIG"))
    return levers


def _of_transfer(row):
    wider = _WIDER.get(row["results"][0]["dtype"])
    if wider is None:
        return []
    return [Lever(row, {"output_dtype": wider}, f"dtype=ttnn.{_DTYPES.get(wider, wider)}")]


def _can_be_written(row, known):
    """A word of several ops takes no config for one of them."""
    return row["site"] and (row["word"] in ("", *known["ttnn"]) or row["word"].startswith("Tensor."))


def rows_that_matter(report):
    """Those that cost the accuracy most, then those that cost the card's time most."""
    rows, worst = report.rows, report.worst
    by_time = [i for i in worst["time"] if rows[i]["op"] not in ("to_device", "to_host")]
    blocks = [i for i, row in enumerate(rows) if row["op"] == "to_device" and row["cause"] == "block_format"]
    return [rows[i] for i in dict.fromkeys([*worst["error"], *blocks, *by_time])]


def levers(report, release):
    """One at a time, and the pairs that belong together."""
    known = {row["name"]: row for row in _core.list_ops()}
    found = []
    for row in rows_that_matter(report):
        if row["op"] == "to_device":
            found += _of_transfer(row)
        elif row["op"] in known and _can_be_written(row, known[row["op"]]):
            found += _of_op(row, known[row["op"]])
    others = [name for name in _core.list_releases() if name != release]
    found = list({str(lever): lever for lever in found}.values())  # two rows of one line share theirs
    return found + [Lever(None, {}, f"TT-NN {name}", name) for name in others]
