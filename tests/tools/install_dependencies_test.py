"""tools/install_dependencies, on machines played by stand-ins for dpkg-query, apt-get and sudo."""
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent.parent / "tools" / "install_dependencies"


class InstallDependencies(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = Path(folder.name)
        self.log = self.bin / "log"
        self.program("env", 'while [[ $1 == *=* ]]; do shift; done; exec "$@"')

    def program(self, name, body):
        path = self.bin / name
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def machine(self, lacks=()):
        """A Debian machine with every package but these; apt-get only writes down what it was asked."""
        tests = "".join(f"[[ $p == {name} ]] && continue\n" for name in lacks)
        self.program("dpkg-query", f'shift 3\nfor p in "$@"; do\n{tests}printf "installed=%s " "$p"\ndone')
        self.program("apt-get", f'echo "apt-get $*" >> {self.log}')
        self.offer()

    def offer(self, *but):
        """apt knows every package but these."""
        self.program("apt-cache", "".join(f"[[ $2 == {name} ]] && exit 100\n" for name in but) + "exit 0")

    def run_script(self, *groups, root=True):
        # bash does not let EUID be set: a copy of the script asks a variable of ours instead.
        text = SCRIPT.read_text().replace("$EUID", "$PLAYED_UID")
        environment = {"PATH": str(self.bin), "PLAYED_UID": "0" if root else "1000"}
        return subprocess.run(["/bin/bash", "-c", text, "script", *groups], env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)

    def test_quiet_when_nothing_is_missing(self):
        self.machine()
        result = self.run_script("build", "test", "bench", "fuzz")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertFalse(self.log.exists())

    def test_installs_only_what_is_missing_and_says_why(self):
        self.machine(lacks=["cmake", "libfmt-dev"])
        result = self.run_script("build")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("cmake                for configuring the build", result.stdout)
        self.assertIn("libfmt-dev           for the library's error sentences", result.stdout)
        self.assertNotIn("ninja-build", result.stdout)
        update, install = self.log.read_text().splitlines()
        self.assertTrue(update.endswith(" update"), update)
        self.assertIn("install -y --no-install-recommends --no-remove", install)
        self.assertTrue(install.endswith(" cmake libfmt-dev"), install)

    def test_the_build_needs_no_test_package(self):
        self.machine(lacks=["clang-tidy-14"])
        self.assertEqual(self.run_script("build").stdout, "")
        self.assertIn("clang-tidy-14", self.run_script("test").stdout)

    def test_a_check_whose_tool_is_not_offered_is_left_out(self):
        self.machine(lacks=["clang-tidy-14"])
        self.offer("clang-tidy-14")
        self.assertEqual(self.run_script("test").stdout, "")

    def test_the_same_on_a_machine_whose_package_list_is_empty(self):
        self.machine(lacks=["clang-tidy-14", "pkg-config"])
        self.offer("clang-tidy-14", "bash")
        result = self.run_script("test")
        self.assertIn("clang-tidy-14 is not offered here: its check will be skipped", result.stdout)
        self.assertTrue(self.log.read_text().endswith(" pkg-config\n"))

    def test_without_root_and_sudo_it_names_the_command(self):
        self.machine(lacks=["cmake"])
        result = self.run_script("build", root=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("apt-get update && apt-get install -y --no-install-recommends --no-remove cmake\n", result.stderr)
        self.assertFalse(self.log.exists())

    def test_with_sudo(self):
        self.machine(lacks=["cmake"])
        self.program("sudo", f'[[ $1 == -n ]] && exit 0\necho -n "sudo " >> {self.log}; exec "$@"')
        result = self.run_script("build", root=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("sudo apt-get -q", self.log.read_text())

    def test_a_sudo_that_wants_a_password_is_no_sudo(self):
        self.machine(lacks=["cmake"])
        self.program("sudo", "exit 1")
        result = self.run_script("build", root=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("apt-get update", result.stderr)

    def test_a_failing_apt_fails(self):
        self.machine(lacks=["cmake"])
        self.program("apt-get", "exit 100")
        self.assertNotEqual(self.run_script("build").returncode, 0)

    def test_elsewhere_it_names_the_packages(self):
        result = self.run_script("build")
        self.assertEqual(result.returncode, 0)
        self.assertIn("ninja-build", result.stderr)

    def test_an_unknown_group(self):
        self.machine()
        result = self.run_script("tset")
        self.assertEqual(result.returncode, 1)
        self.assertIn("expected build, test, python, bench or fuzz; found tset", result.stderr)


if __name__ == "__main__":
    unittest.main()
