"""Files that are absent, damaged, protected or do not fit: a sentence, and the old file whole."""
import os
import resource
import shutil
import signal
import subprocess
import time
import unittest

from program import GOLDEN, PROGRAM, ProgramTest, read_npy, write_npy


class Reading(ProgramTest):
    def test_absent_file_is_named(self):
        self.assertIn("No such file", self.refuses("op", "softmax", self.folder / "absent.npy"))

    def test_folders_and_devices_are_no_files(self):
        self.refuses("op", "softmax", self.folder)
        self.refuses("run", "--input", "/dev/zero")

    def test_damaged_files(self):
        path = self.folder / "x.npy"
        whole = (GOLDEN / "npy" / "good_f4_little_c.npy").read_bytes()
        damaged = whole.replace(b"(2, 3, 4)", b"(2, 3, 9)")
        for content in (b"", b"\x93NUMPY", whole[:40], whole[:-1], whole + b"x", damaged):
            path.write_bytes(content)
            self.assertIn("[npy] expected", self.refuses("op", "softmax", path))

    def test_other_types(self):
        for name in ("bad_int64", "bad_object", "bad_structured"):
            self.assertIn("f32", self.refuses("op", "softmax", GOLDEN / "npy" / f"{name}.npy"))

    def test_a_pipe_that_nobody_writes_does_not_hang(self):
        os.mkfifo(self.folder / "pipe")
        self.refuses("op", "softmax", self.folder / "pipe")


class Writing(ProgramTest):
    def setUp(self):
        super().setUp()
        self.input, self.out = self.folder / "x.npy", self.folder / "out.npy"
        write_npy(self.input, [[float(i) for i in range(64)] for _ in range(64)])
        self.out.write_bytes(b"old")
        self.command = ["op", "transpose", self.input, "--out", self.out]

    def check_old(self):
        self.assertEqual(self.out.read_bytes(), b"old")
        self.assertEqual(sorted(os.listdir(self.folder)), ["out.npy", "x.npy"])

    def test_full_disk(self):
        """A limit on file size stands for it: it works without privileges."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        self.assertIn("File too large", self.refuses(*self.command, preexec_fn=limit))
        self.check_old()

    def test_full_device(self):
        self.assertIn("No space left", self.refuses("op", "transpose", self.input, "--out", "/dev/full"))

    def test_absent_folder(self):
        sentence = self.refuses("op", "transpose", self.input, "--out", self.folder / "no" / "x.npy")
        self.assertIn("No such file", sentence)

    def test_protected_folder(self):
        if os.geteuid() == 0 and not shutil.which("setpriv"):
            self.skipTest("root may write everywhere, and there is no setpriv to become somebody else")
        for path in (self.folder, self.out, self.input):
            path.chmod(0o555 if path.is_dir() else 0o444)
        words = [PROGRAM, *map(str, self.command)]
        if os.geteuid() == 0:
            nobody = ["setpriv", "--reuid=65534", "--clear-groups"]
            if subprocess.run([*nobody, PROGRAM, "--version"], capture_output=True).returncode:
                self.skipTest("nobody may not run the program from this folder")
            words = [*nobody, *words]
        result = subprocess.run(words, capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("Permission denied", result.stderr)
        self.check_old()

    def test_killed_in_the_middle(self):
        """Killed at many moments of a large write: the file is the old one or the whole new one."""
        side = 1500
        write_npy(self.input, [[0.5] * side] * side)
        old_left = 0
        for delay_ms in (0, 5, 10, 20, 30, 40, 60, 80):
            process = subprocess.Popen([PROGRAM, *map(str, self.command)], stdout=subprocess.DEVNULL)
            time.sleep(delay_ms / 1000)
            process.send_signal(signal.SIGKILL)
            process.wait()
            if self.out.read_bytes() == b"old":
                old_left += 1
            else:
                self.assertEqual(len(read_npy(self.out)), side)
                self.out.write_bytes(b"old")
        self.assertGreater(old_left, 0)

    def test_existing_file_is_replaced_whole(self):
        self.succeeds(*self.command)
        self.assertEqual(read_npy(self.out)[3], [3.0] * 64)


if __name__ == "__main__":
    unittest.main()
