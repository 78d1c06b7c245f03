# SPDX-License-Identifier: BSD-2-Clause
"""Started by the EFI shell: what returns to it, with which status, and what runs from it."""

import re

import pytest

import qemu
import shell
from expect import expect_detail, expect_pass, expect_screen, read_log
from matrix import FDT, LEGACY_MMIO, Screen

SUCCESS = 0
INVALID_PARAMETER = 2

# (options, what the answer must hold)
BAD = (
    ("patern=grid", r"unknown key `patern`: did you mean `pattern`\?"),
    ("pattern=gird", r"pattern=gird.*`grid`"),
    ("video=15x480", r"video=15x480"),
    ("mode=run after=shell", r"after=shell"),
    ("virtio_mmio.device=512", r"virtio_mmio\.device=512"),
    ("earlycon=pl012,0x9000000", r"pl011"),
    ("label", r"label"),
    ("label=off loglevel=verbose", r"loglevel=verbose"),
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
    assert status == SUCCESS
    for key in ("mode", "after", "pattern", "label", "video", "timeout", "earlycon", "crash"):
        assert re.search(rf"^  {key}=", text, re.MULTILINE), f"{key} is not in\n{text}"
    for (words, expected), (text, status) in zip(BAD, refusals):
        assert re.search(expected, text), f"{words}: {text}"
        assert status == INVALID_PARAMETER, f"{words}: {status:#x}\n{text}"


LISTS = (
    (
        "aarch64",
        (
            *LEGACY_MMIO,
            *("-device", "virtio-gpu-device"),
            *("-device", "virtio-rng-pci"),
        ),
        (
            r"virtio-mmio@[0-9a-f]+: .*\bGPU\b",
            r"virtio-pci@0000:00:0\d\.0: .*entropy",
            r"virtio-pci@0000:00:0\d\.0: .*block",
        ),
    ),
    (
        "x86_64",
        (
            *("-device", "virtio-gpu-pci"),
            *("-device", "virtio-rng-pci,disable-modern=on,disable-legacy=off"),
        ),
        (
            r"virtio-pci@0000:00:0\d\.0: .*\bGPU\b",
            r"virtio-pci@0000:00:0\d\.0: .*entropy",
            r"virtio-pci@0000:00:0\d\.0: .*block",
        ),
    ),
)


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row[0])
def test_list(row, start, tmp_path):
    arch, devices, expected = row
    commands = ["firstlight.efi mode=list", "firstlight.efi mode=list after=shell label=off"]
    shell.medium(
        tmp_path, {"firstlight.efi": shell.app(arch), "startup.nsh": shell.script(commands)}
    )
    machine = start(arch, args=None, boot="none", extra=(*shell.disk(tmp_path), *devices))
    for text, status in shell.answers(machine, len(commands)):
        assert status == SUCCESS, text
        for line in expected:
            assert re.search(line, text), f"{line} is not in\n{text}"


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
