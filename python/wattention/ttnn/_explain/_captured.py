"""What ran for one call, as TT-NN's graph capture has it: programs with their circular buffers, buffers and tensors.

Nodes: tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/graph/graph_processor.cpp.
"""
import json

from ._pages import bytes_of

_DEVICE = {"device_id": "0"}


def circular_buffers(attributes):
    """(cores, [(address, bytes)]) of a program, of what it says of itself."""
    addresses, _, cores = attributes.get("circular_buffers_at", "").partition(" on ")
    sizes = [word.rsplit(" ", 1)[1] for word in attributes.get("circular_buffers_each", "").split(", ") if word]
    return f"{{{cores}}}", list(zip(addresses.split(", "), sizes))


class _Graph:
    def __init__(self, tensors):
        self.tensors, self.nodes, self.known = tensors, [], {}

    def add(self, kind, params, connections=()):
        self.nodes.append({"counter": len(self.nodes), "node_type": kind, "params": params, "arguments": [],
                           "connections": list(connections)})
        return self.nodes[-1]["counter"]

    def connect(self, source, sink):
        self.nodes[source]["connections"].append(sink)

    def tensor(self, number):
        """Its node, and that of its buffer where it is on the device."""
        if number not in self.known:
            tensor = self.tensors[number]
            node = self.add("tensor", {"tensor_id": str(number), "shape": f"Shape({tensor['shape']})"})
            buffer = None
            if tensor["address"] is not None:
                buffer = self.add("buffer", _buffer(tensor), [node])
            self.known[number] = node, buffer
        return self.known[number]


def _buffer(tensor):
    return {"size": str(bytes_of(tensor)), "type": tensor["memory"].upper(), "layout": _layout(tensor), **_DEVICE}


def _layout(tensor):
    return f"{tensor['sharding'].partition(':')[0].upper()}_SHARDED" if tensor["sharding"] else "INTERLEAVED"


def _program(graph, name, program, operands, born):
    """A program from its start to its end; `born` are the tensors that get their buffers in it."""
    start = graph.add("function_start", {"name": name, "inputs": str(len(operands)), **_DEVICE})
    graph.nodes[start]["arguments"] = [program["program"]]
    for number in operands:
        graph.connect(graph.tensor(number)[0], start)
    for number in born:
        _, buffer = graph.tensor(number)
        params = _buffer(graph.tensors[number]) | {"address": str(graph.tensors[number]["address"]), "num_cores": "0"}
        graph.connect(start, graph.add("buffer_allocate", params, [buffer]))
    cores, buffers = circular_buffers(program["attributes"])
    for address, size in buffers:
        params = {"address": address, "size": size, "core_range_set": cores, "globally_allocated": "0", **_DEVICE}
        graph.connect(start, graph.add("circular_buffer_allocate", params))
    graph.connect(start, graph.add("circular_buffer_deallocate_all", dict(_DEVICE)))
    end = graph.add("function_end", {"name": name})
    graph.connect(start, end)
    return start, end


def captured_graph(call, tensors, name):
    """As JSON; `name` is that of the device's operation. Results that were there before the call get no new buffer."""
    graph = _Graph(tensors)
    begin = graph.add("capture_start", {})
    before = max(call["operands"], default=-1)
    born = [number for number in call["results"] if tensors[number]["address"] is not None and number > before]
    last = begin
    for place, program in enumerate(call["programs"]):
        is_last = place == len(call["programs"]) - 1
        start, end = _program(graph, name, program, call["operands"], born if is_last else [])
        graph.connect(last, start)
        last = end
    if call["programs"]:
        for number in call["results"]:
            graph.connect(last, graph.tensor(number)[0])
    graph.connect(last, graph.add("capture_end", {}))
    return json.dumps(graph.nodes)
