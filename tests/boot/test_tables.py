# SPDX-License-Identifier: BSD-2-Clause
"""The own page tables as QEMU's processor walks them: what the log says, and nothing beside it."""

import re

import pytest

import shell
from expect import (
    ROOT,
    TIMEOUT,
    expect_detail,
    expect_failure,
    expect_pass,
    expect_screen,
    expect_step,
    read_log,
)
from matrix import Screen

GPU = "-device", "virtio-gpu-pci"
PAGE = 0x1000
BLOCK = 0x200000

RANGE = re.compile(r"^0x([0-9a-f]+)-0x([0-9a-f]+): (.+): ([a-z, ]+)$")
# QEMU's `info mem`: first, end, size, and rights as u, r, w.
INFO_MEM = re.compile(r"^([0-9a-f]{16})-([0-9a-f]{16}) [0-9a-f]{16} ([u-])([r-])([w-])$", re.M)
# `info tlb`: an address, what it is translated to, and the bits of its entry.
INFO_TLB = re.compile(r"^([0-9a-f]{16}): [0-9a-f]{16} (\S+)$", re.M)

CASES = {
    "aarch64": ("aarch64", "512M", ()),
    "aarch64-el2-6G": ("aarch64", "6G", ("-machine", "virtualization=on")),
    "aarch64-256M": ("aarch64", "256M", ()),
    "aarch64-52-bits": ("aarch64", "512M", ("-cpu", "max")),
    "x86_64": ("x86_64", "512M", ()),
    "x86_64-6G": ("x86_64", "6G", ()),
    "x86_64-256M": ("x86_64", "256M", ()),
    "x86_64-no-nx": ("x86_64", "512M", ("-cpu", "qemu64,-nx")),
}


def monitor(machine, line):
    text = machine.qmp("human-monitor-command", **{"command-line": line})
    return text.replace("\r", "")


def logged_ranges(log):
    """
    (base, end, name, rights) of each range, in the order of the addresses. The DMA memory is there
    twice: kept apart at first, and as what the devices need.
    """
    found = {}
    for detail in log.matching("memory", r"^0x"):
        match = RANGE.match(detail.text)
        assert match, detail.text
        found[int(match[1], 16)] = (int(match[2], 16) + 1, match[3], match[4])
    return sorted((base, *rest) for base, rest in found.items())


def expect_apart(ranges):
    """Whole pages, no overlap, and guards where they belong."""
    for before, after in zip(ranges, ranges[1:]):
        assert before[1] <= after[0], (before, after)
    assert all(base % PAGE == 0 and end % PAGE == 0 for base, end, *_ in ranges)
    names = [name for _, _, name, _ in ranges]
    assert names.count("image code") == names.count("stack") == 1 and "DMA memory" in names
    for number, (base, end, name, _) in enumerate(ranges):
        if name in ("stack", "DMA memory"):
            guard = f"guard page below {'the ' * (name == 'stack')}{name}"
            assert ranges[number - 1][1:] == (base, guard, "no access")
        if name == "DMA memory":
            above = (end, end + PAGE, "guard page above DMA memory", "no access")
            assert ranges[number + 1] == above


def translates(machine, address):
    """What an address leads to, as the processor sees it; None where nothing is mapped."""
    match = re.match(r"gpa: (?:0x)?([0-9a-f]+)", monitor(machine, f"gva2gpa {address:#x}"))
    return match and int(match[1], 16)


def expect_tables(machine, ranges):
    """What QEMU's processor makes of the tables that are in force; it stands still from now on."""
    machine.qmp("stop")
    expect_apart(ranges)
    expect_translations(machine, ranges)


def expect_translations(machine, ranges):
    """Each range leads to itself, guards and what is around the ranges lead nowhere."""
    inside = lambda at: any(b <= at < e and r != "no access" for b, e, _, r in ranges)  # noqa: E731
    for base, end, name, rights in ranges:
        for address in (base, end - PAGE, base - PAGE, end):
            expected = address if inside(address) else None
            assert translates(machine, address) == expected, f"{name}: {address:#x}"
    for address in (0, PAGE, 1 << 40):
        assert translates(machine, address) is None


def merged(ranges):
    """Ranges that touch, as one, as long as the rights are the same."""
    out = []
    for base, end, rights in ranges:
        if out and out[-1][1] == base and out[-1][2] == rights:
            out[-1] = (out[-1][0], end, rights)
        else:
            out.append((base, end, rights))
    return out


def shown_by_mem(machine):
    found = INFO_MEM.findall(monitor(machine, "info mem"))
    return [(int(b, 16), int(e, 16), u + r + w) for b, e, u, r, w in found]


def shown_by_tlb(machine):
    """For five levels, of which QEMU's `info mem` shows nothing; 1 GiB blocks look like 2 MiB."""
    shown = []
    for address, bits in INFO_TLB.findall(monitor(machine, "info tlb")):
        base, size = int(address, 16), BLOCK if "P" in bits else PAGE
        rights = ("u" if "U" in bits else "-") + "r" + ("w" if "W" in bits else "-")
        shown.append((base, base + size, rights))
    return shown


