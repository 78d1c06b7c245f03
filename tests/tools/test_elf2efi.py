# SPDX-License-Identifier: BSD-2-Clause
"""tools/elf2efi.py on programs built for it: what it writes, byte by byte, and what it refuses."""

import io
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

import elf2efi
from program import build

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools/elf2efi.py"

# Pointers of every kind: to code, to constants, to data, to zeros; constant and not.
PROGRAM = r"""
static int zeros[3000];
static int data = 7;
static int function(int x) { return x + zeros[x] + data; }
const char *const names[] = {"first", "second"};
int (*volatile call)(int) = function;
int *volatile to_data = &data, *volatile to_zeros = &zeros[5];
long efi_main(void) { return call(3) + names[*to_data & 1][0] + *to_zeros; }
"""

EXECUTE, READ, WRITE = 0x20000000, 0x40000000, 0x80000000
CODE, INITIALISED, DISCARDABLE = 0x20, 0x40, 0x02000000


def convert(elf):
    return elf2efi.convert(io.BytesIO(elf if isinstance(elf, bytes) else elf.read_bytes()))


@dataclass
class Section:
    name: str
    size: int
    rva: int
    raw_size: int
    raw: int
    flags: int


class Image:
    """A PE32+ file, read by the book ("PE Format") and laid out as firmware would."""

    def __init__(self, data):
        assert data[:2] == b"MZ"
        at = struct.unpack_from("<I", data, 0x3C)[0]
        assert data[at : at + 4] == b"PE\0\0"
        (self.machine, count, self.timestamp, symbols, symbol_count, optional_size,
         self.characteristics) = struct.unpack_from("<HHIIIHH", data, at + 4)  # fmt: skip
        assert symbols == symbol_count == 0
        at += 24
        assert struct.unpack_from("<H", data, at)[0] == 0x20B
        (self.entry,) = struct.unpack_from("<I", data, at + 16)
        self.base, self.alignment, self.file_alignment = struct.unpack_from("<QII", data, at + 24)
        self.size, self.headers = struct.unpack_from("<II", data, at + 56)
        self.subsystem, self.dll = struct.unpack_from("<HH", data, at + 68)
        (directories,) = struct.unpack_from("<I", data, at + 108)
        assert optional_size == 112 + 8 * directories
        self.directories = [
            struct.unpack_from("<II", data, at + 112 + 8 * i) for i in range(directories)
        ]
        at += optional_size
        self.sections = {}
        for i in range(count):
            name, *rest, flags = struct.unpack_from("<8sIIII12xI", data, at + 40 * i)
            name = name.rstrip(b"\0").decode()
            self.sections[name] = Section(name, *rest, flags)
        self.memory = bytearray(self.size)
        self.memory[: self.headers] = data[: self.headers]
        for section in self.sections.values():
            length = min(section.raw_size, section.size)
            raw = data[section.raw : section.raw + length]
            assert len(raw) == length, f"{section.name} reaches past the file"
            self.memory[section.rva : section.rva + length] = raw

    def relocations(self):
        """The places, as DIR64 entries of .reloc name them."""
        rva, size = self.directories[5]
        at, end, out = rva, rva + size, []
        while at < end:
            page, length = struct.unpack_from("<II", self.memory, at)
            assert page % 4096 == 0 and length % 4 == 0 and length >= 8
            for (entry,) in struct.iter_unpack("<H", self.memory[at + 8 : at + length]):
                assert entry >> 12 in (0, 10)
                if entry >> 12 == 10:
                    out.append(page + (entry & 0xFFF))
            at += length
        assert at == end
        return out

    def word(self, rva):
        return struct.unpack_from("<Q", self.memory, rva)[0]


