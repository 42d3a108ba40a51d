"""Recorded calls of the real TT-NN, made again through a module of its shape: tests/golden/wormhole_library."""
import hashlib
import json

import numpy as np

import wattention

BLOCK = 1024  # elements of a digest


def digests(array):
    """64 bits for every 1,024 elements in order, floats of 32 bits and patterns of bfloat16 alike."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return [hashlib.blake2b(flat[at:at + BLOCK].tobytes(), digest_size=8).hexdigest()
            for at in range(0, max(flat.size, 1), BLOCK)]


class Calls:
    """The calls of a folder, on one device of the module `ttnn`."""

    def __init__(self, folder, ttnn, device):
        self.folder, self.ttnn, self.device = folder, ttnn, device
        self.all = json.loads((folder / "calls.json").read_text(encoding="utf-8"))

    def difference(self, call):
        """What differs from the library's results, in a sentence, or None. Raises what the module raises."""
        tensors = {name: self._sent(spec) for name, spec in call["inputs"].items()}
        steps = _Steps(self.ttnn, self.device, tensors)
        for step in call["steps"]:
            steps.run(step)
        found = [_difference(result, self._fetched(steps.value({"ref": result["ref"]}), result["dtype"]))
                 for result in call["results"]]
        return "; ".join(filter(None, found)) or None

    def _sent(self, spec):
        array = np.load(self.folder / spec["file"])
        array = array.reshape(spec.get("shape", array.shape))  # files of the same bytes are one
        host = wattention.Tensor.from_bits(array) if spec["dtype"] == "bfloat16" else array
        memory = self.ttnn.L1_MEMORY_CONFIG if spec["memory"] == "L1" else self.ttnn.DRAM_MEMORY_CONFIG
        return self.ttnn.from_torch(host, dtype=getattr(self.ttnn, spec["dtype"]),
                                    layout=getattr(self.ttnn, spec["layout"] + "_LAYOUT"), device=self.device,
                                    memory_config=memory)

    def _fetched(self, tensor, dtype):
        """As the file holds it: patterns of bfloat16, or numbers."""
        host = self.ttnn.from_device(tensor) if tensor.storage_type() is not self.ttnn.StorageType.OWNED else tensor
        if dtype == "uint16" and host.dtype == self.ttnn.bfloat16:
            return np.asarray(host._core.bits())
        return np.asarray(self.ttnn.to_torch(host)).astype(dtype)


def _difference(result, found):
    if found.size != np.prod(result["shape"], dtype=int):
        return f"{result['ref']} has shape {list(found.shape)}, expected {result['shape']}"
    expected = result["digests"]
    wrong = [i for i, (one, other) in enumerate(zip(digests(found), expected)) if one != other]
    return f"{len(wrong)} of {len(expected)} blocks of {result['ref']} differ, first {wrong[0]}" if wrong else None


class _Steps:
    """Turns a call's JSON into calls of the module."""

    def __init__(self, ttnn, device, tensors):
        self.ttnn, self.device, self.tensors = ttnn, device, tensors

    def word(self, dotted):
        found = self.ttnn
        for part in dotted.split(".")[1:]:
            found = getattr(found, part)
        return found

    def value(self, item):
        if isinstance(item, list):
            return [self.value(each) for each in item]
        if not isinstance(item, dict):
            return item
        (kind, content), *more = item.items()
        if kind == "ref":
            name, _, index = content.partition(".")
            return self.tensors[name][int(index)] if index else self.tensors[name]
        if kind == "new":
            words = dict(more)
            return self.word(content)(*self.value(words["args"]), **self._keywords(words["kwargs"]))
        return {"attr": lambda: self.word(content), "slice": lambda: slice(*content),
                "tuple": lambda: tuple(self.value(content)), "ellipsis": lambda: Ellipsis,
                "device": lambda: self.device}[kind]()

    def _keywords(self, items):
        return {name: self.value(item) for name, item in items.items()}

    def run(self, step):
        args, keywords = self.value(step["args"]), self._keywords(step["kwargs"])
        if step["op"] == "getitem":
            result = args[0][tuple(args[1]) if isinstance(args[1], list) else args[1]]
        elif step["op"].startswith("method:"):
            result = getattr(args[0], step["op"][7:])(*args[1:], **keywords)
        else:
            result = self.word(step["op"])(*args, **keywords)
        self.tensors[step["out"]] = result
