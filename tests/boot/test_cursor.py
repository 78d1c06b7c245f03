# SPDX-License-Identifier: BSD-2-Clause
"""cursor=: what a VNC viewer is given of the cursor, to the pixel, and where QEMU was told it is."""

import re

import pytest

import picture
from expect import expect_pass, expect_step, read_log
from rfb import CURSOR_WITH_ALPHA, Window

SIZE = 640, 480
HOT = 8, 4
TOLD = re.compile(
    r"virtio_gpu_update_cursor scanout 0, x (\d+), y (\d+), (update|move), res 0x(\w+)"
)


def in_arrow(u, v):
    return 0 <= u <= v and 3 * u + 7 * v <= 280


def defined(x, y):
    """A pixel of the cursor as docs/options.md defines it."""
    u, v = x - HOT[0], y - HOT[1]
    if in_arrow(u, v):
        black = u in (0, v) or 3 * u + 7 * v > 266
        return (0, 0, 0, 255) if black else (255, 255, 255, 255)
    return 0, 0, 0, 128 if in_arrow(u - 4, v - 4) else 0


def on_the_way(x, y):
    """The places that the device is told, and what of."""
    yield 0, 0, "update", "11"
    for step in range(1, 9):
        yield x * step // 8, y * step // 8, "move", "11"
    yield x, y, "update", "0"
    yield x, y, "update", "11"


@pytest.mark.parametrize(
    "arch, model, option, place",
    [
        pytest.param("x86_64", "virtio-vga", "on", (320, 240), id="x86_64-middle"),
        pytest.param("aarch64", "virtio-gpu-pci", "100,77", (100, 77), id="aarch64-placed"),
        pytest.param("aarch64", "virtio-gpu-device", "0,479", (0, 479), id="aarch64-mmio-corner"),
    ],
)
def test_cursor(arch, model, option, place, start, folder, tmp_path):
    vnc, trace = tmp_path / "vnc", tmp_path / "trace"
    gpu = f"{model},id=gpu0,xres={SIZE[0]},yres={SIZE[1]}"
    machine = start(
        arch, args=f"cursor={option} label=off after=halt", display=f"vnc=unix:{vnc}",
        extra=("-device", gpu, "-trace", "virtio_gpu_update_cursor", "-D", trace),
    )  # fmt: skip
    log = read_log(machine)
    expect_pass(log, arch)
    x, y = place
    expect_step(log, "gpu0", f"^scanout 0: cursor at {x},{y}, moved there in 8 steps")
    with Window(vnc, [CURSOR_WITH_ALPHA]) as viewer:
        assert viewer.size == SIZE
        hot, image = viewer.cursor()
    assert hot == HOT and image.size == (64, 64)
    wrong = [at for at in ((x, y) for y in range(64) for x in range(64))
             if image.getpixel(at) != defined(*at)]  # fmt: skip
    assert not wrong, f"{len(wrong)} wrong pixels, first {wrong[0]}: {image.getpixel(wrong[0])}"
    told = [(int(x), int(y), *what) for x, y, *what in TOLD.findall(trace.read_text())]
    assert told == list(on_the_way(*place))
    # The picture is what it is without a cursor.
    reference = picture.reference("bars", *SIZE)
    picture.assert_same(machine.screendump("gpu0"), reference, folder, "gpu0")


def test_no_cursor(start, tmp_path):
    """Without cursor= nothing is said on the cursor queue."""
    trace = tmp_path / "trace"
    machine = start(
        "aarch64", args="after=halt",
        extra=("-device", "virtio-gpu-pci", "-trace", "virtio_gpu_update_cursor", "-D", trace),
    )  # fmt: skip
    expect_pass(read_log(machine), "aarch64")
    assert not TOLD.search(trace.read_text())
