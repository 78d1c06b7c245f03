# SPDX-License-Identifier: BSD-2-Clause
"""Mistakes made on purpose, on real firmware: each run fails and names its cause.

tests/qtest/test_faults.py makes those that need no interrupts on every transport, without firmware.
"""

import re
from dataclasses import dataclass

import pytest

from expect import expect_detail, expect_step, read_log

LEGACY = "-global", "virtio-mmio.force-legacy=true"
MODERN = "-global", "virtio-mmio.force-legacy=false"
MMIO_GPU = "-device", "virtio-gpu-device,id=gpu0"
PCI_GPU = "-device", "virtio-gpu-pci,id=gpu0"
IOMMU_GPU = "-device", "virtio-gpu-pci,id=gpu0,iommu_platform=on"
CAUSE = re.compile(r"cause: mistake (\d+): ")


@dataclass(frozen=True)
class Mistake:
    fault: str
    number: int  # of docs/diagnosis.md
    arch: str
    qemu: tuple[str, ...]


MISTAKES = (
    Mistake("v2-registers-on-v1", 1, "aarch64", (*LEGACY, *MMIO_GPU)),
    Mistake("no-guest-page-size", 3, "aarch64", (*LEGACY, *MMIO_GPU)),
    Mistake("wrong-queue-align", 4, "aarch64", (*LEGACY, *MMIO_GPU)),
    Mistake("v1-registers-on-v2", 2, "aarch64", (*MODERN, *MMIO_GPU)),
    Mistake("narrow-access", 24, "aarch64", (*MODERN, *MMIO_GPU)),
    Mistake("no-bus-master", 18, "aarch64", PCI_GPU),
    Mistake("wrong-doorbell", 20, "aarch64", PCI_GPU),
    Mistake("no-access-platform", 15, "x86_64", IOMMU_GPU),
    Mistake("no-memory-decode", 19, "x86_64", PCI_GPU),
    Mistake("chain-loop", 12, "x86_64", PCI_GPU),
    Mistake("short-request", 25, "x86_64", PCI_GPU),
    Mistake("no-scanout", 37, "x86_64", PCI_GPU),
    Mistake("second-owner", 38, "x86_64", PCI_GPU),
)


# Those that need interrupts: the picture is shown all the same, by polling.
INTERRUPT_MISTAKES = {
    "isr-read-twice-aarch64": ("isr-read-twice", 22, "aarch64", "intx", PCI_GPU),
    "isr-read-twice-x86_64": ("isr-read-twice", 22, "x86_64", "intx", PCI_GPU),
    "not-acknowledged-mmio": ("not-acknowledged", 45, "aarch64", "mmio", (*MODERN, *MMIO_GPU)),
    "not-acknowledged-mmio-legacy": ("not-acknowledged", 45, "aarch64", "mmio", (*LEGACY, *MMIO_GPU)),
    "not-acknowledged-pci": ("not-acknowledged", 45, "x86_64", "intx", PCI_GPU),
}


def first_cause(log):
    """The number of the first mistake that the log names; None when it names none."""
    for detail in log.details:
        match = CAUSE.match(detail.text.removeprefix("error: "))
        if match:
            return int(match[1])
    return None


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.fault)
def test_the_cause_is_named(mistake, start):
    options = f"fault={mistake.fault} timeout=300 isolate=off label=off after=shutdown"
    log = read_log(start(mistake.arch, args=options, extra=mistake.qemu))
    assert log.verdict == "FAIL"
    assert log.failed()
    assert first_cause(log) == mistake.number


def test_the_ladder_is_climbed(start):
    """The driver's mistake stays, whatever the configuration: nothing works, in bounded time."""
    options = "fault=v2-registers-on-v1 timeout=300 label=off after=shutdown"
    log = read_log(start("aarch64", args=options, extra=(*LEGACY, *MMIO_GPU)))
    assert log.verdict == "FAIL"
    expect_detail(log, r"virtio-mmio@.*|gpu0", "isolate: .*at most")
    expect_detail(log, r"virtio-mmio@.*|gpu0", "isolate: nothing works")


@pytest.mark.parametrize("name", INTERRUPT_MISTAKES)
def test_a_mistake_with_interrupts(name, start):
    fault, number, arch, irq, qemu = INTERRUPT_MISTAKES[name]
    options = f"fault={fault} irq={irq} isolate=off label=off after=shutdown"
    log = read_log(start(arch, args=options, extra=qemu))
    assert log.verdict == "FAIL"
    assert [point.text for point in log.failed()] == ["interrupt"]
    assert first_cause(log) == number
    expect_step(log, "virtio-.*", "^gpu0: picture shown")
    expect_detail(log, "virtio-.*", "^error: interrupt: .*: polled from here on$")
    storms = log.matching("irq", "^error: interrupt .* in a row, and is not acknowledged")
    assert bool(storms) == (number == 45)


@pytest.mark.parametrize("arch, irq", (("x86_64", ""), ("x86_64", "msix"), ("aarch64", "msix")))
def test_a_mistake_made_once_is_recovered_from(arch, irq, start):
    """With interrupts the wait ends when the device says so, and it has its vectors again."""
    options = f"fault=chain-loop@3 {'irq=' + irq if irq else 'timeout=300'} label=off"
    log = read_log(start(arch, args=f"{options} after=shutdown", extra=PCI_GPU))
    assert first_cause(log) == 12
    assert log.verdict == "PASS"
    expect_detail(log, r"gpu0", "recovery: ")
    if irq:
        step = expect_step(log, "virtio-pci@.*", "^interrupts by msix: ")
        queue, config = map(int, re.search(r"queue (\d+), config (\d+)", step.text).groups())
        assert queue >= 6 and config == 1, step.text
