# SPDX-License-Identifier: BSD-2-Clause
"""
EDIDs made from what they say: the base block, CTA-861 and DisplayID extensions. For the comparison
with edid-decode (test_edid_decode.py), and as seeds for tests/fuzz.
"""

import struct
from dataclasses import dataclass

BLOCK = 128


@dataclass(frozen=True)
class Timing:
    """A detailed timing: the active part, blanking, front porch and sync of both directions."""

    clock_khz: int
    h: tuple[int, int, int, int]
    v: tuple[int, int, int, int]  # lines of a frame; of an interlaced detailed timing of a field
    size_mm: tuple[int, int] = (0, 0)
    positive: tuple[bool, bool] = (True, True)
    interlaced: bool = False
    preferred: bool = False  # DisplayID

    def detailed(self):
        """The 18 bytes of E-EDID and CTA-861."""
        (width, h_blank, h_front, h_sync), (height, v_blank, v_front, v_sync) = self.h, self.v
        w_mm, h_mm = self.size_mm

        def high(a, b):
            return (a >> 8) << 4 | b >> 8

        return struct.pack(
            "<H16B",
            self.clock_khz // 10,
            width & 255, h_blank & 255, high(width, h_blank),
            height & 255, v_blank & 255, high(height, v_blank),
            h_front & 255, h_sync & 255, (v_front & 15) << 4 | v_sync & 15,
            h_front >> 8 << 6 | h_sync >> 8 << 4 | v_front >> 4 << 2 | v_sync >> 4,
            w_mm & 255, h_mm & 255, high(w_mm, h_mm), 0, 0,
            0x18 | self.positive[0] << 1 | self.positive[1] << 2 | self.interlaced << 7,
        )  # fmt: skip

    def displayid(self, unit_khz):
        """The 20 bytes of type I (units of 10 kHz) and VII (1 kHz)."""
        clock = self.clock_khz // unit_khz - 1
        flags = self.preferred << 7 | self.interlaced << 4 | 8
        (width, h_blank, h_front, h_sync), (height, v_blank, v_front, v_sync) = self.h, self.v
        return struct.pack("<I", clock | flags << 24) + struct.pack(
            "<8H",
            width - 1, h_blank - 1, h_front - 1 | self.positive[0] << 15, h_sync - 1,
            height - 1, v_blank - 1, v_front - 1 | self.positive[1] << 15, v_sync - 1,
        )  # fmt: skip


def summed(data):
    """With a checksum behind it."""
    return data + bytes([-sum(data) & 0xFF])


def padded(data, size):
    assert len(data) <= size, f"{len(data)} bytes do not fit into {size}"
    return data.ljust(size, b"\0")


# ---- the base block ----------------------------------------------------------------------------

DUMMY = bytes([0, 0, 0, 0x10]) + bytes(14)


def descriptor(tag, data):
    return bytes([0, 0, 0, tag, 0]) + padded(data, 13)


def text(tag, words):
    line = words.encode() + b"\n" if len(words) < 13 else words.encode()
    return descriptor(tag, line.ljust(13))


def name(words):
    return text(0xFC, words)


def serial(words):
    return text(0xFF, words)


