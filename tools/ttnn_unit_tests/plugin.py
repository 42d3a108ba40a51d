"""A pytest plugin: TT-NN's own unit tests on wattention.ttnn, and what each of them met."""
import json
import os

import draws
import numpy
import pytest
import torch
import wattention
from wattention import ttnn

ttnn.install()
draws.install()

LARGEST_ELEMENTS = 3_000_000  # of a parametrized shape: a software card takes seconds for more
REFUSALS = ("unsupported", "absent", "unverified")
# What one card does not have, or what is not in the package.
MISSING_FIXTURES = """all_devices enable_async_mode is_single_card_n300 mesh_device model_location_generator
n300_mesh_device pcie_devices pcie_mesh_device silicon_arch_name silicon_arch_wormhole_b0 t3k_mesh_device
tt_cache_path""".split()


@pytest.fixture
def device_params(request):
    return getattr(request, "param", {})


@pytest.fixture
def device(device_params):
    known = {key: value for key, value in device_params.items() if not key.startswith("dispatch_core_")}
    opened = ttnn.open_device(device_id=0, **known)  # which cores dispatch changes nothing here
    yield opened
    ttnn.close_device(opened)


@pytest.fixture
def use_program_cache(device):
    device.enable_program_cache()


@pytest.fixture
def reset_seeds():
    torch.manual_seed(213919)
    numpy.random.seed(213919)


@pytest.fixture
def function_level_defaults(reset_seeds):
    pass


@pytest.fixture(autouse=True)
def runtime_mode(request):
    """TT-NN leaves these tests out in its fast mode, which is the default."""
    if request.node.get_closest_marker("requires_fast_runtime_mode_off") is None:
        yield
        return
    with ttnn.manage_config("enable_fast_runtime_mode", False):
        yield


@pytest.fixture
def is_ci_env():
    return False


def _missing(name):
    @pytest.fixture(name=name)
    def fixture():
        pytest.skip(f"no fixture {name}")

    return fixture


globals().update({f"no_{name}": _missing(name) for name in MISSING_FIXTURES})


def _volume(value):
    """Elements of the largest shape in a parameter."""
    if not isinstance(value, (list, tuple)):
        return 0
    if value and all(isinstance(size, int) and size > 0 for size in value):
        return int(numpy.prod(value, dtype=float))
    return max(map(_volume, value), default=0)


def _largest(parameters):
    """Elements of the largest shape, or of the one matrix whose sides have their own parameters."""
    sides = [parameters.get(name) for name in ("height", "width")]
    matrix = [tuple(sides)] if all(isinstance(side, int) for side in sides) else []
    return max(map(_volume, [*parameters.values(), *matrix]), default=0)


def pytest_addoption(parser):
    parser.addoption("--most", type=int, default=24, help="tests of a function: as many, evenly spread")


def pytest_collection_modifyitems(config, items):
    most, functions = config.getoption("--most"), {}
    for item in items:
        functions.setdefault((item.path, getattr(item, "originalname", item.name)), []).append(item)
        if _largest(item.callspec.params if hasattr(item, "callspec") else {}) > LARGEST_ELEMENTS:
            item.add_marker(pytest.mark.skip(reason="too large for this run"))
    items[:] = [found[int(i * len(found) / min(most, len(found)))]
                for found in functions.values() for i in range(min(most, len(found)))]


def outcome_of(failure):
    """(outcome, why) of an exception. A refusal names what is not here; everything else is a failure."""
    text = f"{type(failure).__name__}: {failure}"
    if isinstance(failure, wattention.Error) and failure.kind in REFUSALS or isinstance(failure, ttnn.MissingError):
        return "refused", str(failure)[:300]
    if "which is not here" in text or "open an issue of the project" in text:
        return "refused", text[:300]  # the test reworded it
    return "failed", text[:300]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if call.when == "call" or report.outcome != "passed":
        outcome, why = report.outcome, ""
        if outcome == "skipped":
            why = str(report.longrepr[2])[:150] if isinstance(report.longrepr, tuple) else "expected to fail"
        elif outcome == "failed":
            outcome, why = outcome_of(call.excinfo.value)
        _write(item.nodeid, outcome, why)


def pytest_runtest_logstart(nodeid, location):
    _write(nodeid, "started", "the interpreter died in it")


def pytest_collectreport(report):
    if report.failed:
        _write(report.nodeid, "not collected", str(report.longrepr)[-300:])


def _write(test, outcome, why):
    with open(os.environ["TTNN_UNIT_TESTS_LOG"], "a", encoding="utf-8") as log:
        log.write(json.dumps({"test": test, "outcome": outcome, "why": why}) + "\n")
