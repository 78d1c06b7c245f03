# SPDX-License-Identifier: BSD-2-Clause
"""
The moving picture on QEMU's own devices, without firmware: the last frame exact to the pixel on
every transport, with many displays, in each format, as a blob, and after a device broke.
"""

import re

import pytest

import picture
from machines import PLATFORMS, RING_PACKED
from test_heads import SIZE, folder, machine, outputs  # noqa: F401

FRAMES = 40
LAYOUTS = ("separate", "mirror", "extend", "span")
SUMMARY = re.compile(
    r"ok \d+ - gpu0: animated: (\d+) frames in [\d.]+ s, (\d+) dropped; "
    r"(\d+) notifications, (\d+) other register accesses\n"
)


def animate(bench, frames=FRAMES):
    """Each frame was shown or dropped, and those that were shown cost a doorbell each."""
    log = bench.command("animate", bench.name("g0"), frames)
    shown, dropped, notifications, accesses = map(int, SUMMARY.search(log).groups())
    assert shown + dropped == frames and shown >= 1
    assert (notifications, accesses) == (shown, 0)
    assert "not ok" not in log
    return log


@pytest.mark.parametrize("platform", PLATFORMS)
def test_last_frame(machine, folder, platform):  # noqa: F811
    """Once more from whichever buffer the first time left; 1 frame: no buffer was shown twice."""
    bench = machine(platform, outputs(1))
    bench.command("show", bench.name("g0"), "bars")
    for frames in FRAMES, 1, 2, 3:
        log = animate(bench, frames)
        assert "text:" not in log and "cause:" not in log
        expected = picture.moving("bars", *SIZE, frames - 1)
        picture.assert_same(bench.screendump("g0"), expected, folder, f"last-of-{frames}")
    bench.command("close", bench.name("g0"))  # which finds no memory left


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("platform", ("virt-mmio-legacy", "microvm-mmio", "q35"))
def test_displays(machine, folder, platform, layout):  # noqa: F811
    """Three displays by one doorbell a frame; squares go from one to the next."""
    bench = machine(platform, outputs(3))
    bench.command("show", bench.name("g0"), "gradient", *SIZE, "-", layout, "all")
    animate(bench)
    width, height = SIZE
    due = [picture.moving("gradient", *SIZE, FRAMES - 1)] * 3
    if layout in ("extend", "span"):
        whole = picture.moving("gradient", 3 * width, height, FRAMES - 1)
        due = [whole.crop((n * width, 0, (n + 1) * width, height)) for n in range(3)]
    for head, expected in enumerate(due):
        picture.assert_same(bench.screendump("g0", head), expected, folder, f"head{head}")
    bench.command("close", bench.name("g0"))


@pytest.mark.parametrize("size", ((16, 16), (640, 480), (1366, 768)))
def test_text(machine, folder, size):  # noqa: F811
    """Where the log says it is, and nowhere else; on the smallest display there is none."""
    bench = machine("q35", outputs(1))
    bench.command("show", bench.name("g0"), "checker", *size, "label")
    log = animate(bench)
    texts = re.findall(r"animate: text: (rectangle \S+) on scanout 0\n", log)
    assert len(texts) == (size != (16, 16))
    rectangle = picture.Rectangle.parse(texts[0]) if texts else None
    expected = picture.moving("checker", *size, FRAMES - 1)
    seen = bench.screendump("g0")
    picture.assert_same(seen, expected, folder, "text", rectangle)
    if rectangle:
        x, y, right, bottom = rectangle.box
        assert right <= size[0] // 2 and bottom <= size[1] // 2
        assert seen.convert("RGB").getpixel((x, y)) == (0, 0, 0)
        colours = seen.convert("RGB").crop(rectangle.box).getcolors()
        assert {colour for _, colour in colours} == {(0, 0, 0), (255, 255, 255)}
    bench.command("close", bench.name("g0"))


@pytest.mark.parametrize("words", ("b8g8r8x8 off scattered", "a8b8g8r8", "r8g8b8x8 on"))
def test_formats(machine, folder, words):  # noqa: F811
    bench = machine("virt-pci", outputs(1))
    bench.command("show", bench.name("g0"), "bars", *SIZE, "-", "separate", "enabled", words)
    animate(bench)
    expected = picture.moving("bars", *SIZE, FRAMES - 1)
    picture.assert_same(bench.screendump("g0"), expected, folder, "format")
    bench.command("close", bench.name("g0"))


@pytest.mark.parametrize("platform", ("microvm-mmio", "q35"))
def test_packed(machine, folder, platform):  # noqa: F811
    bench = machine(platform, outputs(1, ",packed=on"))
    bench.command("want", hex(RING_PACKED))
    log = bench.command("show", bench.name("g0"), "bars")
    assert "queue 0: packed" in log
    animate(bench)
    expected = picture.moving("bars", *SIZE, FRAMES - 1)
    picture.assert_same(bench.screendump("g0"), expected, folder, "packed")
    bench.command("close", bench.name("g0"))


@pytest.mark.parametrize("platform", ("microvm-mmio", "q35"))
def test_broken_device(machine, folder, platform):  # noqa: F811
    """It gives up before the first frame, is recovered, and the last frame is there."""
    bench = machine(platform, outputs(1), tolerant=True)
    bench.command("show", bench.name("g0"), "bars")
    bench.command("break", bench.name("g0"))
    log = animate(bench)
    assert re.search(r"ok \d+ - gpu0: recovered: ", log)
    expected = picture.moving("bars", *SIZE, FRAMES - 1)
    picture.assert_same(bench.screendump("g0"), expected, folder, "recovered")
    bench.command("close", bench.name("g0"))
