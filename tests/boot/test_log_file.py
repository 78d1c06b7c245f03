# SPDX-License-Identifier: BSD-2-Clause
"""firstlight.log on the medium that a run was started from, read back from the disk image."""

import shutil
import subprocess

import pytest

import qemu
from expect import TIMEOUT, expect_pass, expect_step, read_log

IMAGE = qemu.ROOT / "build/firstlight.img"
PARTITION = 2048 * 512  # as tools/image.sh has it
GPU = "-device", "virtio-gpu-pci,id=gpu0"


def mtools(tool, image, *arguments, **options):
    """The output of an mtools program on the image's partition."""
    command = (tool, "-i", f"{image}@@{PARTITION}", *arguments)
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


def file_on(image, name):
    return mtools("mtype", image, f"::{name}").decode("ascii")


@pytest.fixture
def stick(tmp_path):
    """A copy of the disk image."""
    return shutil.copy(IMAGE, tmp_path / "stick.img")


def boot_and_end(start, arch, stick, **options):
    """A run from the stick, until the machine is off and the stick complete."""
    args = options.pop("args", "after=shutdown")
    machine = start(arch, boot="image", image=stick, args=args, keep=True, **options)
    log = read_log(machine)
    assert machine.wait_exit(TIMEOUT) == 0
    return log, machine.serial


def part_before_leaving(serial):
    """The log on the serial line, up to the step that writes the file."""
    lines = serial[serial.index("TAP version 14\n") :].splitlines(keepends=True)
    step = [number for number, line in enumerate(lines) if " - efi: log file" in line]
    return "".join(lines[: step[0]])


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_the_log_is_on_the_stick(arch, start, stick):
    # What an earlier, longer run has left.
    mtools("mcopy", stick, "-", "::firstlight.log", input=b"old\n" * 100000)
    log, serial = boot_and_end(start, arch, stick, extra=GPU)
    expect_pass(log, arch)
    text = file_on(stick, "firstlight.log")
    assert text == part_before_leaving(serial)
    step = expect_step(log, "efi", "^log file: firstlight.log, ")
    assert not step.skip and f"{len(text)} bytes" in step.text


def test_a_run_that_returns_to_firmware(start, stick):
    machine = start("x86_64", boot="image", image=stick, args="mode=list", keep=True, extra=GPU)
    read_log(machine, trailing=True)
    machine.read_until("BdsDxe: ", TIMEOUT)
    machine.quit()
    text = file_on(stick, "firstlight.log")
    assert text.startswith("TAP version 14\n")
    assert text.endswith("# RESULT: PASS returned to firmware\n")


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_a_full_stick(arch, start, stick):
    room = mtools("mdir", stick, "::").decode().splitlines()[-2].split(" bytes free")[0]
    size = int(room.replace(" ", "").replace(",", ""))
    mtools("mcopy", stick, "-", "::full", input=bytes(size))
    log, _ = boot_and_end(start, arch, stick, extra=GPU)
    expect_pass(log, arch)
    assert "the volume is full" in expect_step(log, "efi", "^log file").skip


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_a_medium_that_is_read_only(arch, start, stick):
    drive = f"if=none,id=disk,format=raw,readonly=on,file={stick}"
    disk = "-drive", drive, "-device", "virtio-blk-pci,drive=disk"
    args = "firstlight:after=shutdown"
    machine = start(arch, boot="none", args=None,
                    extra=(*GPU, *disk, "-smbios", f"type=11,value={args}"))  # fmt: skip
    log = read_log(machine)
    expect_pass(log, arch)
    assert "write-protected" in expect_step(log, "efi", "^log file").skip
    assert machine.wait_exit(TIMEOUT) == 0


def test_no_medium(start):
    machine = start("aarch64", args="after=shutdown", extra=GPU)
    log = read_log(machine)
    expect_pass(log, "aarch64")
    assert expect_step(log, "efi", "^log file").skip
