"""Devices: open, close, program cache, and what a program asks of one."""
import enum
from contextlib import contextmanager
from dataclasses import dataclass

from .. import _core
from . import _watch
from ._absent import refuse_attribute
from ._cores import CoreCoord, CoreGrid
from ._errors import error, expect_types, refuse_options
from ._log import metal
from ._release import release
from ._word import word

__all__ = [
    "CloseDevice", "CreateDevice", "Device", "DispatchCoreAxis", "DispatchCoreConfig", "DispatchCoreType",
    "DumpDeviceProfiler", "GetNumAvailableDevices", "close_device", "disable_and_clear_program_cache",
    "enable_program_cache", "get_arch_name", "get_device_ids", "get_num_devices", "manage_device", "modelled",
    "open_device", "record_event", "synchronize_device", "wait_for_event",
]

# tt-metal v0.57.0-rc71, tt_metal/llrt/wormhole/wh_hal.cpp: what the release takes for these on this card, as composites
# and golden functions use it. They are numbers as any others.
SFPU_EPSILON, SFPU_NAN, SFPU_INFINITY = 1.19209e-7, 7.0040e+19, 1.7014e+38

_open = {}  # device id -> Device: a card is opened once


class Arch(enum.Enum):
    GRAYSKULL = 1
    WORMHOLE_B0 = 2
    BLACKHOLE = 3


class DispatchCoreType(enum.Enum):
    WORKER = 0
    ETH = 1


class DispatchCoreAxis(enum.Enum):
    ROW = 0
    COL = 1


@dataclass(frozen=True)
class DispatchCoreConfig:
    """Which cores would dispatch. Taken without effect: the programs of this card use 8x8 cores either way."""

    type: DispatchCoreType = None
    axis: DispatchCoreAxis = None

    def __post_init__(self):
        expect_types("DispatchCoreConfig", type=(self.type, DispatchCoreType), axis=(self.axis, DispatchCoreAxis))


class Device:
    """The software n150d as TT-NN's device handle. Threads may share it."""

    def __init__(self, core, device_id, trace_region_size=0):
        self._core = core
        self._id = device_id
        self._traces = {}  # trace id -> its steps
        self._written = None  # what count_program counted; None: the program cache is off
        self._trace_region_size = trace_region_size

    def id(self):
        return self._id

    def arch(self):
        return Arch.WORMHOLE_B0

    def compute_with_storage_grid_size(self):
        return CoreCoord(8, 8)

    def dram_grid_size(self):
        """The banks of DRAM as cores: shards in DRAM lie on them."""
        return CoreCoord(12, 1)

    @property
    def core_grid(self):
        return CoreGrid(y=8, x=8)

    def get_num_devices(self):
        return 1

    def enable_program_cache(self):
        metal(f"Enabling program cache on device {self._id}")
        self._core.set_program_cache(True)
        self._written = self._written or set()

    def disable_and_clear_program_cache(self):
        metal(f"Disabling and clearing program cache on device {self._id}")
        self._core.set_program_cache(False)
        self._written = None

    def count_program(self, key):
        """Counts a program whose output the host makes here. The card caches it under all that `key` holds."""
        if self._written is not None:
            self._written.add(key)

    def num_program_cache_entries(self):
        return self._core.cached_programs() + len(self._written or ())

    def sfpu_eps(self):
        return SFPU_EPSILON

    def sfpu_nan(self):
        return SFPU_NAN

    def sfpu_inf(self):
        return SFPU_INFINITY

    def enable_async(self, enable=True):
        """Taken without effect: an op has finished when its call returns."""

    def __getattr__(self, name):
        refuse_attribute("Device", name)

    def __repr__(self):
        return f"<ttnn.Device {self._id}: software n150d, {'open' if self._core.is_open else 'closed'}>"


@word("open_device")
def open_device(*, device_id, l1_small_size=None, trace_region_size=None, num_command_queues=1,
                dispatch_core_config=None, worker_l1_size=None):
    """The software n150d with the program cache as the release has it. Opening an open device gives the same one.

    l1_small_size and the dispatch cores are taken without effect: nothing is set aside in L1 or DRAM. But traces need a
    trace_region_size.
    """
    expect_types("open_device", device_id=(device_id, int), l1_small_size=(l1_small_size, int),
                 trace_region_size=(trace_region_size, int), worker_l1_size=(worker_l1_size, int),
                 dispatch_core_config=(dispatch_core_config, DispatchCoreConfig))
    refuse_options("open_device", worker_l1_size=worker_l1_size or None)
    if device_id != 0 or num_command_queues != 1:
        raise error("absent", "[ttnn.open_device] expected device_id 0 with one command queue, the one card that is "
                              f"modelled; found device_id {device_id}, {num_command_queues} queues")
    if device_id not in _open:
        metal(f"Initializing device {device_id}. Program cache is NOT enabled")
        metal(f"AI CLK for device {device_id} is:   1000 MHz")
        _open[device_id] = Device(_core.open_device("wormhole", release_profile=release()), device_id,
                                  trace_region_size or 0)
        _watch.opened(_open[device_id]._core)
    return _open[device_id]


@word("CreateDevice")
def CreateDevice(device_id, num_command_queues=1, l1_small_size=None, trace_region_size=None,
                 dispatch_core_config=None, *, worker_l1_size=None):
    """open_device by its older name."""
    return open_device(device_id=device_id, num_command_queues=num_command_queues, l1_small_size=l1_small_size,
                       trace_region_size=trace_region_size, dispatch_core_config=dispatch_core_config,
                       worker_l1_size=worker_l1_size)


@word("close_device")
def close_device(device):
    """Frees what the device holds; its tensors are gone. Closing twice is allowed."""
    expect_types("close_device", device=(device or False, Device))
    metal(f"Closing device {device._id}")
    metal(f"Disabling and clearing program cache on device {device._id}")
    _watch.closing()
    device._core.close()
    if _open.get(device._id) is device:
        del _open[device._id]


CloseDevice = close_device


@contextmanager
def manage_device(device_id):
    """`with manage_device(0) as device:` closes it behind the block."""
    device = open_device(device_id=device_id)
    try:
        yield device
    finally:
        close_device(device)


@word("enable_program_cache")
def enable_program_cache(device):
    """Keep built programs from now on."""
    device.enable_program_cache()


@word("disable_and_clear_program_cache")
def disable_and_clear_program_cache(device):
    device.disable_and_clear_program_cache()


@word("synchronize_device")
def synchronize_device(device, cq_id=None, sub_device_ids=()):
    """Returns at once, because every op has finished when its call returns."""


def record_event(device, cq_id=None, sub_device_ids=()):
    """An event of the one queue, which has passed it already."""
    return Event()


def wait_for_event(cq_id, event):
    """Returns at once, because every op has finished when its call returns."""
    expect_types("wait_for_event", event=(event or False, Event))


class Event:
    """What record_event gives: nothing is left to wait for."""


def DumpDeviceProfiler(device):
    """Writes nothing: modelled() and wattention.estimate() say what the card's profiler would."""


def get_arch_name():
    return "wormhole_b0"


def get_num_devices():
    return 1


GetNumAvailableDevices = get_num_devices


def get_device_ids():
    return [0]


# Words that ttnn itself does not show, by their places.
IN_SUBMODULES = {
    "device.Arch": Arch,
    "device.get_device_core_grid": lambda device: device.core_grid,
    "device.is_blackhole": lambda device=None: False,
    "device.is_grayskull": lambda device=None: False,
    "device.is_wormhole_b0": lambda device=None: True,
}


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
