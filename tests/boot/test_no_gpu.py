# SPDX-License-Identifier: BSD-2-Clause
"""Machines without a virtio GPU: said, with what was looked at and where to look next."""

import pytest

import qemu
from expect import (
    TIMEOUT,
    expect_detail,
    expect_own_machine,
    expect_screen,
    expect_step,
    read_log,
)
from matrix import Screen

# The code of a run that had nothing to show, carried by an exit device where there is one.
SKIPPED = 77
ENDINGS = {
    "aarch64": ("semihosting", ("-semihosting-config", "enable=on,target=native"), SKIPPED),
    "x86_64": ("debug-exit", ("-device", "isa-debug-exit,iobase=0x501,iosize=1"), SKIPPED << 1 | 1),
}

DEVICES = {
    "nothing": (),
    "entropy": ("-device", "virtio-rng-pci"),
}


@pytest.mark.parametrize("devices", DEVICES)
@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_no_gpu(arch, devices, start):
    after, arguments, code = ENDINGS[arch]
    machine = start(arch, args=f"after={after}", extra=(*DEVICES[devices], *arguments))
    log = read_log(machine)
    assert (log.verdict, log.failed()) == ("SKIP", [])
    expect_own_machine(log)
    assert expect_step(log, "gpu", "^picture").skip == "no virtio GPU was found"
    assert expect_step(log, "framebuffer", "^picture").skip == "firmware has none"
    expect_detail(log, "gpu", "^looked at: .*PCI functions")
    expect_detail(log, "gpu", r"^looked at: 0000:00:00.0: [0-9a-f]{4}:[0-9a-f]{4} class 0x060000: a b")
    expect_detail(log, "gpu", "^next: ")
    if devices == "entropy":
        assert expect_step(log, "virtio-pci@.*", "^entropy device")
    else:
        assert expect_step(log, "virtio", "^entropy").skip
    assert machine.wait_exit(TIMEOUT) == code


# What firmware has a driver for that leaves a linear framebuffer behind.
FRAMEBUFFERS = {
    "aarch64-ramfb": ("aarch64", "ramfb", "in memory"),
    "x86_64-ramfb": ("x86_64", "ramfb", "in memory"),
    "x86_64-vga": ("x86_64", "VGA", "on a device"),
    "x86_64-bochs-display": ("x86_64", "bochs-display", "on a device"),
}


@pytest.mark.parametrize(
    "label", (pytest.param(True, id="label", marks=pytest.mark.wide), pytest.param(False, id="bare"))
)
@pytest.mark.parametrize("name", FRAMEBUFFERS)
def test_the_picture_on_the_firmwares_framebuffer(name, label, start, folder):
    arch, device, place = FRAMEBUFFERS[name]
    args = "after=halt" if label else "after=halt label=off pattern=gradient"
    machine = start(arch, args=args, extra=("-device", f"{device},id=gpu0"))
    log = read_log(machine)
    assert (log.verdict, log.failed()) == ("PASS", [])
    assert log.result == "no virtio GPU: picture on the firmware's framebuffer"
    expect_own_machine(log)
    assert expect_step(log, "gpu", "^picture").skip == "no virtio GPU was found"
    size = expect_detail(log, "framebuffer", rf"^\d+x\d+ b8g8r8x8 at 0x.*, {place}$").text.split()[0]
    if device != "ramfb":
        expect_detail(log, "gpu", "^looked at: .*: 1234:1111 class 0x03.*: a display controller")
    width, height = map(int, size.split("x"))
    screen = Screen(device="gpu0", width=width, height=height, name="framebuffer")
    pattern = "bars" if label else "gradient"
    lines = expect_screen(machine, log, screen, pattern, label, folder)
    folder.mkdir(parents=True, exist_ok=True)
    machine.screendump().save(folder / "screen.png")
    if label:
        assert lines[1:] == ["firmware's framebuffer", size, "PASS"]
