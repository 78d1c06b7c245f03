# SPDX-License-Identifier: BSD-2-Clause
"""
Makes each cmocka test of tests/unit/test_*.c a pytest test.

The names come from the sources; the results from the program that `make unit` built of them, which
is run once for all of its tests. One more test, `program`, holds what the single ones cannot: that
the program ended as it should (no sanitizer report, no leak) and has just these tests.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / os.environ.get("TEST_PROGRAMS", "build/host/tests")  # `make coverage` has others
TIMEOUT = 600  # far more than any takes alone: none fails because the machine is busy

# A function that is a test, or several under names in words: {"packed test_wrap", test_wrap, …}.
NAME = re.compile(r'\bcmocka_unit_test(?:_\w+)?\(\s*(\w+)|\{"([\w ]+)", test_')
NO_CODE = re.compile(r"/\*.*?\*/|//[^\n]*|^[ \t]*#(?:\\\n|[^\n])*", re.DOTALL | re.MULTILINE)
# What is skipped is `not ok` for some versions of cmocka, and `ok` for others.
RESULT = re.compile(r"^(?P<ok>ok|not ok) \d+ (?P<skip># SKIP|-) (?P<name>\w[\w ]*\w)")


class Program:
    """A test program's run: `results` is {name: [outcome, text]}, as in TAP or "skip"."""

    def __init__(self, path):
        self.results = {}
        if not path.exists():
            self.end = f"{path.relative_to(ROOT)} is not there: run `make unit`"
            self.output = ""
            return
        try:
            done = subprocess.run(
                [path],
                cwd=ROOT,
                env={**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=TIMEOUT,
            )
            self.end = "" if done.returncode == 0 else f"exit code {done.returncode}"
            self.output = done.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired as error:
            self.end = f"still running after {TIMEOUT} s"
            self.output = (error.stdout or b"").decode(errors="replace")
        name = None
        for line in self.output.splitlines():
            if match := RESULT.match(line):
                name = match["name"]
                self.results[name] = ["skip" if match["skip"] != "-" else match["ok"], ""]
            elif name and line.startswith("# "):
                self.results[name][1] += line[2:] + "\n"


class Source(pytest.File):
    def collect(self):
        self.program = None
        self.names = [a or b for a, b in NAME.findall(NO_CODE.sub("", self.path.read_text()))]
        for name in [*self.names, "program"]:
            yield Test.from_parent(self, name=name)

    def run(self):
        if self.program is None:
            self.program = Program(PROGRAMS / self.path.stem)
        return self.program


class Failure(Exception):
    """A test failed; the text is for people."""


class Test(pytest.Item):
    def runtest(self):
        program = self.parent.run()
        if self.name == "program":
            self.check_program(program)
            return
        if self.name not in program.results:
            raise Failure(f"no result: {program.end or 'it never ran'}\n{program.output}")
        outcome, text = program.results[self.name]
        if outcome == "skip":
            pytest.skip("the program says so")
        if outcome != "ok":
            raise Failure(text or program.output)

    def check_program(self, program):
        if unknown := set(program.results) - set(self.parent.names):
            raise Failure(f"tests that the source does not name: {', '.join(sorted(unknown))}")
        if not self.parent.names:
            raise Failure("no test in it")
        if program.end and "not ok" not in (outcome for outcome, _ in program.results.values()):
            raise Failure(f"{program.end}\n{program.output}")

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, Failure):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, 0, self.name


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".c" and file_path.name.startswith("test_"):
        return Source.from_parent(parent, path=file_path)
    return None
