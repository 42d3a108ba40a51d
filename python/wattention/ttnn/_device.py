"""Devices: open, close, program cache."""
from contextlib import contextmanager

from .. import _core
from ._errors import error, refuse_options
from ._log import metal

__all__ = [
    "Device", "close_device", "disable_and_clear_program_cache", "enable_program_cache", "modelled",
    "open_device", "synchronize_device",
]

_open = {}  # device id -> Device: a card is opened once


class Device:
    """The software n150d as TT-NN's device handle. Threads may share it."""

    def __init__(self, core, device_id):
        self._core = core
        self._id = device_id

    def id(self):
        return self._id

    def compute_with_storage_grid_size(self):
        return _core.CoreGrid(y=8, x=8)

    def enable_program_cache(self):
        metal(f"Enabling program cache on device {self._id}")
        self._core.set_program_cache(True)

    def disable_and_clear_program_cache(self):
        metal(f"Disabling and clearing program cache on device {self._id}")
        self._core.set_program_cache(False)

    def __repr__(self):
        return f"<ttnn.Device {self._id}: software n150d, {'open' if self._core.is_open else 'closed'}>"


def open_device(*, device_id, l1_small_size=None, trace_region_size=None, num_command_queues=1,
                dispatch_core_config=None, worker_l1_size=None):
    """The software n150d with program cache off, as TT-NN has it. Opening an open device gives the same one."""
    refuse_options("open_device", l1_small_size=l1_small_size or None, trace_region_size=trace_region_size or None,
                   dispatch_core_config=dispatch_core_config, worker_l1_size=worker_l1_size or None)
    if device_id != 0 or num_command_queues != 1:
        raise error("absent", "[ttnn.open_device] expected device_id 0 with one command queue, the one card that is "
                              f"modelled; found device_id {device_id}, {num_command_queues} queues")
    if device_id not in _open:
        metal(f"Initializing device {device_id}. Program cache is NOT enabled")
        metal(f"AI CLK for device {device_id} is:   1000 MHz")
        _open[device_id] = Device(_core.open_device("wormhole"), device_id)
    return _open[device_id]


def close_device(device):
    """Frees what the device holds; its tensors are gone. Closing twice is allowed."""
    metal(f"Closing device {device._id}")
    metal(f"Disabling and clearing program cache on device {device._id}")
    device._core.close()
    if _open.get(device._id) is device:
        del _open[device._id]


def enable_program_cache(device):
    """Keep built programs from now on."""
    device.enable_program_cache()


def disable_and_clear_program_cache(device):
    device.disable_and_clear_program_cache()


def synchronize_device(device):
    """Returns at once, because every op has finished when its call returns."""


@contextmanager
def modelled(device, **what_if):
    """`with modelled(device) as model:` fills the dict `model` with what the block's transfers and programs would
    take on a real n150d. It is wattention.estimate() and takes its options. TT-NN has no such call. Torch's own work
    on the host is not in the figures."""
    model = {}
    _core.start_events(device._core)
    try:
        yield model
    finally:
        model.update(_core.estimate(device._core, **what_if))
