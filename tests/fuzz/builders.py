# SPDX-License-Identifier: BSD-2-Clause
"""What seeds are built of: tables, device trees, packages of AML."""

import struct


def checksummed(data, at):
    data = bytearray(data)
    data[at] = -(sum(data) - data[at]) & 0xFF
    return bytes(data)


def acpi_table(signature, body):
    maker = (b"FUZZ", b"FUZZ", 1, b"FUZZ", 1)
    head = struct.pack("<4sIBB6s8sI4sI", signature, 36 + len(body), 1, 0, *maker)
    return checksummed(head + body, 9)


def fdt(*nodes):
    """A blob of a root with `nodes` in it: (name, {property: bytes}, [inner nodes])."""
    strings = b""

    def node(name, properties, inner=()):
        nonlocal strings
        out = struct.pack(">I", 1) + name.encode() + b"\0"
        out += bytes(-len(out) % 4)
        for key, value in properties.items():
            out += struct.pack(">III", 3, len(value), len(strings)) + value + bytes(-len(value) % 4)
            strings += key.encode() + b"\0"
        return out + b"".join(node(*child) for child in inner) + struct.pack(">I", 2)

    tree = node("", {}, nodes) + struct.pack(">I", 9)
    at = 40 + 16
    head = (0xD00DFEED, at + len(tree) + len(strings), at, at + len(tree), 40, 17, 16, 0)
    return struct.pack(">10I", *head, len(strings), len(tree)) + bytes(16) + tree + strings


def package(op, body):
    """An opcode, a PkgLength of two bytes, and what it covers."""
    length = len(body) + 2
    return op + bytes([0x40 | length & 15, length >> 4]) + body
