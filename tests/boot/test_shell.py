# SPDX-License-Identifier: BSD-2-Clause
"""Started by the EFI shell: what returns to it, with which status, and what runs from it."""

import re

import pytest

import qemu
import shell
from expect import expect_pass, expect_screen, read_log
from matrix import LEGACY_MMIO, RNG_PCI, Screen, device, gpu, mmio_gpu

SUCCESS = 0
INVALID_PARAMETER = 2
NOT_FOUND = 14

# (options, what the console must say)
BAD = (
    ("patern=grid", r"^shell: error: unknown key `patern`: did you mean `pattern`\?$"),
    ("pattern=gird", r"^shell: error: `pattern=gird`: .*did you mean `grid`\?"),
    ("video=15x480", r"^shell: error: `video=15x480`: width 15 is outside 16 to 8192$"),
    ("mode=run after=shell", r"^options: error: after=shell: "),
    ("virtio_mmio.device=512", r"^shell: error: `virtio_mmio\.device=512`: "),
    ("virtio_mmio.device=64@0xa003e00:47", r"^machine: error: virtio-mmio@a003e00 .*smaller than 0x100"),
    ("earlycon=pl012,0x9000000", r"^shell: error: `earlycon=.*did you mean `pl011`\?"),
    ("timeout=0", r"^shell: error: `timeout=0`: "),
    ("label", r"^shell: error: `label`: a value is missing \(on\|off\)$"),
    ("label=off loglevel=verbose", r"^shell: error: `loglevel=verbose`: "),
)


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_what_returns_to_the_shell(arch, start, tmp_path):
    """Help and every bad option, one after the other on one machine; none leaves boot services."""
    commands = ["firstlight.efi help", *(f"firstlight.efi {words}" for words, _ in BAD)]
    shell.medium(
        tmp_path, {"firstlight.efi": shell.app(arch), "startup.nsh": shell.script(commands)}
    )
    machine = start(arch, args=None, boot="none", extra=shell.disk(tmp_path))
    (text, status), *refusals = shell.answers(machine, len(commands))
    log, console = shell.split(text)
    assert (log.verdict, status) == ("PASS", SUCCESS)
    for key in ("mode", "after", "pattern", "label", "video", "timeout", "earlycon", "crash"):
        assert re.search(rf"^  {key}=", console, re.M), f"{key} is not in\n{console}"
    for (words, expected), (text, status) in zip(BAD, refusals):
        log, console = shell.split(text)
        assert (log.verdict, status) == ("FAIL", INVALID_PARAMETER), f"{words}\n{text}"
        assert re.search(expected, console, re.M), f"{words}: {console}"


BLOCK = r"virtio-pci@0000:00:\d\d\.0: block device \(2\), "
LISTS = (
    (
        "aarch64",
        (*LEGACY_MMIO, *mmio_gpu(), *RNG_PCI),
        (
            (r"virtio-mmio@a003e00: GPU device \(16\), virtio-mmio version 1", "EDID"),
            (r"virtio-pci@0000:00:\d\d\.0: entropy device \(4\), virtio-pci modern", "VERSION_1"),
            (BLOCK + "virtio-pci modern", "VERSION_1"),
        ),
    ),
    (
        "x86_64",
        (*gpu(), *device("virtio-rng-pci", "disable-modern=on", "disable-legacy=off")),
        (
            (r"virtio-pci@0000:00:\d\d\.0: GPU device \(16\), virtio-pci modern", "VERSION_1"),
            (r"virtio-pci@0000:00:\d\d\.0: entropy device \(4\), virtio-pci legacy", "EVENT_IDX"),
            (BLOCK + "virtio-pci modern", "VERSION_1"),
        ),
    ),
)


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row[0])
def test_list(row, start, tmp_path):
    """Twice: the devices are firmware's still, and the second time the disk must still work."""
    arch, devices, expected = row
    commands = ["firstlight.efi mode=list", "firstlight.efi mode=list after=shell label=off"]
    shell.medium(
        tmp_path, {"firstlight.efi": shell.app(arch), "startup.nsh": shell.script(commands)}
    )
    machine = start(arch, args=None, boot="none", extra=(*shell.disk(tmp_path), *devices))
    for text, status in shell.answers(machine, len(commands)):
        log, console = shell.split(text)
        assert (log.verdict, status) == ("PASS", SUCCESS), text
        for line, feature in expected:
            pattern = rf"^{line}.*\n  features 0x[0-9a-f]+: .*\b{feature}\b"
            assert re.search(pattern, console, re.M), f"{line} is not in\n{console}"
        assert re.search(r"^3 virtio devices in ", console, re.M)


def test_list_without_devices(start, tmp_path):
    """No virtio device at all: EFI_NOT_FOUND."""
    shell.medium(
        tmp_path,
        {
            "firstlight.efi": shell.app("x86_64"),
            "startup.nsh": shell.script(["firstlight.efi mode=list"]),
        },
    )
    machine = start("x86_64", args=None, boot="none", extra=shell.ide_disk(tmp_path))
    ((text, status),) = shell.answers(machine, 1)
    _, console = shell.split(text)
    assert status == NOT_FOUND
    assert re.search(r"^0 virtio devices in ", console, re.M)


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_startup_nsh(arch, start, folder, tmp_path):
    """The staged folder without its default boot file: the shell finds startup.nsh."""
    name = {"aarch64": "BOOTAA64.EFI", "x86_64": "BOOTX64.EFI"}[arch]
    shell.medium(
        tmp_path,
        {
            f"EFI/firstlight/{name}": shell.app(arch),
            "startup.nsh": f"fs0:\\EFI\\firstlight\\{name} pattern=checker label=off\n",
        },
    )
    extra = (*shell.disk(tmp_path), "-device", "virtio-gpu-pci,id=gpu0")
    machine = start(arch, args=None, boot="none", extra=extra)
    shell.skip_countdown(machine)
    log = read_log(machine)
    expect_pass(log, arch)
    expect_screen(machine, log, Screen(), "checker", False, folder)
