# SPDX-License-Identifier: BSD-2-Clause
"""The log as text on the screen: on a GPU, on the firmware's framebuffer, after a failure."""

import time

import pytest

import picture
import qemu
from expect import FONT, MOSTLY_AARCH64, read_log

# A device that has no memory for a picture.
POOR = "max_hostmem=65536"


def text_of(image, rectangle):
    """The lines of text in a part of the screen that has the console's cells."""
    glyphs = picture.read_font(FONT)
    dots = image.crop(rectangle.box).convert("1")
    lines = []
    for y in range(0, dots.height - 15, 16):
        cells = [dots.crop((x, y, x + 8, y + 16)).tobytes() for x in range(0, dots.width - 7, 8)]
        lines.append("".join(glyphs.get(cell, "\0")[0] for cell in cells).rstrip())
    return lines


def lower_half(image):
    height = image.height // 2
    return picture.Rectangle(image.width, height, 0, image.height - height)


def upper_half(image):
    box = lower_half(image).box
    return image.crop((0, 0, image.width, box[1]))


def see(machine, folder):
    """The screen once the verdict is on it and nothing moves, which is also left as a file. The
    serial line may have the verdict before the screen."""
    deadline = time.monotonic() + 30
    image, before = machine.screendump(), None
    while time.monotonic() < deadline:
        whole = text_of(image, picture.Rectangle(*image.size, 0, 0))
        half = text_of(image, lower_half(image))
        said = any(line.startswith("# RESULT: ") for line in whole + half)
        if said and before and image.tobytes() == before.tobytes():
            break
        time.sleep(0.5)
        before, image = image, machine.screendump()
    folder.mkdir(parents=True, exist_ok=True)
    image.save(folder / "screen.png")
    return image


def expect_text(image, rectangle, log, machine):
    """The text on the screen is the end of the log, and the verdict its last line."""
    lines = text_of(image, rectangle)
    while lines and not lines[-1]:
        lines.pop()
    assert lines[-1] == f"# RESULT: {log.verdict} {log.result}"
    said = "".join(machine.serial.split("TAP version 14\n")[1].split())
    # The last screenful in a row, bar what a GPU's own steps added while it was drawn.
    seen = "".join("".join(lines[:-3]).split())
    assert len(lines) > 15 and seen in said


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_on_a_gpu(arch, start, folder):
    machine = start(arch, args="console=on label=off", extra=("-device", "virtio-gpu-pci,id=gpu0"))
    log = read_log(machine)
    assert (log.verdict, log.failed()) == ("PASS", [])
    image = see(machine, folder)
    expect_text(image, lower_half(image), log, machine)
    due = picture.reference("bars", *image.size)
    assert picture.compare(upper_half(image), upper_half(due)) is None


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_on_the_framebuffer(arch, start, folder):
    machine = start(arch, args="console=on label=off", extra=("-device", "ramfb"))
    log = read_log(machine)
    assert (log.verdict, log.failed()) == ("PASS", [])
    image = see(machine, folder)
    expect_text(image, lower_half(image), log, machine)
    due = picture.reference("bars", *image.size)
    assert picture.compare(upper_half(image), upper_half(due)) is None


# The failed GPU's own VGA, and another display controller.
BESIDE = {
    "x86_64-virtio-vga": ("x86_64", ("-device", f"virtio-vga,{POOR}")),
    "x86_64-vga": ("x86_64", ("-device", "VGA", "-device", f"virtio-gpu-pci,{POOR}")),
    "aarch64-ramfb": ("aarch64", ("-device", "ramfb", "-device", f"virtio-gpu-pci,{POOR}")),
}


@pytest.mark.parametrize("name", BESIDE)
def test_a_gpu_that_fails(name, start, folder):
    arch, devices = BESIDE[name]
    machine = start(arch, args="isolate=off", extra=devices)
    log = read_log(machine)
    assert log.verdict == "FAIL"
    image = see(machine, folder)
    expect_text(image, picture.Rectangle(*image.size, 0, 0), log, machine)


# One GPU of two fails: the picture of the other one gets the text.
def test_another_gpu_that_fails(start, folder):
    devices = "-device", "virtio-gpu-pci,id=gpu0", "-device", f"virtio-gpu-pci,{POOR}"
    machine = start("aarch64", args="isolate=off label=off", extra=devices)
    log = read_log(machine)
    assert log.verdict == "FAIL"
    image = see(machine, folder)
    expect_text(image, lower_half(image), log, machine)


def test_a_fault(start, folder):
    machine = start("x86_64", args="crash=read", extra=("-device", "VGA"))
    log = read_log(machine)
    assert log.verdict == "FAIL"
    image = see(machine, folder)
    lines = text_of(image, picture.Rectangle(*image.size, 0, 0))
    assert f"# RESULT: FAIL {log.result}" in lines
    assert any("trap: error: #GP" in line for line in lines)


def test_off(start):
    machine = start("x86_64", args="console=off isolate=off", extra=BESIDE["x86_64-vga"][1])
    log = read_log(machine)
    assert log.verdict == "FAIL"
    assert not log.matching("framebuffer", "^[0-9]+x[0-9]+ b8g8r8x8")
