# SPDX-License-Identifier: BSD-2-Clause
"""A row of a matrix: started, and held against what its log and its screens must show."""

import re

import shell
import size
from expect import ROOT, expect_detail, expect_pass, expect_screen, expect_step, read_log

# DMA memory beside the frames, of a whole run (docs/performance.md).
MEMORY_MOST = 128 * 1024

BOOT_FILES = {"aarch64": "EFI/BOOT/BOOTAA64.EFI", "x86_64": "EFI/BOOT/BOOTX64.EFI"}


def app(row):
    if row.compiler == "gcc":
        return None
    return ROOT / "build" / row.compiler / row.arch / "firstlight.efi"


def options(row):
    label = "on" if row.label else "off"
    irq = f"irq={row.irq}" if row.irq else ""
    return f"after=halt pattern={row.pattern} label={label} {irq} {row.args}".strip()


def medium(row, folder):
    """A disk that any firmware boots from, with the options in its file."""
    shell.medium(
        folder,
        {BOOT_FILES[row.arch]: app(row) or shell.app(row.arch), "firstlight.conf": options(row)},
    )
    return shell.disk(folder)


def start_row(row, start, folder, **more):
    """The started machine; `folder` is for the files of a medium."""
    if row.boot == "medium":
        more |= {"boot": "none", "args": None, "extra": (*row.qemu, *medium(row, folder))}
    else:
        more |= {"boot": row.boot, "args": options(row), "extra": row.qemu, "app": app(row)}
    return start(row.arch, memory=row.memory, firmware=row.firmware, **more)


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


def expect_memory(serial):
    """All DMA memory that the run ever took is its frames, and little beside them."""
    frames, peak = size.frame_and_peak(serial)
    assert frames, "no surface is on the log"
    more = peak - frames
    assert more <= MEMORY_MOST, f"DMA memory beside the frames: {more} bytes, at most {MEMORY_MOST}"


def expect_row(row, machine, folder):
    """Everything that a row says; `folder` is for pictures that are wrong. Returns the log."""
    log = read_log(machine)
    expect_pass(log, row.arch)
    if "loglevel=error" not in row.args:
        expect_memory(machine.serial)
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
    return log
