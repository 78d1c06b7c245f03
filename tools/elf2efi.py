#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Turns a static-PIE ELF file, linked with tools/efi.ld, into a UEFI application (PE32+).

usage: elf2efi.py INPUT.elf OUTPUT.efi

The ELF addresses become the image-relative ones of the PE. The sections keep one protection each:
.text read and execute, .rodata read, .data with .bss read and write. The base relocations are the
ELF file's relative relocations, with their addends written into the image. What a PE image or this
application cannot carry is refused by name; nothing is left out silently.

Sections are cited from Microsoft's "PE Format" and, for what firmware makes of it, UEFI 2.10 §2.1.1.
"""
import struct
import sys

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

PAGE = 0x1000  # section alignment: the smallest unit that page tables protect
FILE_ALIGNMENT = 0x200
HEADERS_AT_LEAST = PAGE  # tools/efi.ld leaves the first page to the headers

# EM_*: (IMAGE_FILE_MACHINE_*, R_*_RELATIVE)
MACHINES = {
    'EM_AARCH64': (0xAA64, 1027),
    'EM_X86_64': (0x8664, 8),
}

SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
PF_X, PF_W = 1, 2
SHT_RELR = 19  # older pyelftools have no name for it

# What goes into the image: name, required ELF flags, PE characteristics.
IMAGE_SECTIONS = (
    ('.text', SHF_ALLOC | SHF_EXECINSTR, 0x60000020),  # code, execute, read
    ('.rodata', SHF_ALLOC, 0x40000040),  # initialised data, read
    ('.data', SHF_ALLOC | SHF_WRITE, 0xC0000040),  # initialised data, read, write
)
RELOC_CHARACTERISTICS = 0x42000040  # initialised data, discardable, read

# For a dynamic loader, which firmware is not: read here, not carried over.
LOADER_SECTIONS = {'.dynsym', '.dynstr', '.hash', '.gnu.hash', '.rela.dyn', '.dynamic'}

EXECUTABLE_LARGE_ADDRESS_AWARE = 0x0022
SUBSYSTEM_EFI_APPLICATION = 10
DYNAMIC_BASE_NX_COMPAT = 0x0140
DIR64 = 10
DIRECTORY_COUNT = 16
DIRECTORY_BASERELOC = 5


class Refused(Exception):
    """The input cannot become a correct image; the text says why."""


def align(value, unit):
    return (value + unit - 1) // unit * unit


class Section:
    """A section of the PE image: `data` at `rva`, followed by zeros up to `size`."""

    def __init__(self, name, rva, data, size, characteristics):
        self.name = name
        self.rva = rva
        self.data = bytearray(data)
        self.size = size
        self.characteristics = characteristics


def check_segments(elf):
    for number, segment in enumerate(elf.iter_segments()):
        if segment['p_type'] == 'PT_LOAD' and segment['p_flags'] & PF_W \
                and segment['p_flags'] & PF_X:
            raise Refused(f'segment {number} is writable and executable')


def check_sections(elf):
    known = {name: flags for name, flags, _ in IMAGE_SECTIONS}
    known['.bss'] = SHF_ALLOC | SHF_WRITE
    for section in elf.iter_sections():
        kind, flags, name = section['sh_type'], section['sh_flags'], section.name
        if kind in ('SHT_RELR', SHT_RELR):
            raise Refused(f'{name}: RELR relocations (link with -z nopack-relative-relocs)')
        if not flags & SHF_ALLOC or not section['sh_size'] or name in LOADER_SECTIONS:
            continue
        if name not in known:
            raise Refused(f'unexpected section {name}: tools/efi.ld gives it no place')
        found = flags & (SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR)
        if found != known[name]:
            raise Refused(f'{name}: flags {found:#x} instead of {known[name]:#x}'
                          ' (write 1, alloc 2, execute 4)')
        if (kind == 'SHT_NOBITS') != (name == '.bss'):
            raise Refused(f'{name}: section type {kind}')


def check_symbols(elf):
    for table in ('.symtab', '.dynsym'):
        section = elf.get_section_by_name(table)
        for symbol in section.iter_symbols() if section else ():
            if symbol['st_shndx'] == 'SHN_UNDEF' and symbol.name:
                raise Refused(f'undefined symbol {symbol.name}')


def image_sections(elf):
    """The sections of the image in the order of their addresses."""
    out = []
    for name, _, characteristics in IMAGE_SECTIONS:
        section = elf.get_section_by_name(name)
        bss = elf.get_section_by_name('.bss') if name == '.data' else None
        parts = [part for part in (section, bss) if part and part['sh_size']]
        if not parts:
            continue
        rva = section['sh_addr'] if section else bss['sh_addr']
        data = section.data() if section else b''
        end = max(part['sh_addr'] + part['sh_size'] for part in parts)
        if rva % PAGE:
            raise Refused(f'{name}: address {rva:#x} is not on a page boundary')
        lowest = align(out[-1].rva + out[-1].size, PAGE) if out else HEADERS_AT_LEAST
        if rva < lowest:
            raise Refused(f'{name}: address {rva:#x} lies below {lowest:#x}')
        out.append(Section(name, rva, data, end - rva, characteristics))
    if not out or out[0].name != '.text':
        raise Refused('there is no .text section')
    return out


def apply_relocations(elf, sections, relative):
    """Writes the addends into the image; returns the sorted addresses that hold one."""
    end = sections[-1].rva + sections[-1].size
    places = set()
    for table in elf.iter_sections():
        if table['sh_type'] == 'SHT_REL' and table['sh_size']:
            raise Refused(f'{table.name}: relocations without addends')
        if table['sh_type'] != 'SHT_RELA':
            continue
        for relocation in table.iter_relocations():
            place, kind = relocation['r_offset'], relocation['r_info_type']
            value = relocation['r_addend']
            if kind != relative:
                raise Refused(f'relocation of type {kind} at {place:#x}: only relative ones'
                              f' ({relative}) have an equivalent')
            if not 0 <= value <= end:
                raise Refused(f'relocation at {place:#x}: {value:#x} lies outside the image')
            write_pointer(sections, place, value)
            places.add(place)
    return sorted(places)


def write_pointer(sections, place, value):
    for section in sections:
        offset = place - section.rva
        if not 0 <= offset <= len(section.data) - 8:
            continue
        if section.name != '.data':
            raise Refused(f'relocation at {place:#x}: {section.name} is read-only')
        section.data[offset:offset + 8] = struct.pack('<Q', value)
        return
    raise Refused(f'relocation at {place:#x}: not inside the initialised data')


def reloc_section(places, rva):
    """Base relocation blocks ("The .reloc Section"), one for each page that needs one."""
    data = b''
    for page in sorted({place & ~(PAGE - 1) for place in places}):
        entries = [DIR64 << 12 | place - page for place in places if page <= place < page + PAGE]
        if len(entries) % 2:
            entries.append(0)  # IMAGE_REL_BASED_ABSOLUTE: a block's size is a multiple of 4
        data += struct.pack(f'<II{len(entries)}H', page, 8 + 2 * len(entries), *entries)
    # Without any pointer the section still says that the image may be loaded anywhere.
    data = data or struct.pack('<IIHH', 0, 12, 0, 0)
    return Section('.reloc', rva, data, len(data), RELOC_CHARACTERISTICS)


def headers(machine, entry, sections):
    """Everything in front of the first section's bytes, padded to the file alignment."""
    dos = struct.pack('<2s58xI', b'MZ', 0x40)  # e_lfanew: where "PE" stands
    optional_size = 112 + 8 * DIRECTORY_COUNT
    size = align(0x40 + 24 + optional_size + 40 * len(sections), FILE_ALIGNMENT)
    if size > sections[0].rva:
        raise Refused(f'{len(sections)} sections: the headers overlap {sections[0].name}')
    raw = [align(len(section.data), FILE_ALIGNMENT) for section in sections]
    code = sum(r for r, s in zip(raw, sections) if s.name == '.text')
    zeros = sum(align(s.size, FILE_ALIGNMENT) - r for r, s in zip(raw, sections))
    image_size = align(sections[-1].rva + sections[-1].size, PAGE)

    coff = struct.pack('<4sHHIIIHH', b'PE\0\0', machine, len(sections),
                       0,  # TimeDateStamp: the same input gives the same file
                       0, 0, optional_size, EXECUTABLE_LARGE_ADDRESS_AWARE)
    optional = struct.pack('<HBBIIIII', 0x20B, 0, 0, code, sum(raw) - code, zeros, entry,
                           sections[0].rva)
    optional += struct.pack('<QIIHHHHHHIIIIHH', 0, PAGE, FILE_ALIGNMENT, 0, 0, 0, 0, 0, 0, 0,
                            image_size, size, 0, SUBSYSTEM_EFI_APPLICATION,
                            DYNAMIC_BASE_NX_COMPAT)
    optional += struct.pack('<QQQQII', 0, 0, 0, 0, 0, DIRECTORY_COUNT)
    for number in range(DIRECTORY_COUNT):
        reloc = sections[-1]
        present = number == DIRECTORY_BASERELOC
        optional += struct.pack('<II', *((reloc.rva, reloc.size) if present else (0, 0)))

    table, position = b'', size
    for section, length in zip(sections, raw):
        table += struct.pack('<8sIIIIIIHHI', section.name.encode(), section.size, section.rva,
                             length, position if length else 0, 0, 0, 0, 0,
                             section.characteristics)
        position += length
    return (dos + coff + optional + table).ljust(size, b'\0')


