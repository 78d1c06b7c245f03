# SPDX-License-Identifier: BSD-2-Clause
"""
Seeds: inputs that are right, made of the samples from real machines and, where there is none, from
the specifications. They are made anew for each run; tests/fuzz/corpus holds what remains of them
and of the runs when everything that reaches nothing new is left out.
"""

import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/unit"))

import edid_builder  # noqa: E402
import seeds_irq  # noqa: E402
from builders import checksummed, fdt, package  # noqa: E402

IMAGE_BASE = 0x40000000
ACPI_HEADER_SIZE = 36


def acpi_tables():
    """Every table of every sample, once: {name: bytes}."""
    tables = {}
    for path in sorted((ROOT / "tests/samples/acpi").glob("*.bin")):
        image = path.read_bytes()
        for at in range(0, len(image) - ACPI_HEADER_SIZE):
            signature = image[at : at + 4]
            (length,) = struct.unpack_from("<I", image, at + 4)
            table = image[at : at + length]
            if (
                signature.isalnum()
                and signature.isupper()
                and ACPI_HEADER_SIZE <= length == len(table)
                and not sum(table) & 0xFF
            ):
                tables.setdefault(table, f"{signature.decode().lower()}-{path.stem}")
    return {name: table for table, name in tables.items()}


# ---- device trees ------------------------------------------------------------------------------


def fdt_trees():
    deep = ("n", {})
    for _ in range(20):
        deep = ("n", {}, [deep])
    window = {"compatible": b"virtio,mmio\0"}
    cells = struct.Struct(">I").pack
    nothing = {"#address-cells": cells(0), "#size-cells": cells(0), "ranges": bytes(4)}

    def at(base):
        return (f"virtio@{base:x}", window | {"reg": struct.pack(">QI", base, 0x200)})

    return seeds_irq.interrupt_trees() | {
        "deep": fdt(deep),
        "overlap": fdt(at(0xA000000), at(0xA000100), at(0xA000000)),
        "many-windows": fdt(*(at(0xA000000 + 0x200 * i) for i in range(40))),
        "no-cells": fdt(
            ("outer", nothing, [("middle", nothing, [("bus", {"ranges": b""}, [at(0x1000)])])])
        ),
    }


# ---- AML ---------------------------------------------------------------------------------------


