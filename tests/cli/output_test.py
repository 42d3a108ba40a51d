"""Results that do not reach their reader: a full disk, a closed stdout, a reader that leaves, now or later."""
import json
import os
import resource
import subprocess
import threading
import time
import unittest

from program import PROGRAM, ProgramTest, read_npy, run, write_npy

# Every way that the program writes: help, tables, JSON, sentences, values; some larger than any buffer.
SMALL = [["--help"], ["--version"], ["run", "--help"], ["devices"], ["devices", "--json"], ["meters"], ["demo"],
         ["demo", "--json"], ["estimate"], ["estimate", "--json"],
         ["run", "--tokens", "4", "--embed-dim", "3", "--head-dim", "2", "--explain"],
         ["verify", "--tokens", "8", "--embed-dim", "8", "--head-dim", "8", "--input", "normal", "--draws", "4"],
         ["bench", "--tokens", "4", "--embed-dim", "3", "--head-dim", "2", "--count", "1", "--max-time", "0.1",
          "--meter", "none"]]


class Output(ProgramTest):
    def setUp(self):
        super().setUp()
        large = self.folder / "large.npy"
        write_npy(large, [[0.5] * 1024] * 64)
        self.large = ["op", "softmax", str(large), "--json"]  # a megabyte of JSON

    def run_into(self, descriptor, words):
        """The finished process, with stdout on a descriptor."""
        return subprocess.run([PROGRAM, *words], stdout=descriptor, stderr=subprocess.PIPE, text=True, timeout=300)

    def test_a_full_disk_is_named(self):
        for words in [*SMALL, self.large]:
            with self.subTest(words=words), open("/dev/full", "w") as full:
                result = self.run_into(full, words)
                self.assertEqual(result.returncode, 2)
                self.assertRegex(result.stderr, r"\A\[output\] expected .*; found: No space left on device\n\Z")

    def test_a_disk_that_is_full_in_the_middle_is_named(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
        with open(self.folder / "out.json", "w") as file:
            result = subprocess.run([PROGRAM, *self.large], stdout=file, stderr=subprocess.PIPE, text=True, timeout=60,
                                    preexec_fn=limit)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"\A\[output\] expected .*; found: File too large\n\Z")

    def test_a_closed_stdout_is_named_and_no_file_takes_its_place(self):
        for words in (["--version"], ["demo"], self.large):
            result = subprocess.run(["bash", "-c", 'exec "$0" "$@" >&-', PROGRAM, *words], stderr=subprocess.PIPE,
                                    text=True, timeout=60)
            self.assertEqual(result.returncode, 2)
            self.assertRegex(result.stderr, r"\A\[output\] expected .*; found: Bad file descriptor\n\Z")
        out = self.folder / "out.npy"
        words = ["run", "--tokens", "4", "--embed-dim", "3", "--head-dim", "2", "--out", str(out)]
        subprocess.run(["bash", "-c", 'exec "$0" "$@" >&- 2>&- <&-', PROGRAM, *words], timeout=60)
        self.assertEqual(len(read_npy(out)), 4)

    def test_a_reader_that_leaves_at_once_changes_nothing(self):
        for words in [*SMALL, self.large]:
            with self.subTest(words=words):
                reading, writing = os.pipe()
                os.close(reading)
                result = self.run_into(writing, words)
                os.close(writing)
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_a_reader_that_leaves_in_the_middle_changes_nothing(self):
        process = subprocess.Popen([PROGRAM, *self.large], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(process.stdout.read(100)[:1], b"{")
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()

    def test_the_exit_code_is_the_commands_own_without_a_reader(self):
        none_ran = ["bench", "--variant", "resident", "--device", "cpu", "--json"]
        reading, writing = os.pipe()
        os.close(reading)
        result = self.run_into(writing, none_ran)
        self.assertEqual((result.returncode, result.stderr), (run(*none_ran).returncode, ""))
        self.assertEqual(result.returncode, 2)
        # What a command writes beside its output is written.
        records = self.folder / "records.json"
        result = self.run_into(writing, [*SMALL[-1], "--out", str(records)])
        os.close(writing)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertTrue(json.loads(records.read_text())["benchmarks"])

    def test_a_pipe_that_does_not_block_gets_all_of_it(self):
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        pieces = []

        def read_slowly():
            while piece := os.read(reading, 30000):
                pieces.append(piece)
                time.sleep(0.001)

        reader = threading.Thread(target=read_slowly)
        reader.start()
        result = self.run_into(writing, self.large)
        os.close(writing)
        reader.join()
        os.close(reading)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(len(json.loads(b"".join(pieces))["values"]), 64)

    def test_a_full_disk_behind_a_file_is_named(self):
        for option in ("--out", "--trace"):
            sentence = self.refuses("run", "--tokens", 4, "--embed-dim", 3, "--head-dim", 2, option, "/dev/full")
            self.assertIn("No space left on device", sentence)

    def test_an_error_that_nobody_can_read_is_still_exit_code_2(self):
        with open("/dev/full", "w") as full:
            for arguments in (["nonsense"], ["run", "--tokens", "0"], []):
                result = subprocess.run([PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=full, timeout=60)
                self.assertEqual(result.returncode, 2, arguments)
        process = subprocess.Popen([PROGRAM, "nonsense"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        process.stderr.close()
        self.assertEqual(process.wait(timeout=60), 2)


if __name__ == "__main__":
    unittest.main()
