"""What changes from one TT-NN release to the next: the same function on a software card of each, side by side."""
import json

from . import _core


class ReleaseComparison(list):
    """A dict for each release; prints as a table.

    release; refused, a sentence, or None and with it: result, a host tensor; changed, the share of its elements with
    other bits than in the first release that ran; relative_l2, max_ulp and pcc against float64 from the unrounded
    tensors; modelled_ms and modelled_j, of the ops on the card; ops, a dict for each op, as the doctor has them.
    """

    def __str__(self):
        heads = f"{'max ulp':>9} {'PCC':>10} {'modelled ms':>11} {'mJ':>9}"
        lines = [f"{'release':<8} {'changed':>9} {'rel L2':>9} {heads}"]
        for row in self:
            if row["refused"]:
                lines.append(f"{row['release']:<8} refused: {row['refused']}")
                continue
            lines.append(f"{row['release']:<8} {100 * row['changed']:7.2f} % {row['relative_l2']:9.2e} "
                         f"{row['max_ulp']:9.3g} {row['pcc']:10.8f} {row['modelled_ms']:11.4f} "
                         f"{1e3 * row['modelled_j']:9.4f}")
        return "\n".join(lines)


def _sent(tensor, device, explainer, dtype, layout):
    source = tensor if isinstance(tensor, _core.Tensor) else _core.Tensor(tensor)
    if source.dtype in ("uint32", "int32", "uint16", "uint8"):
        return _core.to_device(source, device, layout="row_major")
    host = source.to(dtype)
    explainer.rounded(source, host)
    return _core.to_device(host, device, layout=layout)


def _run(function, tensors, options, device, explainer, dtype, layout):
    if hasattr(function, "to"):
        result = function.to(device, **options)(*tensors)
    else:
        result = function(*(_sent(one, device, explainer, dtype, layout) for one in tensors), **options)
    return _core.to_host(result)


def _row(release, function, tensors, options, dtype, layout):
    explainer = _core.Explainer()
    with _core.open_device("wormhole", release_profile=release) as device:
        explainer.watch(device)
        try:
            result = _run(function, tensors, options, device, explainer, dtype, layout)
        except _core.Error as error:
            return {"release": release, "refused": str(error), "error": error}
        finally:
            explainer.leave()
    seen = json.loads(explainer.json())
    on_card = [row for row in seen["ops"] if row["op"] not in ("to_device", "to_host")]
    figures = seen["outputs"]
    return {"release": release, "refused": None, "result": result,
            "relative_l2": figures["relative_l2"], "max_ulp": figures["max_ulp"], "pcc": figures["pcc"],
            "modelled_ms": sum(row["modelled_ms"] for row in on_card),
            "modelled_j": sum(row["modelled_j"] for row in on_card), "ops": on_card}


def _changed(result, first):
    import numpy
    values, others = (numpy.asarray(one.to("f32").numpy()).view(numpy.uint32) for one in (result, first))
    return float((values != others).mean()) if values.size else 0.0


def compare_releases(function, *tensors, releases=None, dtype="bf16", layout="tile", **options):
    """function(*tensors, **options) on a software card of each release: digits that differ, error, time and energy.

    function: an op like wattention.softmax, any function of device tensors that returns one, or a module: then
    module.to(device, **options)(*tensors). tensors: arrays or Tensors on the host, rounded to `dtype`; integers are
    ids, and stay. releases: names of list_releases(); None: all. A release that refuses has its sentence in
    its row; where all refuse, the first one's error is raised.

        print(wattention.compare_releases(wattention.softmax, scores, dim=-1))
    """
    names = list(_core.list_releases() if releases is None else releases)
    if not names:
        raise ValueError("[compare_releases] expected at least one release; found none")
    rows = [_row(name, function, tensors, options, dtype, layout) for name in names]
    ran = [row for row in rows if row["refused"] is None]
    if not ran:
        raise rows[0]["error"]
    for row in ran:
        row["changed"] = _changed(row["result"], ran[0]["result"])
    return ReleaseComparison(rows)