def symbols(elf, arch):
    lines = subprocess.run(
        [f"{arch}-linux-gnu-nm", elf], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    return {line.split()[2]: int(line.split()[0], 16) for line in lines}


def check_layout(image, machine):
    """What every image of ours must be."""
    assert image.machine == machine
    assert image.timestamp == 0
    assert image.subsystem == 10
    assert image.dll & 0x0100, "NX_COMPAT"
    assert image.dll & 0x0040, "DYNAMIC_BASE"
    assert not image.characteristics & 0x0001, "relocations stripped"
    assert image.characteristics & 0x0002, "executable"
    assert (image.base, image.alignment) == (0, 4096)
    flags = {name: section.flags for name, section in image.sections.items()}
    assert flags == {
        ".text": CODE | EXECUTE | READ,
        ".rodata": INITIALISED | READ,
        ".data": INITIALISED | READ | WRITE,
        ".reloc": INITIALISED | READ | DISCARDABLE,
    }
    previous = image.headers
    for section in image.sections.values():
        assert section.rva % 4096 == 0 and section.raw % image.file_alignment == 0
        assert previous <= section.rva
        assert section.raw_size - section.size < image.file_alignment
        previous = section.rva + section.size
    assert image.size == (previous + 4095) // 4096 * 4096
    text = image.sections[".text"]
    assert text.rva <= image.entry < text.rva + text.size
    data = image.sections[".data"]
    places = image.relocations()
    assert len(places) == len(set(places))
    for place in places:
        assert data.rva <= place <= data.rva + data.raw_size - 8
        assert text.rva <= image.word(place) < data.rva + data.size


MACHINES = (("aarch64", 0xAA64), ("x86_64", 0x8664))


@pytest.mark.parametrize("arch, machine", MACHINES)
def test_image(arch, machine, tmp_path):
    elf = build(tmp_path, PROGRAM, arch=arch)
    data = convert(elf)
    assert data == convert(elf)
    image = Image(data)
    check_layout(image, machine)
    where = symbols(elf, arch)
    assert image.entry == where["efi_main"]
    assert image.word(where["call"]) == where["function"]
    assert image.word(where["to_data"]) == where["data"]
    assert image.word(where["to_zeros"]) == where["zeros"] + 20
    assert {where[name] for name in ("call", "to_data", "to_zeros", "names")} | {
        where["names"] + 8
    } <= set(image.relocations())
    second = image.word(where["names"] + 8)
    assert image.memory[second : second + 7] == b"second\0"
    rodata = image.sections[".rodata"]
    assert rodata.rva <= second < rodata.rva + rodata.size
    assert image.memory[where["data"]] == 7
    zeros = image.memory[where["zeros"] : where["zeros"] + 12000]
    assert len(zeros) == 12000 and not any(zeros)
    assert len(data) < 12000, "zeros take room in the file"


@pytest.mark.parametrize("folder", ("", "clang/"))
@pytest.mark.parametrize("arch, machine", MACHINES)
def test_firstlight(arch, machine, folder):
    """The application itself, by either compiler."""
    check_layout(Image((ROOT / f"build/{folder}{arch}/firstlight.efi").read_bytes()), machine)


def test_addends(tmp_path):
    """The linker may leave the places empty: the addends stand in the relocations."""
    elf = build(tmp_path, PROGRAM)
    expected = convert(elf)
    data = bytearray(elf.read_bytes())
    first = section_offset(elf, ".data") - Image(expected).sections[".data"].rva
    for place in Image(expected).relocations():
        struct.pack_into("<Q", data, first + place, 0x5555)
    assert convert(bytes(data)) == expected


def test_no_pointers(tmp_path):
    """An image without any relocation still has a .reloc: it may be loaded anywhere."""
    image = Image(convert(build(tmp_path, "int efi_main(void) { return 5; }")))
    assert image.directories[5][1] and image.relocations() == []


def test_only_zeros(tmp_path):
    image = Image(convert(build(tmp_path, "int z[5000]; int efi_main(void) { return z[9]; }")))
    data = image.sections[".data"]
    assert data.size >= 20000 and data.raw_size <= image.file_alignment


def refused(elf, words):
    with pytest.raises(elf2efi.Refused, match=words):
        convert(elf)


def patched(elf, offset, fmt, value):
    data = bytearray(elf.read_bytes())
    struct.pack_into(fmt, data, offset, value)
    return bytes(data)


def section_header(elf, name):
    """The file offset of a section's header."""
    data = elf.read_bytes()
    (table,) = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    (strings,) = struct.unpack_from("<Q", data, table + size * names + 24)
    for i in range(count):
        (at,) = struct.unpack_from("<I", data, table + size * i)
        text = data[strings + at : data.index(b"\0", strings + at)]
        if text == name.encode():
            return table + size * i
    raise AssertionError(f"no section {name}")


def section_offset(elf, name):
    return struct.unpack_from("<Q", elf.read_bytes(), section_header(elf, name) + 24)[0]


def test_refuses_writable_code(tmp_path):
    elf = build(tmp_path, PROGRAM)
    segments = struct.unpack_from("<Q", elf.read_bytes(), 32)[0]
    refused(patched(elf, segments + 56 + 4, "<I", 7), "segment 1 is writable and executable")
    refused(patched(elf, section_header(elf, ".text") + 8, "<Q", 7), r"\.text: flags 0x7")


def test_refuses_undefined_symbols(tmp_path):
    """The linker refuses them too, unless it is told not to."""
    elf = build(tmp_path, PROGRAM)
    offset, size = struct.unpack_from("<QQ", elf.read_bytes(), section_header(elf, ".symtab") + 24)
    refused(patched(elf, offset + size - 24 + 6, "<H", 0), "undefined symbol [a-z_]+")


def test_refuses_relr(tmp_path):
    elf = build(tmp_path, PROGRAM, "-z", "pack-relative-relocs", arch="x86_64")
    refused(elf, "RELR")


def test_refuses_other_relocations(tmp_path):
    elf = build(tmp_path, PROGRAM)
    first = section_offset(elf, ".rela.dyn")
    refused(patched(elf, first + 8, "<Q", 257), "relocation of type 257 at 0x")
    refused(patched(elf, first + 16, "<Q", 1 << 40), "0x10000000000 lies outside the image")
    refused(patched(elf, first, "<Q", 1 << 40), "not inside the initialised data")
    header = section_header(elf, ".rela.dyn")
    elf.write_bytes(patched(elf, header + 56, "<Q", 16))
    refused(patched(elf, header + 4, "<I", 9), "without addends")


def test_refuses_relocations_of_code(tmp_path):
    elf = build(tmp_path, PROGRAM)
    first = section_offset(elf, ".rela.dyn")
    refused(patched(elf, first, "<Q", 0x1000), r"\.text is read-only")


def test_refuses_unexpected_sections(tmp_path):
    source = PROGRAM + '__attribute__((section("odd"), used)) int strange = 1;'
    refused(build(tmp_path, source), "unexpected section odd")


def test_refuses_fixed_addresses(tmp_path):
    refused(build(tmp_path, PROGRAM, pie=()), "ET_EXEC: not a position-independent")


def test_refuses_other_machines(tmp_path):
    elf = build(tmp_path, PROGRAM)
    refused(patched(elf, 18, "<H", 243), "EM_RISCV: not a machine")


def test_refuses_entry_outside_code(tmp_path):
    refused(build(tmp_path, PROGRAM, "-e", "to_data"), "the entry point 0x.* outside .text")


def test_command(tmp_path):
    elf = build(tmp_path, PROGRAM)
    out = tmp_path / "out.efi"
    subprocess.run([TOOL, elf, out], check=True)
    assert out.read_bytes() == convert(elf)
    out.unlink()
    for content in (b"", b"not an ELF file", elf.read_bytes()[:1000]):
        elf.write_bytes(content)
        done = subprocess.run([TOOL, elf, out], capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.startswith(f"elf2efi.py: {elf}: ")
        assert "Traceback" not in done.stderr
        assert not out.exists()
