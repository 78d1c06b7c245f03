# SPDX-License-Identifier: BSD-2-Clause
"""Where on a medium the application may lie: folders, and names longer than FAT's eight letters."""

import pytest

import qemu
import shell
from expect import expect_detail, expect_pass, expect_screen, read_log
from matrix import Screen, gpu

# Spaces, other scripts, 60 letters to a folder: what a VFAT name may hold.
LONG = "A folder with a long name and spaces in it, to be looked for"
DEEP = "/".join((LONG, "Ordner für Ärger", LONG.upper() + " once more"))
NAME = "firstlight, the application itself (of a long name).efi"


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_long_names(arch, start, folder, tmp_path):
    """By its whole path, in which the shell's quotes hold the spaces together."""
    path = f"{DEEP}/{NAME}"
    command = 'fs0:\n"\\{}" pattern=checker label=off\n'.format(path.replace("/", "\\"))
    # The shell reads what is not ASCII from a script in UTF-16.
    shell.medium(tmp_path, {path: shell.app(arch)})
    (tmp_path / "startup.nsh").write_bytes(command.replace("\n", "\r\n").encode("utf-16"))
    machine = start(arch, args=None, boot="none", extra=(*shell.disk(tmp_path), *gpu()))
    shell.skip_countdown(machine)
    log = read_log(machine)
    expect_pass(log, arch)
    expect_detail(log, "shell", "^option pattern=checker$")
    expect_screen(machine, log, Screen(), "checker", False, folder)


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_from_a_subfolder(arch, start, folder, tmp_path):
    """Inside its folder, by a relative path, and without .efi."""
    shell.medium(
        tmp_path,
        {
            "tools/light/firstlight.efi": shell.app(arch),
            "startup.nsh": "fs0:\ncd tools\nlight\\firstlight pattern=grid label=off\n",
        },
    )
    machine = start(arch, args=None, boot="none", extra=(*shell.disk(tmp_path), *gpu()))
    shell.skip_countdown(machine)
    log = read_log(machine)
    expect_pass(log, arch)
    expect_detail(log, "shell", "^option pattern=grid$")
    expect_screen(machine, log, Screen(), "grid", False, folder)