def limits(v_min, v_max, h_min, h_max, clock_mhz):
    """Bare limits; 255 and more by the offsets of EDID 1.4."""

    def offset(low, high):
        return 3 if low > 255 else 2 if high > 255 else 0

    flags = offset(v_min, v_max) | offset(h_min, h_max) << 2
    rates = [
        v_min - 255 * (v_min > 255), v_max - 255 * (v_max > 255),
        h_min - 255 * (h_min > 255), h_max - 255 * (h_max > 255),
    ]  # fmt: skip
    tail = bytes([clock_mhz // 10, 1, 10]) + b" " * 6
    return bytes([0, 0, 0, 0xFD, flags, *rates]) + tail


def established_3(*bits):
    data = bytearray(12)
    for bit in bits:
        data[bit // 8] |= 0x80 >> bit % 8
    return descriptor(0xF7, b"\x0a" + bytes(data))


def standard_timing(width, ratio, hz):
    """`ratio` as its two bits: 16:10, 4:3, 5:4, 16:9."""
    return bytes([width // 8 - 31, ratio << 6 | hz - 60])


def base(
    descriptors=(), *, maker="ABC", product=0x1234, number=0x12345678, week=7, year=2026,
    revision=4, digital=0xA5, size_cm=(52, 29), features=0x06, established=0, standard=(),
    extensions=0,
):  # fmt: skip
    """A block; `established` are the 17 bits, the first one highest; a sum of 128 bytes is 0."""
    letters = [ord(letter) - ord("A") + 1 for letter in maker]
    out = bytes.fromhex("00ffffffffffff00")
    out += struct.pack(">H", letters[0] << 10 | letters[1] << 5 | letters[2])
    out += struct.pack("<HIBB", product, number, week, year - 1990)
    out += bytes([1, revision, digital, *size_cm, 120, features])
    out += bytes.fromhex("ee91a3544c99260f5054")
    out += (established << 7).to_bytes(3, "big")
    out += b"".join(standard).ljust(16, b"\1")
    filled = [d.detailed() if isinstance(d, Timing) else d for d in descriptors]
    out += b"".join([*filled, *[DUMMY] * (4 - len(filled))])
    return summed(out + bytes([extensions]))


# ---- CTA-861 -----------------------------------------------------------------------------------


def data_block(tag, data):
    return bytes([tag << 5 | len(data)]) + bytes(data)


def video(*svds):
    return data_block(2, svds)


def vendor(oui, data=b""):
    return data_block(3, oui.to_bytes(3, "little") + data)


def extended(tag, data=b""):
    return data_block(7, bytes([tag]) + bytes(data))


def cta(blocks=(), timings=(), *, revision=3, features=0xC0, native=0):
    body = b"".join(blocks)
    out = bytes([2, revision, 4 + len(body), features | native]) + body
    return summed(padded(out + b"".join(t.detailed() for t in timings), BLOCK - 1))


# ---- DisplayID ---------------------------------------------------------------------------------


def did_block(tag, data, revision=0):
    return bytes([tag, revision, len(data)]) + bytes(data)


def did_timings(tag, unit_khz, *timings):
    return did_block(tag, b"".join(t.displayid(unit_khz) for t in timings))


def type_1(*timings):
    return did_timings(0x03, 10, *timings)


def type_7(*timings):
    return did_timings(0x22, 1, *timings)


def did_product(words, *, maker=b"ABC", product=0x4321, number=0x87654321, tag=0x00):
    head = maker + struct.pack("<HIBBB", product, number, 7, 26, len(words))
    return did_block(tag, head + words.encode())


def did_parameters(width, height, pixels, *, tag=0x01, in_mm=False):
    """The size in tenths of a millimetre, or in millimetres (2.x)."""
    data = struct.pack("<4H", width, height, *pixels)
    return did_block(tag, padded(data, 12 if tag == 0x01 else 29), 0x80 if in_mm else 0)


def tiled(place, tiles, pixels, *, tag=0x12):
    (x, y), (wide, high) = place, (tiles[0] - 1, tiles[1] - 1)
    topology = bytes([
        (wide & 15) << 4 | high & 15,
        (x & 15) << 4 | y & 15,
        (wide >> 4) << 6 | (high >> 4) << 4 | (x >> 4) << 2 | y >> 4,
    ])  # fmt: skip
    size = struct.pack("<HH", pixels[0] - 1, pixels[1] - 1)
    return did_block(tag, b"\x82" + topology + size + bytes(5) + b"ABC" + bytes(6))


def displayid(blocks=(), *, version=0x13, use=3):
    body = b"".join(blocks)
    section = summed(bytes([version, len(body), use, 0]) + body)
    return summed(padded(b"\x70" + section, BLOCK - 1))


def block_map(*tags):
    return summed(padded(bytes([0xF0, *tags]), BLOCK - 1))


# ---- whole ones --------------------------------------------------------------------------------

FULL_HD = Timing(148500, (1920, 280, 88, 44), (1080, 45, 4, 5), (521, 293))
FIELDS = Timing(74250, (1920, 280, 88, 44), (540, 22, 2, 5), (521, 293), interlaced=True)
HD = Timing(74250, (1280, 370, 110, 40), (720, 30, 5, 5), (521, 293), (True, False))
WIDE = Timing(533250, (3840, 160, 48, 32), (2160, 62, 3, 5), (1209, 680), (True, False))
FIVE_K = Timing(936000, (5120, 80, 8, 32), (2880, 80, 66, 8), positive=(True, False), preferred=True)
TILE = Timing(483370, (2560, 160, 48, 32), (2880, 82, 3, 10), positive=(False, True))

IDENTITY = (name("Screen"), serial("S/N 0042"))
NATIVE_16 = 0x80 | 16


def samples():
    """{name: EDID}: together all that the reader knows."""
    every_vic = [*range(1, 128), *range(193, 220)]
    some = [every_vic[at : at + 31] for at in range(0, len(every_vic), 31)]
    standards = [
        standard_timing(1920, 3, 60), standard_timing(1680, 0, 60), standard_timing(1600, 1, 60),
        standard_timing(1280, 2, 75), standard_timing(640, 1, 85), standard_timing(1152, 1, 75),
    ]  # fmt: skip
    vendors = (vendor(0x000C03, b"\x10\x00\x80\x1e"), vendor(0xC45DD8, b"\x01\x78\x80\x00"))
    out = {
        "plain": base([FULL_HD, *IDENTITY, limits(48, 75, 30, 83, 170)]),
        "1.3": base([HD, *IDENTITY], revision=3, digital=0x80, features=0x0A),
        "analog": base([FULL_HD, *IDENTITY], revision=3, digital=0x0E, features=0x0A),
        "no-timing": base([*IDENTITY, limits(24, 300, 30, 280, 600)]),
        "fast": base([HD, limits(256, 300, 257, 510, 2550)]),
        "four-timings": base([FULL_HD, HD, WIDE, FIELDS]),
        "established": base([HD, established_3(*range(44))], established=0x1FFFF),
        "standard": base(
            [HD, descriptor(0xFA, b"".join(standards).ljust(12, b"\1") + b"\n")],
            standard=standards,
        ),
        "model-year": base([HD], week=0xFF, year=2020),
        "no-week": base([HD], week=0),
        "aspect-ratio": base([], size_cm=(79, 0)),
        "cta": base([FULL_HD, *IDENTITY], extensions=1)
        + cta([video(NATIVE_16, 4, 5, 97), *vendors], [HD, FIELDS], native=1),
        "cta-420": base([FULL_HD], extensions=1) + cta([video(16), extended(14, [96, 97, 101])]),
        "cta-blocks": base([FULL_HD], extensions=1)
        + cta([data_block(1, b"\x09\x07\x07"), data_block(4, b"\x01\0\0"), extended(5, b"\x80\0")]),
        "cta-alone": base([], extensions=1) + cta([video(16)], [WIDE, HD]),
        "cta-video-alone": base([], extensions=1) + cta([video(31, NATIVE_16)]),
        "cta-1": base([FULL_HD], extensions=1) + cta([], [HD], revision=1, features=0),
        "displayid": base([FULL_HD, *IDENTITY], extensions=1)
        + displayid([type_1(WIDE, FIVE_K), did_product("Inner"),
                     did_parameters(5967, 3356, (5120, 2880))]),
        "displayid-alone": base([], size_cm=(0, 0), extensions=1)
        + displayid([did_parameters(5967, 3356, (5120, 2880)), type_1(WIDE, FIVE_K)]),
        "displayid-tiled": base([WIDE], extensions=1)
        + displayid([type_1(TILE), tiled((1, 0), (2, 1), (2560, 2880))]),
        "displayid-2": base([], size_cm=(0, 0), extensions=1)
        + displayid([did_product("Second", maker=b"\x00\x0c\x03", tag=0x20),
                     did_parameters(5967, 3356, (5120, 2880), tag=0x21),
                     type_7(WIDE, FIVE_K)], version=0x20),
        "displayid-2-tiled": base([WIDE], extensions=1)
        + displayid([type_7(TILE), tiled((1, 2), (3, 4), (2560, 2880), tag=0x28)], version=0x20),
        "displayid-fields": base([], extensions=1)
        + displayid([type_1(Timing(74250, (1920, 280, 88, 44), (1080, 45, 4, 10),
                                   interlaced=True))]),
        "map": base([FULL_HD], extensions=3) + block_map(2, 0x70) + cta([video(16)])
        + displayid([type_1(FIVE_K)]),
    }  # fmt: skip
    for at, vics in enumerate(some):
        out[f"vics-{at}"] = base([HD], extensions=1) + cta([video(*vics)])
    return out