def aml_blocks():
    for name, table in acpi_tables().items():
        if name.startswith(("dsdt", "ssdt")):
            block = table[ACPI_HEADER_SIZE:]
            yield name, struct.pack("<H", 0xFFFF) + block
            yield f"{name}-halves", struct.pack("<H", len(block) // 2) + block


def aml_limits():
    deep = b"\x08_HID\x0dLNRO0005\0"
    for _ in range(40):
        deep = package(b"\x5b\x82", b"DEV_" + deep)
    long = package(b"\x10", b"\x2f\x40" + b"ABCD" * 64 + b"\x08EFGH\x01")
    loop = package(b"\x5b\x82", b"DEV0\x08_HIDAAAA\x08AAAABBBB\x08BBBBAAAA")
    template = package(b"\x11", b"\x0a\x02\x79\0")
    method = package(b"\x14", b"_CRS\x08\x08RBUF" + template + b"\xa4RBUF")
    device = package(b"\x5b\x82", b"DEV1\x08_HID\x0dLNRO0005\0" + method)
    blocks = {"deep": deep, "long": long, "loop": loop, "method": device} | seeds_irq.aml_routes()
    return {name: b"\xff\xff" + block for name, block in blocks.items()}


def resource(tag, body):
    """A large resource descriptor."""
    return struct.pack("<BH", tag, len(body)) + body


def space(tag, number, kind, base, length, translation=0, flags=0):
    last = base + length - 1
    head = struct.pack("<BBB", kind, 0x0C, flags)
    if tag == 0x8B:
        head += b"\x01\0"
    return resource(tag, head + struct.pack(f"<5{number}", 0, base, last, translation, length))


def resource_templates():
    end = b"\x79\0"
    bus = space(0x88, "H", 2, 0, 0x100)
    ports = space(0x88, "H", 1, 0, 0xCF8) + space(0x87, "I", 1, 0, 0x10000, 0x3EFF0000, 0x30)
    memory = space(0x87, "I", 0, 0x10000000, 0x2EFF0000)
    high = space(0x8A, "Q", 0, 0x8000000000, 0x8000000000, 0, 6)
    extended = space(0x8B, "Q", 0, 0x8000000000, 0x1000, 0, 6) + b""
    interrupt = resource(0x89, struct.pack("<BBI", 0x0D, 1, 0x30))
    fixed = resource(0x86, struct.pack("<BII", 1, 0x9000000, 0x1000))
    memory32 = resource(0x85, struct.pack("<BIIII", 1, 0xA0000000, 0xA0000000, 0, 0x200))
    memory24 = resource(0x81, struct.pack("<BHHHH", 1, 0xA00, 0xA00, 0, 2))
    small = struct.pack("<BBHHBB", 0x47, 1, 0x3F8, 0x3F8, 0, 8) + struct.pack("<BH", 0x22, 0x10)
    return {
        "bridge": bus + ports + memory + high + end,
        "extended": extended + end,
        "device": fixed + interrupt + end,
        "legacy": small + b"\x4b\xf8\x03\x08" + memory24 + memory32 + end,
    }


# ---- SMBIOS ------------------------------------------------------------------------------------


def smbios_images():
    oem = struct.pack("<BBHB", 11, 5, 0x1100, 2) + b"firstlight:pattern=grid\0other\0\0"
    system = struct.pack("<BBH", 1, 4, 0x100) + b"\0\0"
    table = system + oem + struct.pack("<BBH", 127, 4, 0x7F00) + b"\0\0"
    sm3 = struct.pack(
        "<5sBBBBBBBIQ", b"_SM3_", 0, 24, 3, 0, 0, 1, 0, len(table), IMAGE_BASE + 24
    )
    inner = struct.pack("<5sBHIHB", b"_DMI_", 0, len(table), IMAGE_BASE + 31, 3, 0x28)
    sm = struct.pack("<4sBBBBHB5s", b"_SM_", 0, 31, 2, 8, 64, 0, bytes(5)) + inner
    return {
        "table": table,
        "sm3": checksummed(sm3, 5) + table,
        "sm": checksummed(sm, 4) + table,
    }


# ---- PCI ---------------------------------------------------------------------------------------


def pci_function(bus, devfn, header, capabilities=b"", windows=None, bars=()):
    """As fuzz_pci.c takes a function."""
    out = bytes([bus, devfn]) + header.ljust(64, b"\0") + capabilities.ljust(64, b"\0")
    if header[14] & 0x7F == 1:
        out += bytes([windows])
    return out + bytes(bars).ljust(6, b"\0")


def pci_header(vendor, device, kind, bars, capability=0, class_code=0x038000, buses=b""):
    head = struct.pack("<HHHHI", vendor, device, 0, 0x10 if capability else 0, class_code << 8)
    head += struct.pack("<BBBB", 0, 0, kind, 0) + b"".join(struct.pack("<I", bar) for bar in bars)
    head = head.ljust(0x18, b"\0")[:0x18] + buses if buses else head
    head = bytearray(head.ljust(64, b"\0"))
    head[0x34] = capability
    return bytes(head)


def virtio_capabilities():
    def cap(next_, length, kind, offset, size, tail=b""):
        return struct.pack("<BBBBB3xII", 9, next_, length, kind, 4, offset, size) + tail

    return (
        cap(0x50, 16, 1, 0, 0x1000)
        + cap(0x60, 16, 3, 0x1000, 0x1000)
        + cap(0x70, 16, 4, 0x2000, 0x1000)
        + cap(0, 16, 2, 0x3000, 0x1000)
    )


def pci_machines():
    gpu = pci_header(0x1AF4, 0x1050, 0, (0, 0x10001000, 0, 0, 0xC, 0), 0x40)
    express = struct.pack("<BBH", 0x10, 0, 0x42)
    bridge = pci_header(0x1B36, 0x0C, 1, (), 0x40, 0x060400)
    behind = pci_function(1, 0, gpu, virtio_capabilities(), bars=(0, 12, 0, 0, 14, 0))
    alone = pci_function(0, 8, gpu, virtio_capabilities(), bars=(0, 12, 0, 0, 14, 0))
    legacy = pci_function(0, 16, pci_header(0x1AF4, 0x1005, 0, (0x1041,)), bars=(6,))
    numbered = pci_header(0x1B36, 0x0C, 1, (), 0x40, 0x060400, b"\0\x01\x01")
    return {
        "alone": b"\x04" + alone,
        "ports": b"\x25" + alone + legacy,
        "passive": b"\x26" + alone + legacy,
        "bridge": b"\x24" + pci_function(0, 16, bridge, express, 0xFF) + behind,
        "numbered": b"\x2c" + pci_function(0, 16, numbered, express, 0xFF) + behind,
        "no-apertures": b"\x20" + alone + legacy,
        "list-in-header": b"\x04"
        + pci_function(0, 8, pci_header(0x1AF4, 0x1050, 0, (9,), 0x10), bars=(12,)),
        "lies": b"\x24" + alone + legacy + b"\0\0\0\xe8\0\0\0\0",
    }


# ---- the device's side -------------------------------------------------------------------------


def device_streams():
    """As fuzz_device.c: what it is, then what it does. An empty second part is a good device."""
    machines = [bytes([kind | pool << 4, 0, 0]) for kind in range(8) for pool in range(4)]
    deeds = [bytes([4 | kind | deed, 0, 0]) for kind in range(4) for deed in (0x08, 0x40, 0x48)]
    machines += [bytes([kind, 0, 0x10]) for kind in range(8)]  # with packed rings, if it can
    # A cursor, on both kinds of rings.
    machines += [bytes([kind, 0, third]) for kind in range(4, 8) for third in (0x20, 0x30)]
    # What is shown on three scanouts: layouts, formats, all of them, rows as entries.
    shows = (0x01, 0x22, 0x63, 0xC4, 0x48, 0x1D)
    asked = [
        bytes([4 | kind | deed, 0, 0x60 + 0x10 * (i & 1), show, 0x51])
        for kind in range(4)
        for deed in (0, 0x08)
        for i, show in enumerate(shows)
    ]
    # Interrupts: by the line, by messages; while the displays are watched.
    asked += [
        bytes([kind | deed, 0, 0x40, 0, more])
        for kind in range(8)
        for deed in (0, 0x08, 0x40)
        for more in (0x12, 0x16, 0x33)
    ]
    # Beyond pictures of its own: UUIDs, blobs, capability sets, contexts; all of it, and some.
    asked += [
        bytes([kind | deed, 0, 0x40, 0, 0x18, beyond])
        for kind in range(4, 8)
        for deed in (0, 0x08, 0x40)
        for beyond in (0x01, 0x42, 0x46, 0x88, 0x98, 0xDE, 0xFF)
    ]
    # A picture that moves: alone, on packed rings; on three displays, as blobs, by interrupts.
    deeds += [bytes([12 | kind, 0, third]) for kind in range(4) for third in (0x80, 0x90)]
    asked += [
        bytes([12 | kind, 0, third, show, 0x78 | more, beyond])
        for kind in range(4)
        for third in (0xC0, 0xF0)
        for show, more, beyond in ((0x00, 0, 0), (0x03, 2, 0), (0x01, 1, 0x46), (0x02, 6, 0x46))
    ]
    doings = (b"", b"\0", bytes(range(16)), b"\0\0\0\0\0\x09\x18\0\x04\0\0\1\0")
    lasting = (b"", b"\0" * 9 + b"\x07\x09", bytes(20) + b"\x0d\x0e\x0f\x03\0\x07\2")
    streams = {
        f"{i}-{k}": machine + doing
        for i, machine in enumerate(machines + deeds)
        for k, doing in enumerate(doings)
    } | {
        f"asked-{i}-{k}": machine[:1] + bytes([255 * (k == 1)]) + machine[2:] + doing
        for i, machine in enumerate(asked)
        for k, doing in enumerate(lasting)
    }
    # Each mistake of gpu/fault.h on a device that is good, or changes its displays.
    return streams | {
        f"fault-{kind}-{fault}-{k}": bytes([0x4C | kind, 255 * k, 0x60, 0, 0xF1, fault]) + doing
        for kind in range(3)
        for fault in range(90)
        for k, doing in enumerate((b"", b"\0" * 9 + b"\x07\x02"))
    }


# ---- what is judged ------------------------------------------------------------------------------


def judged():
    """As fuzz_diagnose.c: a good snapshot, a request in a ring, accesses, commands."""
    ring = struct.pack("<QIHHQIHH", 0x40001000, 24, 1, 1, 0x40002000, 408, 2, 0) + bytes(112)
    table = struct.pack("<QIHH", 0x40000100, 32, 4, 0) + bytes(240) + ring[:32]
    accesses = b"".join(bytes([0x80 | i, 2, i, i, 0]) for i in range(20))
    sizes = (24, 40, 32, 48, 48, 56, 48, 32)
    commands = [bytes([i, 0, size]) + bytes(size) for i, size in enumerate(sizes)]
    return {
        "good": b"\0",
        "chain": b"\1\0" + ring,
        "table": b"\1\0" + table,
        "accesses": b"\2\0" + accesses,
        "commands": b"\3" + b"".join(commands),
        **{f"over-{at}": b"\0" + struct.pack("<HB", at, 7) + b"\1" * 8 for at in range(0, 900, 8)},
    }


# ---- text --------------------------------------------------------------------------------------


def option_texts():
    return {
        "all": b"mode=run after=halt loglevel=trace pattern=solid:ff8000 label=off "
        b"video=1920x1080 timeout=2500 crash=none\n",
        "places": b"earlycon=pl011,mmio32,0x9000000 earlycon=uart8250,io,0x3f8,115200n8 "
        b"virtio_mmio.device=512@0xa003e00:47 virtio_mmio.device=4K@0x10001000:1:3\n",
        "quotes": b'"pattern=bars" # comment\n"mode=list after=shell\nhelp',
        "wrong": b"patern=grid mode=lits video=1x1 timeout=0 \xef\xbb\xbf\x01\xff",
        "bom": b"\xef\xbb\xbfmode=list",
        "many": b" ".join(b"virtio_mmio.device=1K@%d:1" % (i << 10) for i in range(1, 18)),
        "long": b"pattern=" + b"x" * 300 + b" mode=run",
        "utf16": "mode=list".encode("utf-16"),
    }


MAKERS = {
    "acpi_set": seeds_irq.interrupt_sets,
    "acpi_table": lambda: acpi_tables() | seeds_irq.interrupt_tables(),
    "aml": lambda: dict(aml_blocks()) | aml_limits(),
    "aml_resource": resource_templates,
    "device": device_streams,
    "diagnose": judged,
    "edid": edid_builder.samples,
    "fdt": fdt_trees,
    "options": option_texts,
    "pci": pci_machines,
    "smbios": smbios_images,
}


def write(name, folder):
    """The seeds of a target, as files; none for a target whose samples are inputs themselves."""
    for seed, data in MAKERS.get(name, dict)().items():
        (folder / seed).write_bytes(data)
