# SPDX-License-Identifier: BSD-2-Clause
"""mode=animate: the last frame exact to the pixel, a doorbell a frame, and the figures' rectangle."""

import re
import time

import pytest

import picture
from expect import (
    FONT,
    MOSTLY_AARCH64,
    TIMEOUT,
    expect_detail,
    expect_failure,
    expect_pass,
    expect_step,
    read_log,
)

FRAMES = 60
SUMMARY = (
    r"^animated: (\d+) frames in ([\d.]+) s, (\d+) dropped; "
    r"(\d+) notifications, (\d+) other register accesses$"
)


def expect_summary(log, frames=FRAMES):
    """(shown, dropped); the verdict says the same."""
    text = expect_step(log, "gpu0", "^animated: ").text
    shown, seconds, dropped, notifications, others = re.search(SUMMARY, text).groups()
    shown, dropped = int(shown), int(dropped)
    assert shown + dropped == frames
    assert float(seconds) >= (frames - 1) / 60 - 0.01
    assert (int(notifications), int(others)) == (shown, 0)
    assert log.result.endswith(f"; frames shown: {shown}, dropped: {dropped}")
    return shown, dropped


@pytest.mark.parametrize(
    "arch, gpu",
    (("aarch64", "pci"), ("aarch64", "mmio"), ("aarch64", "mmio-legacy"), ("x86_64", "pci"), pytest.param("x86_64", "vga", marks=pytest.mark.wide)),
)
def test_animate(start, folder, arch, gpu):
    machine = start(arch, gpu, args=f"after=halt mode=animate frames={FRAMES}")
    log = read_log(machine)
    expect_pass(log, arch)
    _, dropped = expect_summary(log)
    text = picture.Rectangle.parse(expect_detail(log, "gpu0", "^animate: text: ").text)
    assert text.x + text.width <= 640 and text.y + text.height <= 400
    seen = machine.screendump("gpu0")
    folder.mkdir(parents=True, exist_ok=True)
    seen.save(folder / "last.png")
    picture.assert_same(seen, picture.moving("bars", 1280, 800, FRAMES - 1), folder, "gpu0", text)
    lines = picture.read_label(seen, text, picture.read_font(FONT))
    assert re.fullmatch(rf"frame +{FRAMES - 1}", lines[0])
    assert re.fullmatch(r"frames a second +\d+", lines[1])
    assert re.fullmatch(rf"dropped +{dropped}", lines[2])


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_by_interrupts(start, folder, arch):
    """Without the text each pixel is the frame's; packed ring, two displays, messages."""
    machine = start(
        arch,
        args=f"after=halt mode=animate frames={FRAMES} label=off irq=msix ring=packed displays=extend "
        "scanouts=all video=640x480",
        extra=(
            "-device",
            "virtio-gpu-pci,id=gpu0,max_outputs=2,xres=640,yres=480,packed=on",
            "-device",
            "virtio-rng-pci,packed=on",
        ),
    )
    log = read_log(machine)
    expect_pass(log, arch)
    expect_summary(log)
    assert not log.matching("gpu0", "^animate: text")
    expect_detail(log, "virtio-pci@.*", "^queue 0: packed")
    whole = picture.moving("bars", 1280, 480, FRAMES - 1)
    for head in range(2):
        due = whole.crop((640 * head, 0, 640 * head + 640, 480))
        picture.assert_same(machine.screendump("gpu0", head), due, folder, f"head{head}")


def test_duration(start, folder):
    """As many frames as fit, where that is fewer; a line each second."""
    machine = start("x86_64", args="after=halt label=off mode=animate frames=999 duration=3", gpu="pci")
    log = read_log(machine)
    expect_pass(log, "x86_64")
    expect_detail(log, "gpu", "^animate: 1 GPUs, 180 frames, 60 a second$")
    expect_summary(log, 180)
    lines = log.matching("gpu0", r"^animate: \d+ frames in [12]\.\d+ s, \d+ dropped$")
    assert 1 <= len(lines) <= 3
    due = picture.moving("bars", 1280, 800, 179)
    picture.assert_same(machine.screendump("gpu0"), due, folder, "gpu0")


def test_no_room(start, folder):
    """A host that has memory for one picture of the two: the first one stays, and is counted."""
    machine = start(
        "aarch64",
        args=f"after=halt mode=animate frames={FRAMES} label=off console=off",
        extra=("-device", "virtio-gpu-pci,id=gpu0,max_hostmem=6M"),
    )
    log = read_log(machine)
    expect_failure(log, "gpu0", "^second buffer", "^1280x800: refused")
    assert [str(point) for point in log.failed()] == [str(log.point("gpu0", "^second buffer"))]
    assert log.result.endswith("GPUs that show the picture: 1 of 1; frames shown: 0, dropped: 0")
    due = picture.reference("bars", 1280, 800)
    picture.assert_same(machine.screendump("gpu0"), due, folder, "gpu0")


def test_two_gpus(start, folder):
    """Each in its own size; the verdict has the sum."""
    machine = start(
        "x86_64",
        args=f"after=halt mode=animate frames={FRAMES} label=off",
        gpu="vga",
        extra=("-device", "virtio-gpu-pci,id=gpu1,xres=640,yres=480"),
    )
    log = read_log(machine)
    expect_pass(log, "x86_64")
    sums = [0, 0]
    for name in "gpu0", "gpu1":
        text = expect_step(log, name, "^animated: ").text
        shown, _, dropped, notifications, others = re.search(SUMMARY, text).groups()
        assert (notifications, others) == (shown, "0")
        sums = [sums[0] + int(shown), sums[1] + int(dropped)]
    assert sum(sums) == 2 * FRAMES
    assert log.result.endswith(f"; frames shown: {sums[0]}, dropped: {sums[1]}")
    for device, size in ("gpu0", (1280, 800)), ("gpu1", (640, 480)):
        due = picture.moving("bars", *size, FRAMES - 1)
        picture.assert_same(machine.screendump(device), due, folder, device)


def test_no_tearing(start):
    """Looked at at any time the screen is one whole frame, and never an earlier one than before."""
    size, frames = (320, 240), 300
    machine = start(
        "x86_64", args=f"after=halt mode=animate frames={frames} label=off video=320x240", gpu="pci"
    )
    whole = {picture.reference("bars", *size).tobytes(): -1}
    for frame in range(frames):
        whole[picture.moving("bars", *size, frame).tobytes()] = frame
    machine.read_until(r"gpu0: animate: \d+ frames in ", TIMEOUT)
    seen = []
    for _ in range(12):
        seen.append(whole.get(machine.screendump("gpu0").convert("RGB").tobytes()))
        time.sleep(0.15)
    log = read_log(machine)
    expect_pass(log, "x86_64")
    expect_summary(log, frames)
    assert None not in seen, f"not a frame: {seen}"
    assert seen == sorted(seen) and len(set(seen)) > 2, seen
