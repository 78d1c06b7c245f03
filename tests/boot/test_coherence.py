# SPDX-License-Identifier: BSD-2-Clause
"""Devices that do not look into the processor's caches: what tables say of it, and what is done."""

import re

import pytest

import tree
from expect import expect_detail, expect_pass, expect_screen, expect_step, read_log
from matrix import FDT, LEGACY_MMIO, MMIO, PCI, RNG_MMIO, RNG_PCI, Screen, gpu, mmio_gpu
from test_tables import expect_apart, logged_ranges, monitor

CASES = {
    "pci": (PCI, (*gpu(), *RNG_PCI)),
    "mmio": (MMIO, (*LEGACY_MMIO, *mmio_gpu(), *RNG_MMIO)),
}
DMA = "^DMA memory mapped "


def tree_without(folder, extra, name):
    """The machine's device tree, without a property."""

    def change(text):
        text, count = re.subn(rf"^\s*{name};\n", "", text, flags=re.M)
        assert count
        return text

    return tree.changed(folder, extra, change)


def expect_rights(machine, log, rights):
    """The DMA memory as the log has it."""
    ranges = logged_ranges(log)
    expect_apart(ranges)
    assert {r for _, _, name, r in ranges if name == "DMA memory"} == {rights}


@pytest.mark.parametrize("dma", ("auto", "cached"))
@pytest.mark.parametrize("case", CASES)
def test_tree_without_coherence(case, dma, start, folder):
    subject, devices = CASES[case]
    extra = (*FDT, *devices)
    blob = tree_without(folder, extra, "dma-coherent")
    machine = start(
        "aarch64", args=f"label=off loglevel=debug dma={dma}", extra=(*extra, "-dtb", blob)
    )
    log = read_log(machine)
    expect_pass(log, "aarch64")
    expect_detail(log, "machine", r"^(pci|virtio-mmio).*, not coherent \(FDT ")
    if dma == "auto":
        expect_step(log, "platform", rf"{DMA}not cached \({subject}")
        expect_rights(machine, log, "read, write, not cached")
    else:
        expect_step(log, "platform", rf"{DMA}cached \(dma=\)")
        expect_rights(machine, log, "read, write")
    expect_screen(machine, log, Screen(), "bars", False, folder)


@pytest.mark.parametrize("tables", ((), FDT), ids=("acpi", "fdt"))
def test_coherent(tables, start):
    log = read_log(start("aarch64", args="label=off loglevel=debug", extra=(*tables, *gpu())))
    expect_pass(log, "aarch64")
    expect_detail(log, "machine", r"^pci .*, coherent \(")
    expect_detail(log, "machine", r"^virtio-mmio.* interrupts 48 to 79, coherent \(")
    expect_step(log, "platform", rf"{DMA}cached \(no device is not coherent\)")


@pytest.mark.parametrize("arch", ("aarch64", "x86_64"))
def test_uncached_by_hand(arch, start, folder):
    """With messages through an ITS where there is one, whose tables are DMA memory as well."""
    gic = ("-machine", "gic-version=3") if arch == "aarch64" else ()
    machine = start(
        arch, args="label=off loglevel=debug dma=uncached irq=msix", extra=(*gic, *gpu(), *RNG_PCI)
    )
    log = read_log(machine)
    expect_pass(log, arch)
    expect_step(log, "platform", rf"{DMA}not cached \(dma=\)")
    expect_step(log, PCI, "^interrupts by msix: ")
    expect_rights(machine, log, "read, write, not cached")
    expect_screen(machine, log, Screen(), "bars", False, folder)
    if arch == "x86_64":
        machine.qmp("stop")
        base = next(b for b, _, name, _ in logged_ranges(log) if name == "DMA memory")
        assert re.search(rf"^{base:016x}: {base:016x} \S*C\S*T", monitor(machine, "info tlb"), re.M)
