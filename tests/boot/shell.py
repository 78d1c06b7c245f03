# SPDX-License-Identifier: BSD-2-Clause
"""The firmware's EFI shell: a medium with a startup.nsh, and what its commands answered."""

import re
import shutil

import tap
from expect import ROOT, TIMEOUT


def medium(folder, files):
    """Makes a folder that QEMU shows as a FAT disk: {path: text or file}; returns the folder."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            target.write_bytes(content.replace("\n", "\r\n").encode())
        else:
            shutil.copyfile(content, target)
    return folder


def app(arch):
    return ROOT / "build" / arch / "firstlight.efi"


def disk(folder):
    """The QEMU arguments that show the folder as a virtio disk."""
    return (
        "-drive", f"if=none,id=medium,format=raw,file=fat:rw:{folder}",
        "-device", "virtio-blk-pci,drive=medium",
    )  # fmt: skip


def ide_disk(folder):
    """The same as a disk that is not virtio (x86_64)."""
    return (
        "-drive", f"if=none,id=medium,format=raw,file=fat:rw:{folder}",
        "-device", "ide-hd,drive=medium",
    )  # fmt: skip


def script(commands):
    """A startup.nsh that says where each command's answer begins and with what status it ends."""
    lines = ["@echo -off", "fs0:"]
    for number, command in enumerate(commands):
        lines += [f"echo begin-{number}", command, f"echo status-{number} %lasterror%"]
    return "\n".join(lines + ["echo the-end", ""])


def skip_countdown(machine):
    """The shell waits five seconds for a key before startup.nsh, unless one comes."""
    machine.read_until(r"in \d seconds? to skip", TIMEOUT)
    machine.send(" ")


def split(text):
    """A run's answer as (its log, what it said on the console), which share the serial line."""
    log, console = [], []
    for line in text.splitlines():
        is_log = re.match(r"TAP version|#|ok \d|not ok \d|1\.\.", line)
        (log if is_log else console).append(line)
    return tap.parse("\n".join(log)), "\n".join(console)


def answers(machine, count):
    """[(text, status)] of the commands of a script."""
    skip_countdown(machine)
    text = machine.read_until(r"^the-end$", TIMEOUT)
    found = []
    for number in range(count):
        match = re.search(
            rf"^begin-{number}\n(.*?)^status-{number} (0x[0-9A-Fa-f]+)$",
            text,
            re.MULTILINE | re.DOTALL,
        )
        assert match, f"no answer of command {number} in\n{text}"
        found.append((match[1], int(match[2], 16)))
    return found
