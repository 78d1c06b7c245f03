# SPDX-License-Identifier: BSD-2-Clause
"""Options from each source, and which of them wins."""

import pytest

import shell
import tap
from boot import BOOT_FILES
from expect import (
    MOSTLY_AARCH64,
    TIMEOUT,
    expect_detail,
    expect_failure,
    expect_pass,
    expect_screen,
    read_log,
)
from matrix import PCI, Screen

GPU = "-device", "virtio-gpu-pci,id=gpu0"


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_later_sources_win(arch, start, folder, tmp_path):
    """firstlight.conf < SMBIOS < LoadOptions, word by word."""
    shell.medium(
        tmp_path,
        {
            "firstlight.efi": shell.app(arch),
            "firstlight.conf": "# a comment\npattern=grid label=on\nvideo=640x480  # and another\n",
            "startup.nsh": "fs0:\nfirstlight.efi pattern=gradient\n",
        },
    )
    extra = (*shell.disk(tmp_path), *GPU, *("-smbios", "type=11,value=firstlight:label=off"))
    machine = start(arch, args="pattern=checker", boot="none", extra=extra)
    shell.skip_countdown(machine)
    log = read_log(machine)
    expect_pass(log, arch)
    expect_detail(log, "firstlight.conf", "^option video=640x480$")
    expect_detail(log, "SMBIOS", "^option pattern=checker$")
    expect_detail(log, "SMBIOS", "^option label=off$")
    expect_detail(log, "shell", "^option pattern=gradient$")
    screen = Screen(width=640, height=480)
    expect_screen(machine, log, screen, "gradient", False, folder)


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_smbios_and_the_file(arch, start, folder, tmp_path):
    """Booted as the medium's default application, without LoadOptions."""
    shell.medium(
        tmp_path,
        {
            BOOT_FILES[arch]: shell.app(arch),
            "firstlight.conf": "pattern=grid\nlabel=off\nvideo=800x600\n",
        },
    )
    extra = (*shell.disk(tmp_path), *GPU)
    machine = start(arch, args="pattern=solid:00ff80", boot="none", extra=extra)
    log = read_log(machine)
    expect_pass(log, arch)
    screen = Screen(width=800, height=600)
    expect_screen(machine, log, screen, "solid:00ff80", False, folder)


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_bad_words_by_load_options(arch, start):
    """Started by -kernel: the error is on the log and on the console, and the firmware goes on."""
    machine = start(arch, args="patern=grid", extra=GPU)
    log = tap.parse(machine.wait_result(TIMEOUT), trailing=True)
    expect_failure(log, "efi", "^options", "^malformed")
    expect_detail(log, "LoadOptions", r"error: unknown key `patern`: did you mean `pattern`\?")
    machine.read_until(r"^LoadOptions: error: unknown key `patern`", TIMEOUT)
    machine.read_until(r"^BdsDxe: loading Boot\d+ ", TIMEOUT)


def test_a_console_that_is_not_there(start):
    """The log goes where the tables say when the port given by hand does not answer."""
    machine = start("x86_64", args="earlycon=uart8250,io,0x2f8", extra=GPU)
    log = read_log(machine)
    expect_pass(log, "x86_64")
    expect_detail(log, "machine", "0x2f8 from LoadOptions earlycon is not usable")
    expect_detail(log, "machine", "0x3f8 from ACPI .* is chosen")


def test_more_gpus_than_are_driven(start):
    """The ninth GPU is not brought up, and that is no pass."""
    machine = start("aarch64", extra=("-device", "virtio-gpu-pci") * 9)
    log = read_log(machine)
    assert log.verdict == "FAIL"
    expect_failure(log, PCI, "^GPU", "^8 others are driven already")
