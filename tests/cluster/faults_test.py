"""What goes wrong between machines: one sentence, an exit code, finished cases kept, and nothing hangs."""
import json
import os
import signal
import subprocess
import time
import unittest
from pathlib import Path

from ranks import MPIRUN, PROGRAM, SMALL, RanksTest, mpirun, sentences

STRANGER = os.environ["WATTENTION_STRANGER"]
# The first case ends at once, the second one would measure for minutes.
TWO_CASES = ["bench", "--tokens", "16,1024", "--embed-dim", "1024", "--head-dim", "1024", "--count", "4000",
             "--meter", "none", "--min-repeats", "1", "--max-repeats", "1", "--min-time", "0", "--max-time", "600"]


def rank_process(rank, parent):
    """The process of a rank below mpirun."""
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdigit() or f"\nPPid:\t{parent}\n" not in (entry / "status").read_text():
                continue
            if f"OMPI_COMM_WORLD_RANK={rank}\0".encode() in (entry / "environ").read_bytes():
                return int(entry.name)
        except OSError:
            pass
    raise LookupError(rank)


class Faults(RanksTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "records.json"

    def records(self):
        return [row["tokens"] for row in json.loads(self.out.read_text())["benchmarks"]
                if row["run_type"] == "iteration"]

    def with_running(self, limit="600"):
        """mpirun of two ranks, once the first case is kept; the caller breaks something."""
        command = [*MPIRUN, "-n", "2", PROGRAM, *TWO_CASES, "--out", str(self.out), "--time-limit", limit]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        end = time.monotonic() + 90
        while not self.out.exists():
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        return process

    def test_a_rank_dies(self):
        process = self.with_running()
        os.kill(rank_process(1, process.pid), signal.SIGKILL)
        _, text = process.communicate(timeout=30)
        self.assertNotEqual(process.returncode, 0)
        self.assertEqual(set(self.records()), {16})
        found = sentences(text)
        self.assertEqual(len(found), 1, text)
        self.assertIn("1 of 2 cases finished and kept", found[0])
        self.assertIn("rank 1", text)  # mpirun's own words say who

    def test_a_rank_hangs(self):
        process = self.with_running(limit="10")
        os.kill(rank_process(1, process.pid), signal.SIGSTOP)
        _, text = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2, text)
        self.assertEqual(set(self.records()), {16})
        found = sentences(text)
        self.assertEqual(len(found), 1, text)
        self.assertIn("expected rank 1 to answer within 10 s; found rank 0 waiting in vain", found[0])

    def test_the_disk_of_rank_0_is_full(self):
        """A limit on file size stands for it; the first case's records fit, the second's do not."""
        cases = ["bench", *SMALL[2:], "--count", "4", "--out", self.out]
        self.assertEqual(mpirun("-n", 2, PROGRAM, *cases, "--tokens", "32").returncode, 0)
        blocks = self.out.stat().st_size // 512 + 2
        self.out.unlink()
        limited = ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", PROGRAM, *cases, "--tokens", "32,64"]
        plain = [PROGRAM, *cases, "--tokens", "32,64"]
        result = mpirun("-n", 1, *limited, ":", "-n", 1, *plain)
        self.assertIn("File too large", self.one_sentence(result))
        self.assertEqual(set(self.records()), {32})

    def test_another_kernel(self):
        cases = [PROGRAM, "bench", *SMALL, "--count", "4"]
        result = mpirun("-n", 1, *cases, ":", "-n", 1, "-x", "WATTENTION_KERNEL=scalar", *cases)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("expected one CPU kernel (--kernel names one that all have) on all ranks; found", result.stdout)
        heads = [PROGRAM, "run", "--heads", "2", "--embed-dim", "32", "--tokens", "16"]
        result = mpirun("-n", 1, *heads, ":", "-n", 1, "-x", "WATTENTION_KERNEL=scalar", *heads)
        self.assertIn("expected one CPU kernel on all ranks", self.one_sentence(result))

    def test_another_version(self):
        result = mpirun("-n", 1, PROGRAM, "bench", *SMALL, "--count", "4", ":", "-n", 1, STRANGER)
        self.assertIn("expected one version of wattention on all ranks", self.one_sentence(result))

    def test_a_module_that_does_not_load(self):
        (self.folder / "libwattention_mpi.so").write_bytes(b"no module")
        environment = dict(os.environ, OMPI_COMM_WORLD_SIZE="2", LD_LIBRARY_PATH=str(self.folder))
        result = subprocess.run([PROGRAM, "bench", *SMALL, "--count", "4"], env=environment, capture_output=True,
                                text=True, timeout=60)
        self.assertEqual(result.returncode, 2)
        self.assertIn("expected libwattention_mpi.so for the ranks that mpirun started", result.stderr)

    def test_started_alone_nothing_of_mpi_is_loaded(self):
        """Neither by the system's loader nor by the program: a module that does not load harms nobody."""
        maps = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True).stdout
        self.assertNotIn("mpi", maps)
        (self.folder / "libwattention_mpi.so").write_bytes(b"no module")
        environment = dict(os.environ, LD_LIBRARY_PATH=str(self.folder))
        result = subprocess.run([PROGRAM, "bench", *SMALL, "--count", "4"], env=environment, capture_output=True,
                                text=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_rank_that_stops_before_the_common_end(self):
        begin = time.monotonic()
        result = mpirun("-n", 1, STRANGER, "leaves", ":", "-n", 1, STRANGER, "stops")
        self.assertNotEqual(result.returncode, 0)
        self.assertLess(time.monotonic() - begin, 60)  # the limit is 2 s


if __name__ == "__main__":
    unittest.main()
