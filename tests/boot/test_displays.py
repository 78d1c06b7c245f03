# SPDX-License-Identifier: BSD-2-Clause
"""
Several heads of one GPU, and mode=watch: heads that are resized, plugged in and unplugged through
VNC while the application runs; each screen is compared pixel by pixel.
"""

import re

import pytest

import picture
import rfb
from expect import (
    FONT,
    MOSTLY_AARCH64,
    TIMEOUT,
    expect_detail,
    expect_pass,
    expect_step,
    read_log,
)

SIZE = 640, 480
SECONDS = 12  # that mode=watch lasts


def gpu(*words):
    return "-device", ",".join(("virtio-gpu-pci", "id=gpu0", *words))


def two_heads():
    return gpu("max_outputs=2", f"xres={SIZE[0]}", f"yres={SIZE[1]}")


def parts():
    """What two heads side by side show of one picture."""
    whole = picture.reference("bars", 2 * SIZE[0], SIZE[1])
    return [whole.crop((x, 0, x + SIZE[0], SIZE[1])) for x in (0, SIZE[0])]


def read_labels(machine, log):
    """The lines of each head's label, and its rectangle."""
    for line in log.matching("gpu0", r"^label: "):
        head = int(re.search(r" on scanouts? (\d)", line.text)[1])
        rectangle = picture.Rectangle.parse(line.text)
        image = machine.screendump("gpu0", head)
        yield picture.read_label(image, rectangle, picture.read_font(FONT)), rectangle


@pytest.mark.parametrize("layout", ("separate", "mirror", "extend", "span"))
@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_two_heads(start, folder, arch, layout):
    machine = start(
        arch,
        args=f"after=halt label=on scanouts=all video=640x480 displays={layout}",
        extra=two_heads(),
    )
    log = read_log(machine)
    expect_pass(log, arch)
    labels = list(read_labels(machine, log))
    due = parts() if layout in ("extend", "span") else [picture.reference("bars", *SIZE)] * 2
    if layout == "mirror":
        assert "scanouts 0 1: 640x480" in labels[0][0]
        labels *= 2
    for head in range(2):
        if layout != "mirror":
            assert f"scanout {head}: 640x480" in labels[head][0]
        seen = machine.screendump("gpu0", head)
        folder.mkdir(parents=True, exist_ok=True)
        seen.save(folder / f"head{head}.png")
        picture.assert_same(seen, due[head], folder, f"head{head}", labels[head][1])


def wait_for(machine, text):
    return machine.read_until(text, TIMEOUT)


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_watch(start, folder, tmp_path, arch):
    sockets = [tmp_path / f"vnc{head}" for head in range(2)]
    servers = [
        word
        for head, path in enumerate(sockets)
        for word in ("-vnc", f"unix:{path},id=vnc{head},display=gpu0,head={head}")
    ]
    machine = start(
        arch,
        args=f"after=halt label=off mode=watch duration={SECONDS}",
        extra=(*two_heads(), *servers),
    )
    wait_for(machine, r"# .* gpu: watch: 1 GPUs, for 12 s\n")
    with rfb.Window(sockets[0]) as first, rfb.Window(sockets[1]) as second:
        for size in ((800, 600), (333, 222)):
            first.resize(*size)
            wait_for(machine, rf"scanout 0: size {size[0]}x{size[1]}: ")
            wait_for(machine, r"ok \d+ - gpu0: displays changed: served")
            reference = picture.reference("bars", *size)
            picture.assert_same(machine.screendump("gpu0"), reference, folder, "head0")
        second.resize(500, 400)
        wait_for(machine, r"ok \d+ - gpu0: scanout 1: picture on screen\n")
        wait_for(machine, r"ok \d+ - gpu0: displays changed: served")
        reference = picture.reference("bars", 500, 400)
        picture.assert_same(machine.screendump("gpu0", 1), reference, folder, "head1")
        second.resize(0, 0)
        wait_for(machine, r"ok \d+ - gpu0: scanout 1: taken down\n")
        log = read_log(machine)
    expect_pass(log, arch)
    served = int(re.search(r"; changes of displays served: (\d+)", log.result)[1])
    assert served >= 4
    assert int(re.search(r"(\d+) changes served", expect_detail(log, "gpu0", "^watch: ").text)[1])


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_watch_by_interrupts(start, folder, tmp_path, arch):
    """The window's size comes as an interrupt; no register is read while it stays the same."""
    machine = start(
        arch,
        args="after=halt label=off mode=watch duration=8 irq=msix",
        extra=(*gpu(), "-vnc", f"unix:{tmp_path / 'vnc'},id=vnc0,display=gpu0,head=0"),
    )
    wait_for(machine, r"# .* gpu: watch: 1 GPUs, for 8 s\n")
    with rfb.Window(tmp_path / "vnc") as window:
        for size in ((800, 600), (333, 222)):
            window.resize(*size)
            wait_for(machine, rf"scanout 0: size {size[0]}x{size[1]}: ")
            wait_for(machine, r"ok \d+ - gpu0: displays changed: served")
            reference = picture.reference("bars", *size)
            picture.assert_same(machine.screendump("gpu0"), reference, folder, "head0")
        log = read_log(machine)
    expect_pass(log, arch)
    step = expect_step(log, "virtio-pci@.*", "^interrupts by msix: ")
    assert int(re.search(r"config (\d+)", step.text)[1]) >= 2, step.text


def test_watch_without_changes(start, folder):
    """It ends by itself, and has read one register a look."""
    machine = start("x86_64", args="after=halt mode=watch duration=1", extra=gpu())
    log = read_log(machine)
    expect_pass(log, "x86_64")
    assert log.result.endswith("changes of displays served: 0")
    text = expect_detail(log, "gpu0", "^watch: 0 changes served in ").text
    assert 5 <= int(re.search(r"in (\d+) looks", text)[1]) <= 102
    expect_step(log, "virtio-pci@.*", "^gpu0: picture shown")
