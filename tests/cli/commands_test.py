"""Help, exit codes and JSON of every command; the sentences for what is refused."""
import json
import os
import re
import subprocess
import unittest

from program import PROGRAM, ProgramTest, run, write_npy


class Help(ProgramTest):
    def commands(self):
        listed = self.succeeds("--help").split("Subcommands:")[1]
        return re.findall(r"^  ([\w-]+) ", listed, re.M)

    def test_every_command_has_help_with_an_example(self):
        commands = self.commands()
        for name in ("devices", "demo", "run", "op", "verify"):
            self.assertIn(name, commands)
        for name in commands:
            text = self.succeeds(name, "--help")
            self.assertIn("--json", text, name)
            self.assertIn(f"wattention {name}", text, name)

    def test_version(self):
        self.assertRegex(self.succeeds("--version"), r"^wattention \d+\.\d+\.\d+\n$")

    def test_alone_it_shows_help_and_exits_with_2(self):
        result = run()
        self.assertEqual(result.returncode, 2)
        self.assertIn("Subcommands:", result.stderr)


class Devices(ProgramTest):
    def test_lists_what_is_here_and_why_the_rest_is_not(self):
        devices = {entry["name"]: entry for entry in json.loads(self.succeeds("devices", "--json"))["devices"]}
        for name in ("reference", "cpu"):
            self.assertTrue(devices[name]["available"])
            self.assertTrue(devices[name]["description"])
        for entry in devices.values():
            self.assertTrue(entry["available"] or entry["reason"], entry)
        text = self.succeeds("devices")
        for name in devices:
            self.assertIn(name, text)


class Refusals(ProgramTest):
    def test_usage(self):
        for arguments in (["nonsense"], ["demo", "--nonsense"], ["run", "--tokens"], ["run", "--tokens", "many"],
                          ["op"], ["demo", "extra"], ["run", "--tokens", "1" * 30]):
            self.refuses(*arguments)

    def test_devices_kernels_and_variants(self):
        self.assertIn("abacus", self.refuses("demo", "--device", "abacus"))
        self.assertIn("abacus", self.refuses("demo", "--kernel", "abacus"))
        self.refuses("demo", "--variant", "clever")
        self.refuses("demo", "--variant", "resident")
        self.refuses("demo", "--device", "wormhole", "--variant", "fused")
        self.refuses("demo", "--device", "wormhole", "--dtype", "f32")
        self.refuses("demo", "--device", "wormhole", "--release-profile", "9.99")

    def test_words(self):
        for option, word in (("--dtype", "f8"), ("--core-grid", "8x"), ("--core-grid", "0x8"), ("--core-grid", "x"),
                             ("--core-grid", "8x8x8"), ("--fidelity", "hifi5"), ("--mode", "fast"),
                             ("--threads", "-1")):
            self.assertIn("expected", self.refuses("demo", "--device", "wormhole", option, word))

    def test_sizes(self):
        for option in ("--tokens", "--embed-dim", "--head-dim", "--index"):
            self.refuses("run", option, 0)
            self.refuses("run", option, -3)
        self.refuses("run", "--tokens", 1 << 40)

    def test_a_result_too_large_for_memory_is_one_sentence(self):
        self.refuses("run", "--tokens", 1 << 28, "--embed-dim", 1 << 16, "--head-dim", 1)


