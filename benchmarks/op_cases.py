"""What compare_ops.py calls: a case or more for every row of the table of ops, and PyTorch's counterpart.

A new row of a family that is here needs no line. Where TT-NN's and PyTorch's names differ, or an op needs attributes,
there is one below; what PyTorch has no single call for says so.
"""
from dataclasses import dataclass, field
from typing import Callable, Optional

import torch
from torch.nn import functional


@dataclass
class Case:
    """One call: `tensors` are PyTorch's operands in order, `options` the attributes of the library's op.

    The card has them in `layout`; integers are int32, and ids, which come in rows, uint32.
    """

    op: str
    what: str
    tensors: list
    options: dict = field(default_factory=dict)
    number: Optional[float] = None
    counterpart: Optional[Callable] = None  # of the tensors, and of the number as a tensor without dimensions
    layout: str = "tile"


# PyTorch's spelling where its name is another, or where it has to copy to do the same.
_SPELLED = {
    "identity": torch.clone,
    "multiply": torch.mul,
    "rsub": lambda a, b: b - a,
    "squared_difference": lambda a, b: (a - b).square(),
    "eqz": lambda x: x == 0,
    "nez": lambda x: x != 0,
    "gtz": lambda x: x > 0,
    "ltz": lambda x: x < 0,
    "gez": lambda x: x >= 0,
    "lez": lambda x: x <= 0,
    "sigmoid_accurate": torch.sigmoid,
    "log_sigmoid": functional.logsigmoid,
    "sum": lambda x, dims: x.sum(dims[0], keepdim=True),
    "mean": lambda x, dims: x.mean(dims[0], keepdim=True),
    "max": lambda x, dims: x.amax(dims[0], keepdim=True),
    "min": lambda x, dims: x.amin(dims[0], keepdim=True),
    "var": lambda x, dims: x.var(dims[0], keepdim=True, correction=0),
    "prod": lambda x, dims: x.prod(dims[0], keepdim=True),
    "bias_gelu": lambda a, b: functional.gelu(a + b),
    "relu_max": functional.relu6,  # of its default
    "relu_min": torch.relu,
    "plus_one": lambda x: x + 1,
    "tanh_accurate": torch.tanh,
    "stddev": lambda x, dims: x.std(dims[0], keepdim=True, correction=0),
    "transpose": lambda x: x.t().contiguous(),
}


_OF_ROWS = "argmax embedding".split()  # which TT-NN has for row-major tensors


def _counterpart(name):
    for place in (_SPELLED.get(name), getattr(torch, name, None), getattr(functional, name, None)):
        if place is not None:
            return place
    return None


def _heads(x, heads, kv_heads):
    width = x.shape[-1] // (heads + 2 * kv_heads)
    return x[..., :heads * width].reshape(*x.shape[:2], heads, width).transpose(1, 2).contiguous()


def _joined(x):
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], -1)


def _turned(x, cos, sin):
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin


def _overwrite(cache, rows):
    cache[..., :rows.shape[-2], :] = rows
    return cache


