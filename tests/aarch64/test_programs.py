# SPDX-License-Identifier: BSD-2-Clause
"""
The programs of tests/unit and tests/model once more, built for aarch64 and run by qemu-aarch64:
the main architecture's widths, alignment and signedness of char, without a machine.
"""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build/aarch64-host/tests"
CMOCKA = ROOT / "build/deps/cmocka-lib/usr/lib/aarch64-linux-gnu"
RUNNER = "qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", "-E", f"LD_LIBRARY_PATH={CMOCKA}"
TIMEOUT = 300
# Long here, and the same as on the host but for what others show, too.
WIDE = "test_animate", "test_picture", "test_strict_displays", "test_watch"
SOURCES = sorted(ROOT.glob("tests/unit/test_*.c")) + sorted(ROOT.glob("tests/model/test_*.c"))


def program(name):
    return pytest.param(name, marks=pytest.mark.wide if name in WIDE else ())


@pytest.mark.parametrize("name", [program(source.stem) for source in SOURCES])
def test_program(name):
    done = subprocess.run(
        [*RUNNER, PROGRAMS / name],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT,
    )
    text = done.stdout.decode(errors="replace")
    assert done.returncode == 0, text[-4000:]
    assert "[  PASSED  ]" in text, text[-4000:]
