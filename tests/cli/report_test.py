"""report: what it refuses in one sentence, and records that it never replaces."""
import json
import os
import unittest

from program import GOLDEN, ProgramTest


class Report(ProgramTest):
    def setUp(self):
        super().setUp()
        self.records, self.page = self.folder / "records.json", self.folder / "report.html"
        self.text = (GOLDEN / "records" / "measured.json").read_text()
        self.records.write_text(self.text)

    def refused(self, content):
        """The sentence about a file of this content; no page is written."""
        path = self.folder / "other.json"
        path.write_text(content)
        sentence = self.refuses("report", path, "--out", self.page)
        self.assertFalse(self.page.exists())
        self.assertIn(f"'{path}'", sentence)
        self.assertNotIn("json.exception", sentence)
        self.assertRegex(sentence, r"^\[report\] expected .*; found ")
        return sentence

    def test_records_become_a_page(self):
        self.succeeds("report", self.records, "--out", self.page)
        self.assertIn("</html>", self.page.read_text())
        self.succeeds("report", self.records, "--out", self.page)  # and a page is replaced
        self.assertEqual(self.records.read_text(), self.text)

    def test_records_come_through_a_pipe(self):
        self.succeeds("report", "/dev/stdin", "--out", self.page, input=self.text)
        self.assertIn("</html>", self.page.read_text())

    def test_what_cannot_be_read_is_named_with_its_reason(self):
        for path, reason in ((self.folder, "expected a regular file"), ("/dev/zero", "expected a regular file"),
                             (self.folder / "nope.json", "No such file or directory"),
                             (self.records / "x", "Not a directory")):
            sentence = self.refuses("report", path, "--out", self.page)
            self.assertIn(f"'{path}'", sentence)
            self.assertIn(reason, sentence)

    def test_the_page_never_replaces_its_records(self):
        link, second = self.folder / "link.json", self.folder / "second.json"
        link.symlink_to(self.records)
        os.link(self.records, second)
        for page in (self.records, self.folder / "." / "records.json", f"{self.folder}/./records.json",
                     f"{self.folder}/../{self.folder.name}/records.json", link, second):
            self.assertIn("another file", self.refuses("report", self.records, "--out", page))
        self.assertIn("another file", self.refuses("report", link, "--out", self.records))
        self.assertIn("another file", self.refuses("report", "records.json", "--out", "./records.json",
                                                   cwd=self.folder))
        self.assertEqual(self.records.read_text(), self.text)

    def test_what_is_no_records_is_told_in_words(self):
        for content in ("", "{", "[]", "[1, 2]", "7", "null", '"text"', "{}", '{"context": 1}', "\x00"):
            self.assertIn("records as bench --out writes them; found ", self.refused(content))
        for name in ("context", "benchmarks"):
            records = json.loads(self.text)
            for other in (1, "x", None, [1]):
                self.refused(json.dumps(records | {name: other}))
            del records[name]
            self.assertIn(f'without "{name}"', self.refused(json.dumps(records)))

    def test_any_field_of_another_kind_is_told_in_words(self):
        for part in ("context", "benchmarks"):
            for other in ([], {}):
                records = json.loads(self.text)
                fields = records[part] if part == "context" else records[part][0]
                name = "date" if part == "context" else "device"
                fields[name] = other
                self.assertIn("type must be string", self.refused(json.dumps(records)))

    def test_an_interrupted_run_without_a_record_has_a_page(self):
        self.refused(json.dumps(json.loads(self.text) | {"benchmarks": {}}))
        self.records.write_text(json.dumps(json.loads(self.text) | {"benchmarks": []}))
        self.succeeds("report", self.records, "--out", self.page)
        self.assertIn("no case was finished", self.page.read_text())


if __name__ == "__main__":
    unittest.main()
