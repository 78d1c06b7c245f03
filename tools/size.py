#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints how large firstlight is, for `make size`: the image, its sections, its code by folders, what
is largest in it; and how much DMA memory a boot of it took.

usage: size.py BUILD ARCH [ARCH …]

In: BUILD/ARCH/firstlight.efi, the ELF file that it is made of, a boot in QEMU. Out: a table, bytes.
The image has no symbols and no debug information: those are in the ELF file.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import qemu
from elftools.elf.elffile import ELFFile

SECTIONS = ".text", ".rodata", ".data", ".bss", ".rela.dyn"
GOAL = 128 * 1024  # of the image, and of DMA memory beside the frame
LARGEST = 10
TIMEOUT = 90

# `0000000000012c00 00000000000003a4 t pci_scan	/folder/platform/pci_scan.c:190`
SYMBOL = re.compile(r"^\w+ (\w+) ([tTdDrR]) (\S+)(?:\t(\S+):\d+)?$", re.M)


def sections(path):
    """The sizes of an ELF file's sections, by their names."""
    with open(path, "rb") as file:
        return {s.name: s.header.sh_size for s in ELFFile(file).iter_sections()}


def symbols(arch, path):
    """[(bytes, name, source)] of all functions and constants; the source of a constant is ''."""
    text = subprocess.run(
        [f"{arch}-linux-gnu-nm", "-lS", path], check=True, capture_output=True, text=True
    ).stdout
    return [
        (int(size, 16), name, source if kind in "tT" else "")
        for size, kind, name, source in SYMBOL.findall(text)
    ]


def frame_and_peak(log):
    """The bytes of the frames that a run shows, and of all DMA memory at its peak, by its log."""
    frames = re.findall(r"^ *ok \d+ - gpu\d+: surface (\d+)x(\d+)", log, re.M)
    peak = re.search(r"\] dma: peak: (0x[0-9a-f]+) ", log)
    return sum(4 * int(width) * int(height) for width, height in frames), int(peak[1], 16)


def print_image(folder, arch):
    size = (folder / "firstlight.efi").stat().st_size
    parts = sections(folder / "firstlight.elf")
    print(f"{arch}: {size} bytes, {100 * size // GOAL} % of the goal of {GOAL}")
    print("  " + ", ".join(f"{name} {parts.get(name, 0)}" for name in SECTIONS))
    found = symbols(arch, folder / "firstlight.elf")
    code = Counter()
    for size, _, source in found:
        if source:
            code[Path(source).relative_to(Path.cwd()).parts[0]] += size
    print("  code: " + ", ".join(f"{name} {size}" for name, size in code.most_common()))
    for size, name, source in sorted(found, reverse=True)[:LARGEST]:
        print(f"    {name:28}{size:8}  {Path(source).name}")


def print_memory(folder, arch):
    with qemu.Machine(arch, gpu="pci", app=folder / "firstlight.efi") as machine:
        frame, peak = frame_and_peak(machine.wait_result(TIMEOUT))
    more = peak - frame
    print(f"  DMA memory: frame {frame}, beside it {more}, {100 * more // GOAL} % of {GOAL}")


def main(build, *arches):
    for arch in arches:
        folder = Path(build) / arch
        print_image(folder, arch)
        print_memory(folder, arch)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
