# SPDX-License-Identifier: BSD-2-Clause
"""Interrupts that cannot be used, or do not come: the cause is named, and the run goes on."""

import re

import pytest

from expect import expect_detail, expect_failure, expect_pass, expect_screen, expect_step, read_log
from matrix import GIC2, GIC3, LEGACY_MMIO, MMIO, MODERN_MMIO, PCI, Screen, gpu, mmio_gpu

UNUSABLE = {
    "msix-without-vectors": ("msix", gpu("vectors=0"), PCI, "^the device has no MSI-X: polled$"),
    "msix-on-mmio": ("msix", mmio_gpu(), MMIO, "^irq=msix is not for virtio-mmio"),
    "mmio-on-pci": ("mmio", gpu(), PCI, "^irq=mmio is not for virtio-pci"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable(name, start, folder):
    """The device is polled, which the log says; that is no failure."""
    irq, devices, subject, reason = UNUSABLE[name]
    machine = start("aarch64", args=f"irq={irq} label=off", extra=(*GIC3, *devices))
    log = read_log(machine)
    expect_pass(log, "aarch64")
    step = expect_step(log, subject, "^interrupt$")
    assert step.skip, step
    expect_detail(log, subject, "^interrupt: .*: polled$")
    expect_screen(machine, log, Screen(), "bars", False, folder)


@pytest.mark.parametrize("gic, version", ((GIC3, MODERN_MMIO), (GIC2, LEGACY_MMIO)))
def test_the_wrong_line(gic, version, start, folder):
    """By hand, and wrong: the window's interrupt is 79. The picture is right nevertheless."""
    machine = start(
        "aarch64",
        args="irq=mmio label=off console=off virtio_mmio.device=512@0xa003e00:47",
        extra=(*gic, *version, *mmio_gpu("bus=virtio-mmio-bus.31")),
    )
    log = read_log(machine)
    expect_failure(
        log,
        "virtio-mmio@a003e00",
        "^interrupt$",
        "interrupt status is 0x1, and interrupt 47 did not come",
    )
    expect_step(log, "virtio-mmio@a003e00", "^gpu0: picture shown")
    expect_screen(machine, log, Screen(), "bars", False, folder)


@pytest.mark.parametrize("arch, extra", (("aarch64", GIC3), ("x86_64", ())))
def test_the_cursor_queue(arch, extra, start):
    """Its vector is assigned too: each of its eleven requests is told by an interrupt."""
    args = "irq=msix cursor=on label=off after=shutdown"
    log = read_log(start(arch, args=args, extra=(*extra, *gpu())))
    expect_pass(log, arch)
    expect_step(log, "gpu0", "^scanout 0: cursor at ")
    step = expect_step(log, PCI, "^interrupts by msix: ")
    queue, config = re.search(r"queue (\d+), config (\d+)", step.text).groups()
    assert int(queue) >= 11 + 6 and config == "0", step.text
