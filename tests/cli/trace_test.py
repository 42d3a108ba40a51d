"""--trace of run, bench and estimate: files that hold what the commands print, or a sentence."""
import json
import os
import unittest

from program import ProgramTest, run

SMALL = ["--tokens", "64", "--embed-dim", "96", "--head-dim", "64"]


class Trace:
    """A trace-event file by the names that a viewer shows."""

    def __init__(self, path):
        self.file = json.loads(path.read_text())
        self.events = self.file["traceEvents"]
        names = {(event["name"], event.get("tid", event["pid"])): event["args"]["name"]
                 for event in self.events if event["name"] in ("process_name", "thread_name")}
        self.processes = [name for (kind, _), name in names.items() if kind == "process_name"]
        for event in self.events:
            if event["ph"] == "X":
                event["process"] = names["process_name", event["pid"]]
                event["thread"] = names["thread_name", event["tid"]]

    def spans(self, thread, process=""):
        return [event for event in self.events
                if event["ph"] == "X" and event["thread"] == thread and process in event["process"]]

    def sources(self):
        return {event["args"]["source"] for event in self.events if event["ph"] == "X"}

    def joules(self):
        power = [event for event in self.events if event["name"] == "card power (modelled)"]
        return sum(1e-6 * here["args"]["W"] * (there["ts"] - here["ts"])
                   for here, there in zip(power, power[1:]))


class TraceTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "out.json"

    def trace(self, *arguments):
        self.printed = self.succeeds(*arguments, "--trace", self.path)
        return Trace(self.path)


class Run(TraceTest):
    def test_measured_phases_of_a_cpu_run(self):
        trace = self.trace("run", "--index", "1", *SMALL, "--json")
        self.assertEqual(trace.sources(), {"measured"})
        spans = trace.spans("wall clock")
        self.assertEqual([span["name"] for span in spans],
                         ["open", "input", "draw weights", "prepare", "forward"])
        forward_s = json.loads(self.printed)["host_time_s"]
        self.assertAlmostEqual(1e-6 * spans[-1]["dur"], forward_s, delta=2e-9)
        self.assertIn("--trace", trace.file["otherData"]["command"])
        self.assertRegex(trace.file["otherData"]["version"], r"^\d+\.\d+\.\d+$")

    def test_a_card_has_two_clocks_in_processes_of_their_own(self):
        for mode in ("exact", "shape"):
            trace = self.trace("run", "--device", "wormhole", "--variant", "resident", "--index", "1",
                               "--mode", mode, *SMALL)
            self.assertEqual(len(trace.processes), 3)
            self.assertEqual(len(trace.spans("wall clock", "not the card's time")), 5)
            for span in trace.spans("wall clock"):
                self.assertEqual(span["args"]["source"], "measured")
            parts = [span for span in trace.spans("host thread") if span["cat"] == "part"]
            self.assertEqual([part["name"] for part in parts], ["module", "first forward"])
            # Kernels lie compiled on disk: nobody compiles for seconds.
            self.assertFalse([e for e in trace.events if e.get("cat") == "compile"])
            self.assertAlmostEqual(trace.joules(), sum(part["args"]["card_j"] for part in parts), delta=1e-4)

    def test_values_make_no_difference_to_the_modelled_clock(self):
        words = ["run", "--device", "wormhole", "--variant", "naive", "--index", "1", *SMALL]
        exact = self.trace(*words).spans("core row 0")
        shape = self.trace(*words, "--mode", "shape").spans("core row 0")
        self.assertEqual(exact, shape)
        self.assertEqual([span["name"] for span in exact], ["matmul", "softmax", "matmul"])


