# SPDX-License-Identifier: BSD-2-Clause
"""Seeds of what tables say of interrupts: the MADT, the IORT, device trees, _PRT."""

import struct

from builders import acpi_table, checksummed, fdt, package

# ---- ACPI ----


def madt(*entries, local=0, flags=0):
    """Entries: (type, what follows type and length)."""
    packed = b"".join(bytes([kind, len(body) + 2]) + body for kind, body in entries)
    return acpi_table(b"APIC", struct.pack("<II", local, flags) + packed)


def iort(*nodes):
    """Nodes: (type, node data, number of id mappings at its end)."""
    body = struct.pack("<III", len(nodes), 48, 0)
    for kind, data, count in nodes:
        length = 16 + len(data)
        body += struct.pack("<BHBIII", kind, length, 0, 0, count, max(length - 20 * count, 16))
        body += data
    return acpi_table(b"IORT", body)


def gicc(redistributor, size=80):
    body = struct.pack("<HIIII", 0, 0, 0, 1, 0).ljust(30, b"\0")
    body += struct.pack("<Q", 0x8010000).ljust(28, b"\0") + struct.pack("<Q", redistributor)
    return 0xB, body.ljust(size - 2, b"\0")[: size - 2]


def interrupt_tables():
    """What the samples do not have: each kind of controller, more than there is room for, cuts."""
    gicd = (0xC, struct.pack("<HIQIB3x", 0, 0, 0x8000000, 0, 3))
    frame = (0xD, struct.pack("<HIQIHH", 0, 0, 0x8020000, 1, 64, 80))
    own_frame = (0xD, struct.pack("<HIQIHH", 0, 1, 0x8030000, 0, 0, 0))
    gicr = (0xE, struct.pack("<HQI", 0, 0x80A0000, 0xF60000))
    its = (0xF, struct.pack("<HIQI", 0, 0, 0x8080000, 0))
    io_apics = [(1, struct.pack("<BBII", i, 0, 0xFEC00000 + 0x1000 * i, 24 * i)) for i in range(9)]
    overrides = [(2, struct.pack("<BBIH", 0, i % 16, i + 16, i)) for i in range(17)]
    local = (5, struct.pack("<HQ", 0, 0xFEE00000))
    group = (0, struct.pack("<II", 1, 0), 0)
    maps = [struct.pack("<5I", first, 0xFF, first, 48, 0) for first in range(0, 0x1200, 0x100)]
    complex_ = struct.pack("<QIII", 0, 0, 1, 0)
    wide = struct.pack("<5I", 0, 0xFFFFFFFF, 0xFFFFFF00, 48, 0)
    smmu = struct.pack("<5I", 0, 0xFFFF, 0, 72, 0)
    return {
        "madt-gic": madt(gicd, gicc(0), gicc(0x80A0000), gicc(0, 40), frame, own_frame, gicr, its),
        "madt-apic": madt(local, *io_apics, *overrides, local=0xFEE00000, flags=1),
        "madt-many": madt(*(gicc(0x80A0000 + 0x20000 * i) for i in range(20)), *[its] * 5),
        "madt-cut": madt(gicd, (1, b"\0\0")),
        "iort-maps": iort(group, (2, complex_ + b"".join(maps), len(maps))),
        "iort-wide": iort(group, (2, complex_ + wide, 1)),
        "iort-other": iort(group, (2, complex_ + smmu, 1), (4, bytes(60), 0)),
        "iort-cut": iort(group, (2, complex_, 9)),
    }


def table_set(block, *tables):
    """As fuzz_acpi_set.c: an RSDP, an XSDT, a FADT, the DSDT that it names, the other tables."""
    base, head = 0x40000000, 36
    fadt_size, listed = 244, len(tables) + 1
    at = [base + head + 36 + 8 * listed]
    at += [at[0] + fadt_size]
    for table in (acpi_table(b"DSDT", block), *tables):
        at.append(at[-1] + len(table))
    fadt = acpi_table(b"FACP", bytes(104) + struct.pack("<Q", at[1]) + bytes(fadt_size - 148))
    xsdt = acpi_table(b"XSDT", struct.pack(f"<{listed}Q", at[0], *at[2:-1]))
    rsdp = struct.pack("<8sB6sBIIQB3x", b"RSD PTR ", 0, b"FUZZ  ", 2, 0, head, base + head, 0)
    rsdp = checksummed(checksummed(rsdp[:20], 8) + rsdp[20:], 32)
    return rsdp + xsdt + fadt + acpi_table(b"DSDT", block) + b"".join(tables)


def interrupt_sets():
    """A bridge with routes in a DSDT that is small, and the tables that go with it."""
    tables, blocks = interrupt_tables(), aml_routes()
    mcfg = acpi_table(b"MCFG", bytes(8) + struct.pack("<QHBB4x", 0x4010000000, 0, 0, 255))
    return {
        "set-gic": table_set(blocks["prt-wired"], mcfg, tables["madt-gic"], tables["iort-maps"]),
        "set-apic": table_set(blocks["prt-by-pic"], mcfg, tables["madt-apic"]),
        "set-links": table_set(blocks["prt-linked"], mcfg, tables["madt-apic"]),
    }


# ---- device trees ----


