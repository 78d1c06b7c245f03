# SPDX-License-Identifier: BSD-2-Clause
"""The staged system partition and the disk image: what is on them, and that they boot by themselves."""

import filecmp
import os
import re
import struct
import subprocess
import uuid
from pathlib import Path

import pytest

import qemu

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "build/firstlight.img"
ESP_TYPE = uuid.UUID("C12A7328-F81F-11D2-BA4B-00A0C93EC93B")
FILES = "EFI/BOOT/BOOTAA64.EFI", "EFI/BOOT/BOOTX64.EFI", "firstlight.conf", "startup.nsh"
TIMEOUT = 90


def conf_options():
    """[(key, line)] of the lines of firstlight.conf that are options once the # is taken away."""
    text = (ROOT / "efi/firstlight.conf").read_text()
    return re.findall(r"^#(([\w.]+)(?:=\S+)?)$", text, re.MULTILINE)


def test_conf_has_every_option():
    """One line or more for each key of the application's own table, with the table's default."""
    table = (ROOT / "efi/options_table.c").read_text()
    keys = re.findall(r"\.key = \"([^\"]+)\"", table)
    assert len(keys) > 5
    assert {key for _, key in conf_options()} == set(keys)
    first = {}
    for line, key in conf_options():
        first.setdefault(key, line)
    defaults = re.findall(r"\.key = \"([^\"]+)\",[^}]*?\.initial = \"([^\"]+)\"", table)
    assert len(defaults) > 5
    for key, value in defaults:
        assert first[key] == f"{key}={value}"


def test_conf_changes_nothing():
    for line in (ROOT / "efi/firstlight.conf").read_text().splitlines():
        assert not line or line.startswith("#"), line


@pytest.mark.parametrize("arch, other", (("aarch64", "uart8250"), ("x86_64", "pl011")))
def test_conf_lines_are_valid(arch, other):
    """Every option line is taken, but for the other machine's serial port; `help` ends the run."""
    words = " ".join(line for line, _ in conf_options() if other not in line)
    with qemu.Machine(arch, gpu="none", args=words) as machine:
        log = machine.wait_result(TIMEOUT)
    assert "error" not in re.sub(r"^ .*", "", log, flags=re.MULTILINE), log
    assert re.search(r"^# RESULT: PASS", log, re.MULTILINE), log


def partition():
    """(offset, size) in bytes of the only partition, by both copies of the GPT."""
    data = IMAGE.read_bytes()
    found = []
    for header in (512, len(data) - 512):
        assert data[header : header + 8] == b"EFI PART"
        table, count, size = struct.unpack_from("<QII", data, header + 72)
        entries = [data[table * 512 + i * size :][:size] for i in range(count)]
        used = [entry for entry in entries if any(entry[:16])]
        assert len(used) == 1
        assert uuid.UUID(bytes_le=used[0][:16]) == ESP_TYPE
        found.append(struct.unpack_from("<QQ", used[0], 32))
    assert found[0] == found[1]
    first, last = found[0]
    assert (last + 1) * 512 <= len(data)
    return first * 512, (last + 1 - first) * 512


def test_image(tmp_path):
    offset, size = partition()
    where = f"{IMAGE}@@{offset}"
    listing = subprocess.run(
        ["mdir", "-i", where, "-b", "-/", "::"], check=True, capture_output=True, text=True
    ).stdout.split()
    assert sorted(name for name in listing if not name.endswith("/")) == sorted(
        f"::/{name}" for name in FILES
    )
    for name in FILES:
        copy = tmp_path / "copy"
        subprocess.run(["mcopy", "-n", "-i", where, f"::/{name}", copy], check=True)
        assert filecmp.cmp(copy, ROOT / "esp" / name, shallow=False), name
    boot = IMAGE.read_bytes()[offset : offset + 512]
    assert boot[82:90] == b"FAT32   " and boot[510:] == b"\x55\xaa"
    assert struct.unpack_from("<I", boot, 32)[0] * 512 == size
    assert os.stat(IMAGE).st_blocks * 512 < 8 << 20, "the empty part of the image is not sparse"


def test_image_is_reproducible(tmp_path):
    """Another time, another time zone, another order: the same bytes."""
    again = tmp_path / "again.img"
    environment = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}
    subprocess.run(
        [ROOT / "tools/image.sh", ROOT / "esp", again, *sorted(FILES, reverse=True)],
        check=True,
        env=environment,
    )
    assert filecmp.cmp(again, IMAGE, shallow=False)
    assert os.listdir(tmp_path) == ["again.img"]


def test_build_is_reproducible(tmp_path):
    """A second build from nothing gives the same applications."""
    subprocess.run(
        ["make", "-C", ROOT, "-j2", f"OUT={tmp_path}", "apps"], check=True, capture_output=True
    )
    for arch in qemu.MACHINES:
        name = f"{arch}/firstlight.efi"
        assert filecmp.cmp(tmp_path / name, ROOT / "build" / name, shallow=False), name


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_startup_nsh(arch):
    """
    A start that is refused makes the firmware go on to its shell, which runs startup.nsh; that
    starts the image for this processor, and its status is the script's.
    """
    with qemu.Machine(arch, gpu="none", boot="image", args="patern=grid") as machine:
        first = machine.read_until(r"in \d seconds? to skip", TIMEOUT)
        assert "did you mean `pattern`" in first
        machine.send(" ")  # no need to wait for the countdown
        second = machine.read_until(r"^Shell> ", TIMEOUT)
        assert second.count("TAP version 14") == 1, second
        assert "did you mean `pattern`" in second
        other = "that image is for another processor" in second
        assert other == (arch == "x86_64"), second
        machine.send("echo status %lasterror%\r")
        machine.read_until(r"^status 0x2$", TIMEOUT)