def expect_x86_tables(machine, ranges, no_execute=True, shown=shown_by_mem):
    """The whole of the tables: rights, cache policy, nothing for user programs."""
    rights = {"read, execute": "-r-", "read": "-r-", "read, write": "-rw", "registers": "-rw"}
    expected = merged([(b, e, rights[r]) for b, e, _, r in ranges if r != "no access"])
    assert merged(shown(machine)) == expected
    kinds = {base: kind for base, _, _, kind in ranges}
    seen = 0
    for address, bits in INFO_TLB.findall(monitor(machine, "info tlb")):
        kind = kinds.get(int(address, 16))
        if not kind:
            continue
        seen += 1
        assert ("X" in bits) == (no_execute and kind != "read, execute"), (address, kind, bits)
        assert ("C" in bits and "T" in bits) == (kind == "registers"), (address, kind, bits)
        assert "G" not in bits and "U" not in bits
    assert seen == len([kind for kind in kinds.values() if kind != "no access"])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_tables(case, start):
    arch, memory, arguments = case
    machine = start(
        arch, args="after=halt loglevel=debug", memory=memory, extra=(*GPU, *arguments)
    )
    log = read_log(machine)
    expect_pass(log, arch)
    expect_step(log, "platform", r"^own page tables: 0x[0-9a-f]+ bytes of memory, 0x[0-9a-f]+ of")
    expect_detail(log, "paging", r"^4 levels, .* [0-9]+ of [0-9]+ pages for tables$")
    ranges = logged_ranges(log)
    expect_tables(machine, ranges)
    if arch == "x86_64":
        expect_x86_tables(machine, ranges, "qemu64,-nx" not in arguments)


CR4 = re.compile(r"\bCR4=([0-9a-f]+)")
CR4_LA57 = 1 << 12


STAND_INS = {"x86_64": ("la57", "BOOTX64"), "aarch64": ("vhe", "BOOTAA64")}


def start_behind(start, folder, arch, *extra, args=""):
    """Behind the application of tests/boot that stands for firmware which nobody at hand has."""
    name, loader = STAND_INS[arch]
    files = {
        f"EFI/BOOT/{loader}.EFI": ROOT / f"build/{arch}/{name}.efi",
        "firstlight.efi": shell.app(arch),
    }
    return start(
        arch,
        boot="none",
        args="after=halt loglevel=debug pattern=bars label=off " + args,
        extra=(
            *extra,
            *("-device", "virtio-gpu-pci,id=gpu0"),
            *shell.disk(shell.medium(folder, files)),
        ),
    )


def expect_behind(machine, arch, paging, folder):
    """A picture, and tables that are as everywhere."""
    log = read_log(machine)
    expect_pass(log, arch)
    expect_screen(machine, log, Screen(), "bars", False, folder)
    expect_detail(log, "paging", rf"^{paging}, .* [0-9]+ of [0-9]+ pages for tables$")
    ranges = logged_ranges(log)
    expect_tables(machine, ranges)
    return ranges


def test_five_levels(start, folder):
    """Firmware that uses five levels. None at hand does: tests/boot/la57 stands for it."""
    machine = start_behind(start, folder, "x86_64", "-cpu", "max,la57=on")
    ranges = expect_behind(machine, "x86_64", "5 levels, long mode", folder)
    assert int(CR4.search(monitor(machine, "info registers"))[1], 16) & CR4_LA57
    expect_x86_tables(machine, ranges, shown=shown_by_tlb)


EL2_CAN_BE_HOST = "-cpu", "neoverse-n1", "-machine"


@pytest.mark.parametrize("gic, irq", ((2, "intx"), (3, "msix")))
def test_el2_as_a_host(start, folder, gic, irq):
    """Firmware that leaves HCR_EL2.E2H set. None at hand does: tests/boot/vhe stands for it."""
    host = *EL2_CAN_BE_HOST, f"virtualization=on,gic-version={gic}"
    machine = start_behind(start, folder, "aarch64", *host, args=f"irq={irq}")
    expect_behind(machine, "aarch64", r"4 levels, EL2 as a host's \(E2H\)", folder)


def test_el2_as_a_host_ends(start, folder):
    """Firmware's shutdown, by the tables that were in force before the own ones."""
    host = *EL2_CAN_BE_HOST, "virtualization=on"
    machine = start_behind(start, folder, "aarch64", *host, args="after=shutdown")
    expect_pass(read_log(machine), "aarch64")
    assert machine.wait_exit(TIMEOUT) == 0


def test_registers_in_own_memory(start):
    """A window that somebody puts where the DMA memory is: refused by name, before it is read."""
    machine = start(
        "aarch64", args="after=halt virtio_mmio.device=512@0x50000000:47", extra=GPU
    )
    log = read_log(machine)
    expect_failure(log, "virtio", "^devices", "^1 could not be used")
    expect_detail(
        log,
        "memory",
        r"^error: virtio-mmio@50000000: 0x1000 bytes at 0x50000000 \(registers\) overlap DMA memory",
    )
    expect_step(log, "virtio-pci@.*", "^gpu0: picture shown")