def interrupt_trees():
    """A GIC of each kind, what sends it messages, a host bridge with pins and ids mapped."""

    def cells(*values):
        return struct.pack(f">{len(values)}I", *values)

    def controller(compatible, base, *more, **properties):
        reg = b"".join(struct.pack(">QQ", *window) for window in ((base, 0x10000), *more))
        return {"compatible": compatible + b"\0", "reg": reg, "phandle": cells(1)} | properties

    def host(pins, senders, mask=(0x1800, 0, 0, 7)):
        return (
            "pcie@10000000",
            {
                "compatible": b"pci-host-ecam-generic\0",
                "reg": struct.pack(">QQ", 0x4010000000, 0x10000000),
                "bus-range": cells(0, 255),
                "#address-cells": cells(3),
                "#size-cells": cells(2),
                "interrupt-map-mask": cells(*mask),
                "interrupt-map": pins,
                "msi-map": senders,
            },
        )

    def pins(*parent, devices=4):
        return b"".join(
            cells(device << 11, 0, 0, pin, 1, *parent, 0, 3 + (device + pin) % 4, 4)
            for device in range(devices)
            for pin in range(1, 5)
        )

    more = {"#interrupt-cells": cells(3), "#address-cells": cells(2)}
    window = {"compatible": b"virtio,mmio\0", "reg": struct.pack(">QQ", 0xA000000, 0x200)}
    lines = [
        (f"virtio@{i}", window | {"reg": struct.pack(">QQ", i << 12, 512), "interrupts": line})
        for i, line in enumerate((cells(0, 16, 1), cells(1, 2, 8), cells(2, 1, 1), cells(7)), 1)
    ]
    root = {"#address-cells": cells(2), "#size-cells": cells(2)}
    v3 = controller(b"arm,gic-v3", 0x8000000, (0x80A0000, 0xF60000), (0x4000000000, 0x4000000))
    v2 = controller(b"arm,cortex-a15-gic", 0x8000000, (0x8010000, 0x10000))
    its = controller(b"arm,gic-v3-its", 0x8080000, phandle=cells(2))
    frame = controller(b"arm,gic-v2m-frame", 0x8020000)
    spis = {"arm,msi-base-spi": cells(64), "arm,msi-num-spis": cells(80)}
    everyone = cells(0, 1, 0, 0x10000)
    two = {"#redistributor-regions": cells(2), "ranges": b""}
    many = cells(*(x for i in range(20) for x in (i << 8, 1, i << 8, 0x100)))

    def tree(*nodes):
        return fdt(("soc", root | {"ranges": b""}, nodes))

    return {
        "gic-v3": tree(
            ("intc@8000000", v3 | more | two | root, [("its@8080000", its)]),
            host(pins(0, 0), everyone),
            *lines,
        ),
        "gic-v2": tree(
            ("intc@8000000", v2 | more | root | {"ranges": b""}, [("v2m@8020000", frame | spis)]),
            host(pins(0, 0), b""),
            *lines,
        ),
        "interrupts-many": tree(
            ("intc@8000000", v3 | more), host(pins(0, 0, devices=32), many, (0xF800, 0, 0, 7))
        ),
        "interrupts-cut": tree(("intc@8000000", v2 | more), host(pins(0)[:-4], everyone[:-4])),
        "no-parent": tree(host(pins(0, 0), cells(0xFFFFFFFF, 1, 0xFFFFFFFF, 0xFFFFFFFF))),
    }


# ---- AML ----


def aml_routes():
    """A host bridge whose pins are routed by _PRT: as it stands, by names, as \\_PIC has it."""

    def dword(value):
        return b"\x0c" + struct.pack("<I", value)

    def entry(device, pin, source=b"\0", index=b"\0"):
        address = dword(device << 16 | 0xFFFF) + bytes([10, pin])
        return package(b"\x12", b"\x04" + address + source + index)

    def bridge(*prt):
        return package(b"\x5b\x82", b"PCI0\x08_HID\x0c\x41\xd0\x0a\x08" + b"".join(prt))

    wired = b"\x04" + b"".join(entry(3, pin, index=b"\x0a" + bytes([32 + pin])) for pin in range(4))
    linked = b"\x04" + b"".join(entry(4, pin, b"LNK" + b"AB"[pin & 1 :][:1]) for pin in range(4))
    template = b"\x0a\x0b\x89\x06\0\x0d\x01" + struct.pack("<I", 35) + b"\x79\0"
    crs = b"\x08_CRS" + package(b"\x11", template)
    link = package(b"\x5b\x82", b"LNKA\x08_HID\x0c\x41\xd0\x0c\x0f" + crs)
    pic = b"\x08PICF\0" + package(b"\x14", b"_PIC\x01\x70\x68PICF")
    tables = b"\x08PRTP" + package(b"\x12", linked) + b"\x08PRTA" + package(b"\x12", wired)

    def method(condition):
        decision = package(b"\xa0", condition + b"\xa4PRTP") + package(b"\xa1", b"\xa4PRTA")
        return package(b"\x14", b"_PRT\0" + decision)

    return {
        "prt-wired": bridge(b"\x08_PRT" + package(b"\x12", wired)),
        "prt-linked": link + bridge(b"\x08_PRT" + package(b"\x12", linked)),
        "prt-by-pic": pic + link + tables + bridge(method(b"\x93PICF\0")),
        "prt-by-not-pic": pic + link + tables + bridge(method(b"\x92PICF")),
        "prt-returned": bridge(package(b"\x14", b"_PRT\0\xa4" + package(b"\x12", wired))),
        "prt-wrong": bridge(b"\x08_PRT" + package(b"\x12", b"\x03" + entry(40, 9) + wired)),
    }
