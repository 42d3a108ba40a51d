"""Calls that the real TT-NN 0.81.1 answered, in that release: each gives its bits, or is named as one that does not."""
import os
import unittest
from pathlib import Path
from unittest import mock

from library_calls import Calls

import wattention
from wattention import ttnn
from wattention.ttnn import _release

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "golden" / "wormhole_library" / "0.81" / "calls"


def named(file):
    """{call: why} of a list whose lines are a name and a reason."""
    lines = (FOLDER / file).read_text(encoding="utf-8").splitlines()
    return dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))


class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Another test may have installed the module for a release, which goes before the environment.
        for release in (mock.patch.dict(os.environ, WATTENTION_RELEASE="0.81"),
                        mock.patch.object(_release, "_chosen", "")):
            release.start()
            cls.addClassCleanup(release.stop)
        cls.device = ttnn.open_device(device_id=0)
        cls.addClassCleanup(ttnn.close_device, cls.device)
        cls.calls = Calls(FOLDER, ttnn, cls.device)
        cls.refused, cls.different = named("refused.txt"), named("different.txt")

    def test_every_call_gives_the_librarys_bits(self):
        for call in self.calls.all:
            name = call["name"]
            if name in self.refused:
                continue
            with self.subTest(name):
                difference = self.calls.difference(call)
                if name in self.different:
                    self.assertIsNotNone(difference, f"'{self.different[name]}' is no longer true: it is equal")
                else:
                    self.assertIsNone(difference)

    def test_what_is_refused_still_is(self):
        for call in self.calls.all:
            if call["name"] in self.refused:
                with self.subTest(call["name"]):
                    with self.assertRaises((wattention.Error, AttributeError)) as caught:
                        self.calls.difference(call)
                    self.assertTrue(str(caught.exception).startswith(self.refused[call["name"]]), caught.exception)

    def test_the_lists_name_calls(self):
        names = {call["name"] for call in self.calls.all}
        self.assertLessEqual(set(self.refused) | set(self.different), names)
        self.assertFalse(set(self.refused) & set(self.different))
