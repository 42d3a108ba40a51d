"""A software card for a test of wattention.ttnn, and its refusals."""
import unittest

import wattention
from wattention import ttnn


class WithDevice(unittest.TestCase):
    def setUp(self):
        self.device = ttnn.open_device(device_id=0)
        self.addCleanup(ttnn.close_device, self.device)

    def send(self, array, dtype=ttnn.bfloat16, **options):
        return ttnn.from_torch(array, dtype=dtype, layout=ttnn.TILE_LAYOUT, device=self.device, **options)

    def expect(self, kind, sentence, call):
        with self.assertRaisesRegex(wattention.Error, sentence) as caught:
            call()
        self.assertEqual(caught.exception.kind, kind)


def bits_of(tensor):
    return ttnn.from_device(tensor)._core.bits()
