# SPDX-License-Identifier: BSD-2-Clause
"""A device tree that says something else than QEMU's: of the same machine, seen another way."""

import subprocess

import qemu


def dtc(*arguments, **more):
    command = ["dtc", "-q", *arguments]
    return subprocess.run(command, check=True, timeout=60, text=True, **more)


def changed(folder, extra, change):
    """The tree of a machine with these arguments, for `-dtb`; change(text) is its new text."""
    folder.mkdir(parents=True, exist_ok=True)
    blob, source = folder / "machine.dtb", folder / "machine.dts"
    command = qemu.Machine("aarch64", gpu="none", extra=extra).command
    subprocess.run(
        [*command, "-machine", f"dumpdtb={blob}"], check=True, timeout=60, capture_output=True
    )
    text = dtc("-I", "dtb", "-O", "dts", blob, stdout=subprocess.PIPE).stdout
    source.write_text(change(text))
    dtc("-I", "dts", "-O", "dtb", "-o", blob, source)
    return blob