class Arguments(ProgramTest):
    """What the parser takes and the program must not."""
    small = ["--tokens", 5, "--embed-dim", 4, "--head-dim", 3, "--index", 1]

    def setUp(self):
        super().setUp()
        self.a = self.folder / "a.npy"
        write_npy(self.a, [[1, 2], [3, 4]])

    def test_empty_values(self):
        for option in ("--input", "--out", "--trace", "--seed", "--kernel", "--dtype", "--core-grid"):
            self.assertIn(f"a value after {option}; found an empty one", self.refuses("run", option, ""))
            self.assertIn(f"a value for {option}=; found an empty one", self.refuses("run", f"{option}="))
        self.assertIn("--dim", self.refuses("op", "softmax", self.a, "--dim", ""))
        self.assertIn("--clock-mhz", self.refuses("estimate", "--clock-mhz", ""))
        self.assertIn("--fold-projections", self.refuses("bench", "--fold-projections", ""))
        self.succeeds("bench", "--variant", "fused", "--fold-projections", "--tokens", 4, "--embed-dim", 4,
                      "--head-dim", 4, "--count", 1, "--max-time", 0.1, "--meter", "none")

    def test_whole_numbers_that_do_not_fit(self):
        self.assertIn(" 18446744073709551616\n", self.refuses("run", *self.small, "--seed", 1 << 64))
        self.succeeds("run", *self.small, "--seed", (1 << 64) - 1)
        self.assertIn(" 9223372036854775808\n", self.refuses("run", "--index", 1 << 63))
        for number in ("-1", "0x1p3", " 7", "1e3"):
            self.refuses("run", *self.small, "--seed", number)
        self.succeeds("run", *self.small, "--seed", "+7")

    def test_options_that_would_change_nothing(self):
        self.refuses("run", "--device", "wormhole", "--variant", "naive", "--core-grid", "2x2", *self.small)
        self.refuses("run", "--fidelity", "lofi", *self.small)
        self.refuses("demo", "--fold-projections")
        self.refuses("demo", "--mode", "shape")
        for words in (["--fidelity", "hifi4"], ["--core-grid", "8x8"], ["--fp32-accumulate"], ["--memory", "l1"],
                      ["--a-memory", "l1"], ["--numeric-stable"], ["--dim", 0], ["--dims", "1,0"],
                      ["--mode", "shape"]):
            self.refuses("op", "matmul", self.a, self.a, *words)
        self.refuses("op", "softmax", self.a, "--transpose-b")
        for axis in (["--core-grid", "2x2,4x4"], ["--fidelity", "lofi,hifi4"]):
            self.assertIn("expected a case of", self.refuses("bench", "--device", "cpu", *axis))
        self.refuses("bench", "--variant", "reference", "--fold-projections", "on")
        self.refuses("bench", "--device", "cpu", "--host", "this")
        self.refuses("op", "softmax", self.a, "--device", "wormhole", "--b-memory", "l1")
        self.refuses("demo", "--program-cache")
        self.refuses("demo", "--release-profile", "0.99")

    def test_values_that_mode_shape_lacks(self):
        card = ["--device", "wormhole", "--mode", "shape"]
        self.assertIn("to print values", self.refuses("demo", *card))
        self.assertIn("to compare values", self.refuses("verify", *card))
        self.assertIn("with --out", self.refuses("run", *card, *self.small, "--out", self.folder / "out.npy"))
        self.assertIn("with --out", self.refuses("op", "matmul", self.a, self.a, *card, "--out", self.folder / "o.npy"))
        self.assertIn("[2, 2] bf16, without values", self.succeeds("op", "matmul", self.a, self.a, *card))
        self.refuses("run", *card, "--index", -5)

    def test_places_that_take_no_file_are_refused_before_the_work(self):
        self.refuses("run", "--tokens", 1 << 20, "--out", self.folder / "nowhere" / "out.npy")
        both = self.folder / "both"
        self.assertIn("two files", self.refuses("run", *self.small, "--out", both, "--trace", both))
        self.refuses("bench", "--out", both, "--trace", f"{self.folder}/./both")
        self.assertFalse(both.exists())
        self.refuses("calibrate-host", "--out", "/proc/host.json")
        result = run("compare", "--out", self.a)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertRegex(result.stderr, r"\A\[compare\] expected a folder.*; found: Not a directory\n\Z")

    def test_a_sentence_is_one_printable_line(self):
        for words in (["op", "transpose", "new\nline\x1b[31m.npy"], ["run", "--variant", "a\nb"]):
            self.assertTrue(self.refuses(*words).rstrip("\n").isprintable())

    def test_a_kernel_of_the_environment_is_named_as_such(self):
        environment = {**os.environ, "WATTENTION_KERNEL": "abacus"}
        for device in ("cpu", "wormhole"):
            result = run("demo", "--device", device, env=environment)
            self.assertEqual(result.returncode, 2)
            self.assertIn("'abacus' in WATTENTION_KERNEL", result.stderr)

    def test_threads_that_the_system_does_not_start(self):
        limited = ["bash", "-c", 'ulimit -v 700000; exec "$0" "$@"', PROGRAM]
        if subprocess.run([*limited, "devices"], capture_output=True, timeout=60).returncode != 0:
            self.skipTest("the program does not run in 700 MB of addresses, as under a sanitizer")
        rows = self.folder / "rows.npy"  # a softmax that is worth 300 threads and takes no memory for each
        write_npy(rows, [[0.0] * 3000])
        data = rows.read_bytes()
        head = data[:-12000].replace(b"(1, 3000), }   ", b"(2000, 3000), }")
        rows.write_bytes(head + bytes(12000) * 2000)
        words = ["op", "softmax", rows, "--threads", "300"]
        result = subprocess.run([*limited, *words], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertRegex(result.stderr, r"\A\[threads\] expected the system to start 300 threads; found \d+: .*\n\Z")


class Run(ProgramTest):
    small = ["run", "--tokens", 5, "--embed-dim", 4, "--head-dim", 3]

    def test_index_picks_the_tensor_of_the_stream(self):
        first, second = (json.loads(self.succeeds(*self.small, "--index", index, "--json")) for index in (1, 2))
        self.assertNotEqual(first["shown"], second["shown"])
        self.assertEqual([first[key] for key in ("tokens", "embed_dim", "head_dim")], [5, 4, 3])
        self.assertEqual(first["time_source"], "measured")

    def test_threads_do_not_change_a_bit(self):
        for variant in ("reference", "fused"):
            runs = [json.loads(self.succeeds("run", "--tokens", 70, "--embed-dim", 50, "--head-dim", 30, "--variant",
                                             variant, "--threads", threads, "--json"))["shown"] for threads in (1, 3)]
            self.assertEqual(runs[0], runs[1])

    def test_explain_names_a_kernel(self):
        output = self.succeeds(*self.small, "--variant", "fused", "--explain")
        self.assertGreater(len(output.split("time:")[1].splitlines()), 1)

    def test_without_a_variant_the_memory_does_not_grow_with_the_square_of_the_tokens(self):
        long = ["run", "--tokens", 9000, "--embed-dim", 16, "--head-dim", 16, "--json"]
        words = [PROGRAM, *map(str, long)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE)
        result = json.loads(process.stdout.read())
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual((process.returncode, result["variant"]), (0, "fused"))
        self.assertLess(usage.ru_maxrss, 324e3)  # KB of one matrix of scores; the plain formula holds three
        small = [json.loads(self.succeeds(*self.small, *more, "--json")) for more in ([], ["--variant", "fused"])]
        self.assertEqual(small[0]["shown"], small[1]["shown"])
        self.assertEqual(json.loads(self.succeeds(*self.small, "--device", "reference", "--json"))["variant"],
                         "reference")

    def test_scores_that_fit_into_no_memory_are_refused_before_the_work(self):
        sentence = self.refuses("run", "--variant", "reference", "--tokens", 3000000, "--embed-dim", 1, "--head-dim",
                                1)
        self.assertRegex(sentence, r"^\[attention\] expected room for three matrices of tokens x tokens "
                                   r"\(variant fused keeps none\), 108000.0 GB; found [\d.]+ GB$")

    def test_the_environment_limits_the_threads_and_is_named(self):
        for omp, own, count, reason in (("1,7", "", 1, "OMP_NUM_THREADS"), ("1", "3", 3, "WATTENTION_THREADS")):
            environment = {**os.environ, "OMP_NUM_THREADS": omp, "WATTENTION_THREADS": own}
            for device in ("cpu", "reference"):
                output = self.succeeds(*self.small, "--device", device, "--explain", env=environment)
                self.assertIn(f"threads: {count}\n", output)
                self.assertIn(f"threads_limited_by: {reason}\n", output)
            self.assertIn(f"{count} thread{'s' * (count > 1)} ({reason})", self.succeeds("devices", env=environment))
            named = self.succeeds(*self.small, "--threads", 2, "--explain", env=environment)
            self.assertIn("threads: 2\n", named)
            self.assertNotIn("limited", named)

    def test_input_from_a_file(self):
        path = self.folder / "x.npy"
        write_npy(path, [[0.5, -1, 2], [1, 0, 0.25]])
        result = json.loads(self.succeeds("run", "--input", path, "--head-dim", 4, "--json"))
        self.assertEqual((result["tokens"], result["embed_dim"], len(result["shown"][0])), (2, 3, 4))
        self.refuses("run", "--input", path, "--tokens", 2)

    def test_shape_mode_has_no_values(self):
        arguments = ["run", "--device", "wormhole", "--variant", "resident", "--mode", "shape", "--tokens", 4096]
        self.assertIn("without values", self.succeeds(*arguments))
        result = json.loads(self.succeeds(*arguments, "--json", "--explain"))
        self.assertNotIn("shown", result)
        self.assertTrue(result["ops"])


if __name__ == "__main__":
    unittest.main()
