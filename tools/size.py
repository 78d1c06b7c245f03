#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints how large firstlight is, for `make size`: the image, its sections, its largest objects.

usage: size.py BUILD ARCH [ARCH …]

In: BUILD/ARCH/firstlight.efi, the ELF file and the objects that it is made of. Out: a table, bytes.
The image has no symbols and no debug information: those are in the ELF file.
"""

import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

SECTIONS = ".text", ".rodata", ".data", ".bss", ".rela.dyn"
GOAL = 128 * 1024
LARGEST = 10


def sections(path):
    """The sizes of an ELF file's sections, by their names."""
    with open(path, "rb") as file:
        return {s.name: s.header.sh_size for s in ELFFile(file).iter_sections()}


def loaded(path):
    """Bytes of an object that go into the image: code and constants, not debug information."""
    with open(path, "rb") as file:
        return sum(
            s.header.sh_size
            for s in ELFFile(file).iter_sections()
            if s.header.sh_flags & 2 and s.header.sh_type != "SHT_NOBITS"
        )


def main(build, *arches):
    for arch in arches:
        folder = Path(build) / arch
        size = (folder / "firstlight.efi").stat().st_size
        parts = sections(folder / "firstlight.elf")
        objects = {str(o.relative_to(folder / "obj")): loaded(o) for o in folder.rglob("obj/**/*.o")}
        print(f"{arch}: {size} bytes, {100 * size // GOAL} % of the goal of {GOAL}")
        print("  " + ", ".join(f"{name} {parts.get(name, 0)}" for name in SECTIONS))
        for name in sorted({name.split("/")[0] for name in objects}):
            whole = sum(n for path, n in objects.items() if path.split("/")[0] == name)
            print(f"  {name:24}{whole:8}")
        for path in sorted(objects, key=objects.get, reverse=True)[:LARGEST]:
            print(f"    {path:22}{objects[path]:8}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
