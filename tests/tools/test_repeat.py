# SPDX-License-Identifier: BSD-2-Clause
"""tools/repeat.py: the count of verdicts, the first log that is not a pass, the exit status."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 300


def repeat(*arguments):
    done = subprocess.run(
        [ROOT / "tools/repeat.py", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
    )
    return done.returncode, done.stdout.splitlines()


def test_all_pass():
    status, lines = repeat("2", "--args=label=off loglevel=error", "--timeout=90")
    assert status == 0, lines
    assert len(lines) == 1 and lines[0].startswith("repeat: 2 boots: PASS 2, "), lines


def test_the_first_failure_is_shown():
    status, lines = repeat("2", "--args=patern=grid", "--timeout=90")
    assert status == 1, lines
    assert sum(line.startswith("# RESULT: FAIL") for line in lines) == 1, "one log, the first"
    first = "repeat: boot 1 is the first that did not pass: FAIL"
    assert any(line.startswith(first) for line in lines)
    assert lines[-1].startswith("repeat: 2 boots: FAIL 2, ")


def test_no_verdict_is_counted():
    status, lines = repeat("2", "--timeout=0.1")
    assert status == 1
    assert any("s of processor time" in line for line in lines)
    assert lines[-1].startswith("repeat: 2 boots: no verdict in time 2, ")


@pytest.mark.parametrize("arguments", ((), ("0",), ("many",), ("1", "--gpu=voodoo")))
def test_cannot_be_started(arguments):
    status, lines = repeat(*arguments)
    assert status == 2 and lines[-1].startswith("repeat: ")
    assert not any("Traceback" in line for line in lines)
