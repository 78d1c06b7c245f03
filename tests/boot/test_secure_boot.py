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


def disk(folder, number, app, arch):
    """A medium with the application in its place; the firmware tries them by number."""
    shell.medium(
        folder, {BOOT_FILES[arch]: app, "firstlight.conf": "pattern=grid label=off\n"}
    )
    return (
        "-drive", f"if=none,id=medium{number},format=raw,file=fat:rw:{folder}",
        "-device", f"virtio-blk-pci,drive=medium{number},bootindex={number}",
    )  # fmt: skip


def boot(start, arch, refused, taken, folder):
    """The first medium is refused without a word of ours; the second, which is signed, starts."""
    extra = (*disk(folder / "0", 0, refused, arch), *disk(folder / "1", 1, taken, arch), *GPU)
    machine = start(arch, args=None, boot="none", firmware="snakeoil", extra=extra)
    before = machine.read_until(REFUSED, TIMEOUT, "the firmware's refusal")
    assert "TAP version" not in before
    log = read_log(machine)
    expect_pass(log, arch)
    return machine, log


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_unsigned_and_signed(arch, start, signed, folder, tmp_path):
    machine, log = boot(start, arch, shell.app(arch), signed(arch), tmp_path)
    expect_screen(machine, log, Screen(), "grid", False, folder)


def test_changed(start, signed, tmp_path):
    """One bit of a signed image, in the middle of its code."""
    good = signed("aarch64")
    image = bytearray(good.read_bytes())
    image[len(image) // 2] ^= 1
    changed = tmp_path / "changed.efi"
    changed.write_bytes(image)
    boot(start, "aarch64", changed, good, tmp_path)
