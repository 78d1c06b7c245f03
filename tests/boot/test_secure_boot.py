# SPDX-License-Identifier: BSD-2-Clause
"""Secure Boot: what `make sign` signed is started, what nobody signed or what was changed is not.

The firmware is Debian's build that trusts the key it comes with (its words are `snakeoil`).
"""

import fcntl
import os
import shutil
import subprocess

import pytest

import firmware
import qemu
import shell
from boot import BOOT_FILES
from expect import ROOT, TIMEOUT, expect_pass, expect_screen, read_log
from matrix import Screen

GPU = "-device", "virtio-gpu-pci,id=gpu0"
REFUSED = r"^BdsDxe: failed to load Boot\d+ .*: (Access Denied|Security Violation)$"


def run(*command):
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def signed(tmp_path):
    """signed(arch): the application of that architecture, signed with the key the firmware trusts."""

    def signed(arch):
        build = firmware.find(arch, "snakeoil")
        key = tmp_path / "key.pem"
        run("openssl", "rsa", "-in", build.key, "-passin", "pass:snakeoil", "-out", key)
        file = f"build/{arch}/firstlight-signed.efi"
        with open(ROOT / "build" / arch / "signing", "w") as lock:  # one test at a time
            fcntl.flock(lock, fcntl.LOCK_EX)
            run("make", file, f"KEY={key}", f"CERT={build.certificate}")
            return shutil.copy(ROOT / file, tmp_path / "signed.efi")

    return signed


def boot(start, arch, app, folder):
    """Starts the machine from a medium with the application in its place."""
    shell.medium(folder, {BOOT_FILES[arch]: app, "firstlight.conf": "pattern=grid label=off\n"})
    extra = (*shell.disk(folder), *GPU)
    return start(arch, args=None, boot="none", firmware="snakeoil", extra=extra)


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_signed(arch, start, signed, folder, tmp_path):
    machine = boot(start, arch, signed(arch), tmp_path / "medium")
    log = read_log(machine)
    expect_pass(log, arch)
    expect_screen(machine, log, Screen(), "grid", False, folder)


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_unsigned(arch, start, tmp_path):
    machine = boot(start, arch, shell.app(arch), tmp_path / "medium")
    machine.read_until(REFUSED, TIMEOUT, "the firmware's refusal")
    assert "TAP version" not in machine.serial


def test_changed(start, signed, tmp_path):
    """One bit of a signed image, in the middle of its code."""
    image = bytearray(signed("aarch64").read_bytes())
    image[len(image) // 2] ^= 1
    changed = tmp_path / "changed.efi"
    changed.write_bytes(image)
    machine = boot(start, "aarch64", changed, tmp_path / "medium")
    machine.read_until(REFUSED, TIMEOUT, "the firmware's refusal")
    assert "TAP version" not in machine.serial
