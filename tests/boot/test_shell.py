# SPDX-License-Identifier: BSD-2-Clause
"""Started by the EFI shell: what returns to it, with which status, and what runs from it."""

import re
import shutil

import pytest

import shell
import tap
from expect import (
    MOSTLY_AARCH64,
    ROOT,
    TIMEOUT,
    expect_detail,
    expect_failure,
    expect_pass,
    expect_screen,
    read_log,
)
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
    ("virtio_mmio.device=64@0xa003e00:47", r"^machine: error: virtio-mmio@a003e00 .*: smaller"),
    ("earlycon=pl012,0x9000000", r"^shell: error: `earlycon=.*did you mean `pl011`\?"),
    ("timeout=0", r"^shell: error: `timeout=0`: "),
    ("label", r"^shell: error: `label`: a value is missing \(on\|off\)$"),
    ("label=off loglevel=verbose", r"^shell: error: `loglevel=verbose`: "),
)


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
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
    for key in ("mode", "after", "pattern", "label", "video", "timeout", "earlycon", "check", "isolate", "ring", "features", "crash"):
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


STAGED = ROOT / "esp"


def test_startup_nsh_starts_it(start, folder, tmp_path):
    """The staged folder, whose default boot file is passed over: OVMF drops what has no index."""
    medium = shutil.copytree(STAGED, tmp_path / "esp")
    extra = (
        *shell.disk(medium),
        *("-drive", "if=none,id=empty,driver=null-co,size=1M"),
        *("-device", "virtio-blk-pci,drive=empty,bootindex=0"),
        *gpu(),
    )
    machine = start("x86_64", args="pattern=checker label=off", boot="none", extra=extra)
    shell.skip_countdown(machine)
    log = read_log(machine)
    expect_pass(log, "x86_64")
    expect_screen(machine, log, Screen(), "checker", False, folder)


def expect_refusal(machine):
    """The next log on the serial line refuses the word in firstlight.conf, and the console too."""
    text = machine.read_until(r"^firstlight.conf: error: unknown key `patern`.*\n", TIMEOUT)
    log = tap.parse(text, trailing=True)
    assert log.verdict == "FAIL"
    expect_failure(log, "efi", "^options", "^malformed$")
    expect_detail(log, "firstlight.conf", "unknown key `patern`: did you mean `pattern`")


def test_startup_nsh_after_a_failure(start, tmp_path):
    """A bad firstlight.conf: the default boot file returns, then startup.nsh tries it again."""
    medium = shutil.copytree(STAGED, tmp_path / "esp")
    (medium / "firstlight.conf").write_text("patern=grid\n")
    machine = start("aarch64", args=None, boot="none", extra=shell.disk(medium))
    expect_refusal(machine)
    machine.read_until(r"^BdsDxe: failed to start .*: Invalid Parameter$", TIMEOUT)
    shell.skip_countdown(machine)
    expect_refusal(machine)
    machine.read_until(r"^Shell> ", TIMEOUT)


def test_another_folder_and_arguments(start, folder, tmp_path):
    """A startup.nsh of one's own: the image where one likes, options as its arguments."""
    shell.medium(
        tmp_path,
        {
            "EFI/tools/light.efi": shell.app("aarch64"),
            "startup.nsh": "fs0:\\EFI\\tools\\light.efi pattern=grid label=off\n",
        },
    )
    machine = start("aarch64", args=None, boot="none", extra=(*shell.disk(tmp_path), *gpu()))
    shell.skip_countdown(machine)
    log = read_log(machine)
    expect_pass(log, "aarch64")
    expect_screen(machine, log, Screen(), "grid", False, folder)