class Bench(TraceTest):
    def test_each_case_has_processes_of_its_own(self):
        trace = self.trace("bench", "--device", "wormhole,cpu", "--variant", "naive,resident,fused",
                           "--count", "7", "--max-time", "0.2", "--model-only", *SMALL, "--json")
        self.assertEqual(len(trace.processes), 2 + 2 + 1)
        self.assertEqual(len(set(trace.processes)), 5)
        rows = json.loads(self.printed)["benchmarks"]
        modelled = {row["run_name"]: row for row in rows if row.get("aggregate_name") == "model"}
        self.assertEqual(len(modelled), 2)
        for name, row in modelled.items():
            forward = trace.spans("host thread", name)[0]
            self.assertEqual(forward["name"], "one forward of 7, in the steady state")
            self.assertEqual(forward["args"]["time_ms"], row["time_per_forward_ms"])
            self.assertEqual(forward["args"]["card_j"], row["energy_j"])
        self.assertTrue(trace.file["otherData"]["skipped"])  # cpu cannot run the card's variants

    def test_records_keep_what_the_trace_shows(self):
        trace = self.trace("bench", "--device", "wormhole", "--variant", "resident", "--model-only", *SMALL,
                           "--out", self.folder / "records.json")
        row = json.loads((self.folder / "records.json").read_text())["benchmarks"][0]
        ops = [step for step in row["steps"] if step["on_device"]]
        for op, span in zip(ops, trace.spans("core row 0"), strict=True):
            for key in ("bytes", "program", "fidelity", "bound", "core_grid", "card_j"):
                self.assertEqual(span["args"][key], op[key])
            self.assertEqual(span["args"]["closed_form_ms"], 1e3 * op["closed_form_s"])
            self.assertEqual(span["args"]["units_ms"],
                             {unit: 1e3 * seconds for unit, seconds in op["units_s"].items()})


class Estimate(TraceTest):
    def test_what_if(self):
        for words in ([], ["--device-tilize", "--pinned-memory"], ["--fidelity", "hifi4", "--card", "p150"]):
            trace = self.trace("estimate", *words, "--json")
            printed = json.loads(self.printed)
            parts = [span for span in trace.spans("host thread") if span["cat"] == "part"]
            end_us = parts[-1]["ts"] + parts[-1]["dur"]
            whole = [printed["setup"], printed["first_forward"], printed["forward"]]
            self.assertAlmostEqual(1e-6 * end_us, sum(part["time_s"]["value"] for part in whole), places=8)
            self.assertAlmostEqual(trace.joules(), sum(part["card_j"]["value"] for part in whole), delta=1e-4)
            ops = [span["name"] for span in trace.spans("core row 0")]
            self.assertEqual("tilize" in ops, "--device-tilize" in words)

    def test_two_queues_have_a_pace_but_no_moments(self):
        sentence = self.refuses("estimate", "--command-queues", "2", "--trace", self.path)
        self.assertIn("expected 1 command queue", sentence)
        self.refuses("estimate", "--validate", "--trace", self.path)
        self.assertFalse(self.path.exists())


class Files(TraceTest):
    COMMANDS = (["run", *SMALL], ["bench", *SMALL], ["estimate", *SMALL])

    def test_absent_folders_and_folders_are_refused_before_the_work(self):
        for command in self.COMMANDS:
            self.assertIn("No such file", self.refuses(*command, "--trace", self.folder / "no" / "x.json"))
            self.assertIn("name of a file", self.refuses(*command, "--trace", self.folder))

    def test_a_failed_command_leaves_an_older_trace_alone(self):
        self.path.write_text("old")
        self.refuses("run", "--input", self.folder / "absent.npy", "--trace", self.path)
        self.refuses("estimate", "--tokens", "0", "--trace", self.path)
        self.assertEqual(self.path.read_text(), "old")
        self.assertEqual(os.listdir(self.folder), ["out.json"])

    def test_a_full_device(self):
        self.assertIn("No space left", self.refuses("estimate", *SMALL, "--trace", "/dev/full"))

    def test_help_shows_an_example(self):
        for command in ("run", "bench", "estimate"):
            self.assertIn("--trace out.json", run(command, "--help").stdout)


if __name__ == "__main__":
    unittest.main()
