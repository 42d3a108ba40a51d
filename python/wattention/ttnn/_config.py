"""ttnn.CONFIG: TT-NN's switches. Those that have no effect say so when they are turned on."""
import json
import os
import warnings
from contextlib import contextmanager
from pathlib import Path

from ._errors import error, unknown
from ._names import nearest

_DEFAULTS = {
    "cache_path": Path.home() / ".cache/ttnn",
    "model_cache_path": Path.home() / ".cache/ttnn/models",
    "tmp_dir": Path("/tmp/ttnn"),
    "enable_model_cache": False,
    "enable_fast_runtime_mode": True,
    "throw_exception_on_fallback": False,
    "enable_logging": False,
    "enable_graph_report": False,
    "enable_detailed_buffer_report": False,
    "enable_detailed_tensor_report": False,
    "enable_comparison_mode": False,
    "comparison_mode_should_raise_exception": False,
    "comparison_mode_pcc": 0.9999,
    "root_report_path": Path("generated/ttnn/reports"),
    "report_name": None,
}
_WITHOUT_EFFECT = {
    "enable_model_cache": "parameters are converted anew each time",
    "enable_detailed_tensor_report": "no values are written",
}
# tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/config.hpp, validate(): {switches that are looked at: (is it so, the sentence)}.
_LOOKED_AT = {
    ("enable_fast_runtime_mode", "enable_logging"): (
        lambda config: config.enable_fast_runtime_mode and config.enable_logging,
        "Logging cannot be enabled in fast runtime mode. Please disable fast runtime mode if you want to enable "
        "logging."),
    ("enable_comparison_mode",): (
        lambda config: config.enable_fast_runtime_mode and config.enable_comparison_mode,
        "Comparison mode is currently not supported with fast runtime mode enabled. Please disable fast runtime mode "
        "('enable_fast_runtime_mode = false') to use tensor comparison mode."),
    ("enable_fast_runtime_mode", "enable_graph_report"): (
        lambda config: config.enable_graph_report and not config.enable_logging,
        "Running without logging. Please enable logging to save graph report"),
    ("enable_fast_runtime_mode", "enable_detailed_buffer_report"): (
        lambda config: config.enable_detailed_buffer_report and not config.enable_logging,
        "Running without logging. Please enable logging to save detailed buffer report"),
}

listeners = []  # functions that are called when a switch has changed


class Config:
    """TT-NN's switches and paths, with its defaults."""

    def __init__(self):
        self.__dict__.update(_DEFAULTS)

    def __setattr__(self, name, value):
        if name not in _DEFAULTS:
            raise unknown(f"CONFIG.{name}", nearest(name, _DEFAULTS))
        if value and name in _WITHOUT_EFFECT:
            warnings.warn(f"[ttnn.CONFIG] {name} has no effect here: {_WITHOUT_EFFECT[name]}", stacklevel=2)
        self.__dict__[name] = Path(value) if isinstance(_DEFAULTS[name], Path) else value
        for names, (is_so, sentence) in _LOOKED_AT.items():
            if name in names and is_so(self):
                warnings.warn(f"[ttnn.CONFIG] {sentence}", stacklevel=2)
        for tell in listeners:
            tell()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise unknown(f"CONFIG.{name}", nearest(name, _DEFAULTS))

    @property
    def report_path(self):
        return None if self.report_name is None else self.root_report_path / str(self.report_name)

    def __repr__(self):
        return f"Config({', '.join(f'{name}={value}' for name, value in self.__dict__.items())})"


CONFIG = Config()
CONFIG_PATH = Path(os.environ["TTNN_CONFIG_PATH"]) if "TTNN_CONFIG_PATH" in os.environ else None
CONFIG_OVERRIDES = os.environ.get("TTNN_CONFIG_OVERRIDES")


@contextmanager
def manage_config(name, value):
    """`with manage_config("enable_comparison_mode", True):` sets a switch for the block."""
    before = getattr(CONFIG, name)
    setattr(CONFIG, name, value)
    try:
        yield
    finally:
        CONFIG.__dict__[name] = before
        for tell in listeners:
            tell()


def load_config_from_dictionary(config, from_file=False):
    """Sets the switches that the dict names, in the types that they have."""
    for name, value in config.items():
        before = getattr(CONFIG, name)
        setattr(CONFIG, name, value if before is None else type(before)(value))


def load_config_from_json_file(json_path):
    """Sets the switches that a JSON file names."""
    try:
        load_config_from_dictionary(json.loads(Path(json_path).read_text(encoding="utf-8")), from_file=True)
    except (OSError, ValueError) as failure:
        raise error("io", f"[ttnn.load_config_from_json_file] expected a file of JSON; found {failure}") from None


def save_config_to_json_file(json_path):
    """Writes all switches as JSON."""
    config = {name: str(value) if isinstance(value, Path) else value for name, value in CONFIG.__dict__.items()}
    Path(json_path).write_text(json.dumps(config, indent=4), encoding="utf-8")


if CONFIG_PATH is not None and CONFIG_PATH.exists():
    load_config_from_json_file(CONFIG_PATH)
if CONFIG_OVERRIDES is not None:
    load_config_from_dictionary(json.loads(CONFIG_OVERRIDES))
