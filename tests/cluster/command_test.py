"""bench and run under mpirun: one record for all ranks, one context for all tokens."""
import array
import json
import subprocess
import unittest

from ranks import PROGRAM, SMALL, RanksTest, mpirun

HEADS = ["run", "--heads", "4", "--kv-heads", "2", "--embed-dim", "64", "--tokens", "77", "--batch", "2", "--causal"]


def values_of(path):
    data = path.read_bytes()
    length = int.from_bytes(data[8:10], "little")
    return data[10 + length:]


class Bench(RanksTest):
    def records(self, *words):
        return json.loads(self.succeeds(*words))["benchmarks"]

    def test_ranks_share_the_tensors_of_one_record(self):
        rows = self.records("-n", 2, PROGRAM, "bench", *SMALL, "--count", "11", "--json")
        self.assertEqual({row["run_name"] for row in rows},
                         {"cpu/fused/f32/tokens:32/embed_dim:64/head_dim:64/count:11"})
        row = rows[0]
        self.assertEqual(row["count"], 11)
        self.assertEqual(row["iterations"], 11)
        self.assertEqual([rank["forwards"] for rank in row["ranks"]], [5, 6])
        slowest = max(rank["time_per_forward_ms"] * rank["forwards"] for rank in row["ranks"])
        self.assertGreaterEqual(row["time_per_forward_ms"] * 11 * 1.5, slowest)
        self.assertLessEqual(row["time_per_forward_ms"] * 11, 3 * slowest)

    def test_the_table_names_the_ranks(self):
        text = self.succeeds("-n", 2, PROGRAM, "bench", *SMALL, "--count", "4")
        self.assertIn("Ranks\n", text)
        self.assertEqual(text.count("cpu/fused/f32/tokens:32/embed_dim:64/head_dim:64/count:4 "), 2, text)

    def test_too_few_tensors_and_modelled_cards_are_refused(self):
        text = self.succeeds("-n", 2, PROGRAM, "bench", *SMALL, "--count", "1,4")
        self.assertIn("expected a tensor or more for each of 2 ranks; found count 1", text)
        words = ["-n", 2, PROGRAM, "bench", "--device", "wormhole", "--variant", "resident", "--tokens", "32",
                 "--embed-dim", "64", "--head-dim", "64", "--count", "4", "--model-only"]
        result = mpirun(*words)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("whose time is modelled", result.stdout)


class Run(RanksTest):
    def one(self, *words):
        path = self.folder / "one.npy"
        subprocess.run([PROGRAM, *HEADS, *words, "--out", path], check=True, capture_output=True)
        return values_of(path)

    def several(self, ranks, *words):
        path = self.folder / "several.npy"
        self.succeeds("-n", ranks, PROGRAM, *HEADS, *words, "--out", path)
        return values_of(path)

    def test_heads_have_the_bits_of_one_machine(self):
        self.assertEqual(self.several(2, "--split", "heads"), self.one())

    def test_tokens_agree_and_repeat(self):
        one, several = array.array("f", self.one()), array.array("f", self.several(3))
        self.assertEqual(len(one), len(several))
        largest = max(map(abs, one))
        self.assertLess(max(abs(a - b) for a, b in zip(one, several)), 1e-5 * largest)
        self.assertEqual(several.tobytes(), self.several(3))

    def test_widths_that_are_no_blocks_of_the_stream(self):
        words = ["--embed-dim", "20", "--tokens", "7"]
        heads = [word for word in HEADS if word not in ("--embed-dim", "64", "--tokens", "77")]
        path, other = self.folder / "one.npy", self.folder / "several.npy"
        subprocess.run([PROGRAM, *heads, *words, "--out", path], check=True, capture_output=True)
        self.succeeds("-n", 2, PROGRAM, *heads, *words, "--split", "heads", "--out", other)
        self.assertEqual(values_of(path), values_of(other))

    def test_steps_and_their_bytes(self):
        """Rank r's keys and values: batch 2, 2 heads of 16 columns, f32; of 77 tokens 39 and 38."""
        ranks = json.loads(self.succeeds("-n", 2, PROGRAM, *HEADS, "--json"))["ranks"]
        self.assertEqual([rank["tokens"] for rank in ranks], [39, 38])
        for rank, tokens in zip(ranks, (39, 38)):
            self.assertEqual([step["sent_bytes"] for step in rank["steps"]], [2 * 2 * 2 * 16 * 4 * tokens, 0])

    def test_trace_shows_what_is_on_its_way_beside_the_computing(self):
        path = self.folder / "trace.json"
        self.succeeds("-n", 2, PROGRAM, *HEADS, "--trace", path)
        text = path.read_text()
        for words in ("keys of rank 0", "keys of rank 1", "on the way", "computing", "19968 bytes"):
            self.assertIn(words, text)

    def test_a_sequence_that_one_process_cannot_hold(self):
        """24 MiB for each of tokens, queries, contexts and outputs; 140 MB hold them on four ranks, not on one."""
        words = [PROGRAM, "run", "--heads", "8", "--kv-heads", "1", "--embed-dim", "512", "--tokens", "12288",
                 "--causal", "--threads", "1"]
        limited = ["sh", "-c", 'ulimit -d 140000; exec "$@"', "sh", *words]
        alone = subprocess.run(limited, capture_output=True, text=True)
        self.assertEqual(alone.returncode, 2, alone.stderr)
        self.assertIn("of host memory; found less", alone.stderr)
        self.succeeds("-n", 4, *limited)

    def test_one_head_is_refused(self):
        self.assertIn("expected --heads for 2 ranks", self.one_sentence(mpirun("-n", 2, PROGRAM, "run")))


if __name__ == "__main__":
    unittest.main()
