# SPDX-License-Identifier: BSD-2-Clause
"""What boot tests ask of a machine: its log, its verdict, its screen."""

import re
from pathlib import Path

import picture
import pytest
import tap

ROOT = Path(__file__).resolve().parents[2]
FONT = ROOT / "build/deps/font/usr/share/consolefonts/Lat15-Fixed16.psf.gz"

# Far more than a run takes alone: a test must not fail because the machine is busy.
TIMEOUT = 90

# For what hardly depends on the architecture: OVMF takes several times as long to start as AAVMF.
MOSTLY_AARCH64 = ("aarch64", pytest.param("x86_64", marks=pytest.mark.wide))


def read_log(machine, trailing=False):
    """Waits for the verdict and reads the whole log. Raises what the machine or the reader do."""
    return tap.parse(machine.wait_result(TIMEOUT), trailing)


def steps_of(log):
    """The log's test points as text, for messages."""
    return "\n".join(str(point) for point in log.all_points())


def expect_step(log, subject, text):
    """The test point, which must be there and ok."""
    point = log.point(subject, text)
    assert point, f"no step {subject!r}: {text!r} among\n{steps_of(log)}"
    assert point.ok, f"{point}: {point.cause}"
    return point


def expect_detail(log, subject, text):
    """The first of the details that match; there must be one."""
    found = log.matching(subject, text)
    assert found, f"no line {subject!r}: {text!r} in the log"
    return found[0]


def expect_pass(log, arch):
    assert log.arch == arch
    assert not log.failed(), [f"{point}: {point.cause}" for point in log.failed()]
    assert log.passed, log.result
    assert not log.matching(".*", "cause: "), "a cause is named, and nothing failed"
    expect_own_machine(log)


def expect_own_machine(log):
    """The steps that every run takes before it looks for devices."""
    for text in ("options", "machine", "serial: ", "DMA memory", "boot services left"):
        assert not expect_step(log, "efi", rf"^{text}").skip, text
    expect_step(log, "platform", r"^own page tables: ")


def expect_failure(log, subject, text, cause):
    """The failed test point with a cause that matches."""
    assert log.verdict == "FAIL"
    point = log.point(subject, text)
    assert point, f"no step {subject!r}: {text!r} among\n{steps_of(log)}"
    assert not point.ok, f"{point} did not fail"
    assert re.search(cause, point.cause), f"{point}: {point.cause}"
    return point


def expect_screen(machine, log, screen, pattern, label, folder):
    """The whole screen: the picture, and over it the label where one is due."""
    image = machine.screendump(device=screen.device)
    reference = picture.reference(pattern, screen.width, screen.height)
    lines = log.matching(screen.name, r"^label: ")
    if not label:
        assert not lines, "a label in spite of label=off"
        picture.assert_same(image, reference, folder, screen.device)
        return []
    assert len(lines) == 1, f"{len(lines)} labels"
    rectangle = picture.Rectangle.parse(lines[0].text)
    picture.assert_same(image, reference, folder, screen.device, rectangle)
    assert rectangle.x == (screen.width - rectangle.width) // 2
    assert rectangle.y == (screen.height - rectangle.height) // 2
    return picture.read_label(image, rectangle, picture.read_font(FONT))
