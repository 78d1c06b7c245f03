# SPDX-License-Identifier: BSD-2-Clause
"""Boots each row of the matrix: the log is TAP without a failure, the screens are the picture."""

import re

import pytest

from expect import ROOT, expect_detail, expect_pass, expect_screen, expect_step, read_log
from matrix import ROWS


def app(row):
    if row.compiler == "gcc":
        return None
    return ROOT / "build" / row.compiler / row.arch / "firstlight.efi"


def expect_gpu(log, screen):
    """The GPU's steps all went well: the test point that closes them."""
    closing = expect_step(log, screen.transport, rf"^{screen.name}: picture shown")
    surfaces = [point.text for point in closing.points if point.text.startswith("surface ")]
    assert len(surfaces) == 1
    assert surfaces[0].startswith(f"surface {screen.width}x{screen.height}:")
    return closing


def expect_entropy(log, subject):
    """The entropy device works, before any GPU is touched."""
    entropy = expect_step(log, subject, r"^entropy device")
    gpus = [point for point in log.points if re.match(r"gpu\d", point.text)]
    assert all(entropy.number < gpu.number for gpu in gpus)


def expect_interrupts(log, kind, *subjects):
    """Each device was told of its answers by interrupts of that kind, and not one got lost."""
    for subject in subjects:
        step = expect_step(log, subject, f"^interrupts by {kind}: ")
        queue = re.search(r"queue (\d+), config", step.text)
        assert queue and int(queue[1]) > 0, step.text


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.arch}-{row.id}") for row in ROWS])
def test_boot(row, start, folder):
    label = "on" if row.label else "off"
    irq = f"irq={row.irq}" if row.irq else ""
    machine = start(
        row.arch,
        args=f"after=halt pattern={row.pattern} label={label} {irq} {row.args}".strip(),
        extra=row.qemu,
        boot=row.boot,
        memory=row.memory,
        firmware=row.firmware,
        app=app(row),
    )
    log = read_log(machine)
    expect_pass(log, row.arch)
    if row.entropy:
        expect_entropy(log, row.entropy)
    if row.irq:
        expect_interrupts(log, row.irq, row.entropy, *(s.transport for s in row.screens))
    for subject, text in row.details:
        expect_detail(log, subject, text)
    for screen in row.screens:
        step = expect_gpu(log, screen)
        text = expect_screen(machine, log, screen, row.pattern, row.label, folder)
        if row.label:
            assert any(step.subject in line for line in text), text
            assert f"scanout 0: {screen.width}x{screen.height}" in text
            assert text[-1] == "PASS"
