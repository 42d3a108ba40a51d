#!/usr/bin/env python3
"""Runs the tests of the Python module: run_tests.py numpy|torch [FOLDER OF THE PACKAGE].

numpy hides torch, torch needs it. Without a folder the installed package is tested. Exit status 77: nothing can be
tested here, with the reason.
"""
import sys
import unittest
from pathlib import Path

SKIPPED = 77


class HideTorch:
    """Makes `import torch` fail as where it is not installed."""

    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch' (hidden by the test)", name="torch")


def prepare(face, package_folder):
    """A reason not to test, or None. Without torch only: there the module must import."""
    if package_folder:
        sys.path.insert(0, package_folder)
    if face == "numpy":
        sys.meta_path.insert(0, HideTorch())
        return None
    try:
        import torch  # noqa: F401
        import wattention  # noqa: F401
    except ImportError as failure:  # no torch, or a Python of another version than the module's
        return str(failure)
    return None


def main():
    face, package_folder = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    reason = prepare(face, package_folder)
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    folder = str(Path(__file__).parent)
    tests = unittest.defaultTestLoader.discover(folder, pattern=f"{face}_test_*.py", top_level_dir=folder)
    tests.addTests(unittest.defaultTestLoader.discover(folder, pattern="test_*.py", top_level_dir=folder))
    result = unittest.TextTestRunner(verbosity=1).run(tests)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