def _special(name, x):
    """[(what, tensors, options, counterpart)] of ops that need more than tensors."""
    rows, cols = x.shape
    half, quarter = rows // 2, cols // 4
    batch, row = x.reshape(1, 1, rows, cols), x[:1].contiguous()
    ids = torch.arange(rows, dtype=torch.int32).flip(0).reshape(1, rows)
    return {
        "layer_norm": lambda: [("with weight and bias", [x, row, row], {},
                                lambda a, w, b: functional.layer_norm(a, (cols,), w[0], b[0], 1e-12))],
        "rms_norm": lambda: [("with weight", [x, row], {}, lambda a, w: functional.rms_norm(a, (cols,), w[0], 1e-12))],
        "scale_mask_softmax": lambda: [("with a mask", [batch, batch[..., :1, :].contiguous()], {"scale": 0.125},
                                        lambda a, mask: (a * 0.125 + mask).softmax(-1))],
        "typecast": lambda: [("to f32", [x], {"output_dtype": "f32"}, torch.Tensor.float)],
        "argmax": lambda: [("along the width", [x], {"dim": -1}, lambda a: a.argmax(-1))],
        "topk": lambda: [("32 along the width", [batch], {"dim": -1, "k": 32}, lambda a: a.topk(32, -1))],
        "embedding": lambda: [("a row for each id", [ids, x], {}, lambda i, a: functional.embedding(i, a))],
        "dropout": lambda: [("a fifth", [x], {"probability": 0.2, "scale": 1.25, "seed": 1},
                             lambda a: functional.dropout(a, 0.2))],
        "rotary_embedding": lambda: [("", [batch, batch, batch], {}, _turned)],
        "heaviside": lambda: [("", [x], {}, lambda a: torch.heaviside(a, torch.tensor(0.5, dtype=a.dtype)))],
        "clamp": lambda: [("", [x], {"min": 0.2, "max": 0.8}, lambda a: a.clamp(0.2, 0.8))],
        "permute": lambda: [("[8, R, C/8] by 1, 0, 2", [x.reshape(8, rows, cols // 8)], {"dims": (1, 0, 2)},
                             lambda a: a.permute(1, 0, 2).contiguous())],
        "reshape": lambda: [("[R/2, 2 C]", [x], {"shape": (half, 2 * cols)},
                             lambda a: a.reshape(half, 2 * cols).clone())],
        "to_layout": lambda: [("row_major", [x], {"layout": "row_major"}, torch.clone)],
        "slice": lambda: [("three quarters of both sides", [x], {"begins": (quarter, quarter), "ends": (rows, cols)},
                           lambda a: a[quarter:, quarter:].contiguous())],
        "concat": lambda: [("two, by width", [x, x], {"dim": -1}, lambda a, b: torch.cat([a, b], -1)),
                           ("two, by height", [x, x], {"dim": 0}, lambda a, b: torch.cat([a, b], 0))],
        "pad": lambda: [("32 below", [x], {"before": (0, 0), "after": (32, 0)},
                         lambda a: functional.pad(a, (0, 0, 0, 32)))],
        "repeat": lambda: [("2 x 1", [x], {"repeats": (2, 1)}, lambda a: a.repeat(2, 1))],
        "repeat_interleave": lambda: [("2 x 1", [x], {"repeats": (2, 1)}, lambda a: a.repeat_interleave(2, 0))],
        "fill": lambda: [("", [x], {"value": 0.5}, lambda a: torch.full_like(a, 0.5))],
        "full_like": lambda: [("", [x], {"value": 0.5}, lambda a: torch.full_like(a, 0.5))],
        "split_heads": lambda: [("query of 8 and 2 x 4 heads", [x.reshape(1, rows, cols)],
                                 {"heads": 8, "kv_heads": 4, "part": 0}, lambda a: _heads(a, 8, 4))],
        "concatenate_heads": lambda: [("8 heads", [x.reshape(1, 8, rows, cols // 8)], {}, _joined)],
        "fill_cache": lambda: [("", [batch.clone(), batch], {}, _overwrite)],
        "update_cache": lambda: [("a row", [batch.clone(), batch[..., :32, :].contiguous()], {"index": 5},
                                  lambda cache, rows: _overwrite(cache, rows[..., :1, :]))],
    }.get(name, lambda: None)()


def _of_family(row, x):
    """[(what, tensors, options, number)] of a row by its family."""
    count = 1 if row["takes_list"] else row["required"]
    if row["family"] == "reduce":
        return [("along the width", [x], {"dims": (-1,), "keepdim": True}, None),
                ("along the height", [x], {"dims": (-2,), "keepdim": True}, None)]
    if row["family"] == "softmax":
        return [("along the width", [x], {"dim": -1}, None)]
    if row["wants_integers"] and row["takes_number"]:
        return [("two tensors", [x, x % 8], {}, None), ("by a number", [x], {}, 2.0)]
    if row["takes_number"]:
        return [("two tensors", [x, x], {}, None), ("by a row", [x, x[:1].contiguous()], {}, None),
                ("by a column", [x, x[:, :1].contiguous()], {}, None), ("by a number", [x], {}, 2.0)]
    return [("", [x] * count, {}, None)]


def _with_options(function, options):
    return function if function is None else lambda *tensors: function(*tensors, **options)


def cases_of(row, x):
    """The cases of a row of list_ops(), on copies of x [R, C]."""
    special = _special(row["name"], x)
    if special is not None:
        layout = "row_major" if row["name"] in _OF_ROWS else "tile"
        return [Case(row["name"], what, tensors, options, None, counterpart, layout)
                for what, tensors, options, counterpart in special]
    if row["wants_integers"]:
        x = (x * 1000).int()
    function = _counterpart(row["name"])
    of_reduce = ("dims",) if row["family"] == "reduce" else ("dim",)
    return [Case(row["name"], what, tensors, options, number,
                 _with_options(function, {key: options[key] for key in of_reduce if key in options}))
            for what, tensors, options, number in _of_family(row, x)]