def convert(file):
    """The PE image made of an open ELF file."""
    elf = ELFFile(file)
    if elf['e_machine'] not in MACHINES or elf.elfclass != 64 or not elf.little_endian:
        raise Refused(f"{elf['e_machine']}: not a machine this can convert for")
    if elf['e_type'] != 'ET_DYN':
        raise Refused(f"{elf['e_type']}: not a position-independent executable")
    machine, relative = MACHINES[elf['e_machine']]
    check_segments(elf)
    check_symbols(elf)
    check_sections(elf)
    sections = image_sections(elf)
    text = sections[0]
    if not text.rva <= elf['e_entry'] < text.rva + text.size:
        raise Refused(f"the entry point {elf['e_entry']:#x} lies outside .text")
    places = apply_relocations(elf, sections, relative)
    last = sections[-1]
    sections.append(reloc_section(places, align(last.rva + last.size, PAGE)))
    image = headers(machine, elf['e_entry'], sections)
    for section in sections:
        image += bytes(section.data).ljust(align(len(section.data), FILE_ALIGNMENT), b'\0')
    return image


def main(arguments):
    if len(arguments) != 2:
        print('usage: elf2efi.py INPUT.elf OUTPUT.efi', file=sys.stderr)
        return 2
    try:
        with open(arguments[0], 'rb') as file:
            image = convert(file)
        with open(arguments[1], 'wb') as file:
            file.write(image)
    except (Refused, ELFError, OSError) as error:
        print(f'elf2efi.py: {arguments[0]}: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
