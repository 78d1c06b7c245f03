# SPDX-License-Identifier: BSD-2-Clause
"""tools/font.py on fonts made by hand, whole and broken, and on the one that is built in."""

import gzip
import re
import struct
import subprocess
from pathlib import Path

import pytest

import font

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = ROOT / "build/deps/font/usr/share/consolefonts/Lat15-Fixed16.psf.gz"
CHARACTERS = range(0x20, 0x7F)


def glyph(number):
    return bytes((number + row) % 256 for row in range(16))


def psf1(order, count=256, mode=2, height=16):
    """A font whose glyph i is glyph(i) and stands for the characters order[i]."""
    table = b""
    for i in range(count):
        words = [ord(c) for c in order.get(i, "")] + [0xFFFF]
        table += struct.pack(f"<{len(words)}H", *words)
    glyphs = b"".join(glyph(i)[:height] for i in range(count))
    return b"\x36\x04" + bytes((mode, height)) + glyphs + table


def psf2(order, count=256, flags=1, width=8, header=32):
    table = b"".join(order.get(i, "").encode() + b"\xff" for i in range(count))
    head = struct.pack("<4s7I", b"\x72\xb5\x4a\x86", 0, header, flags, count, 16, 16, width)
    return head.ljust(header, b"\0") + b"".join(glyph(i) for i in range(count)) + table


# The characters stand at other places than their codes: only the table tells.
SHUFFLED = {200 - c: chr(c) for c in CHARACTERS}


@pytest.mark.parametrize("make", (psf1, psf2))
def test_unicode_table(make):
    found = font.read_font(make(SHUFFLED))
    assert list(found) == list(CHARACTERS)
    for c in CHARACTERS:
        assert found[c] == glyph(200 - c), chr(c)


def test_several_characters_of_a_glyph():
    order = {**SHUFFLED, 200 - 0x41: "\u0391A\u0410"}
    for make in (psf1, psf2):
        assert font.read_font(make(order))[0x41] == glyph(200 - 0x41)


def test_sequences_are_not_characters():
    order = {**SHUFFLED, 250: "\u00c1\ufffeA\u0301"}
    assert font.read_font(psf1(order))[0x41] == glyph(200 - 0x41)
    data = psf2({**SHUFFLED, 250: "\u00c1#A\u0301"}).replace(b"\xc3\x81#A", b"\xc3\x81\xfeA")
    assert font.read_font(data)[0x41] == glyph(200 - 0x41)


def test_longer_header_and_more_glyphs():
    assert font.read_font(psf2(SHUFFLED, count=300, header=40))[0x7E] == glyph(200 - 0x7E)
    assert font.read_font(psf1(SHUFFLED, count=512, mode=3))[0x7E] == glyph(200 - 0x7E)


WITHOUT_A = {i: c for i, c in SHUFFLED.items() if c != "A"}


@pytest.mark.parametrize(
    "data, words",
    (
        (b"", "not a PC Screen Font"),
        (b"\x7fELF" + bytes(100), "not a PC Screen Font"),
        (psf1(SHUFFLED)[:3], "cut off in the header"),
        (psf2(SHUFFLED)[:31], "cut off in the header"),
        (psf1(SHUFFLED)[:4000], "cut off in the glyphs: 3996 of 4096"),
        (psf2(SHUFFLED)[:4000], "cut off in the glyphs: 3968 of 4096"),
        (psf1(SHUFFLED)[:-1], "half a word"),
        (psf1(SHUFFLED)[:-2], "255 entries in the Unicode table for 256 glyphs"),
        (psf2(SHUFFLED)[:-1], "255 entries in the Unicode table for 256 glyphs"),
        (psf1(SHUFFLED, mode=0), "no Unicode table"),
        (psf2(SHUFFLED, flags=0), "no Unicode table"),
        (psf1(SHUFFLED, height=14), "8x14"),
        (psf2(SHUFFLED, width=7), "7x16"),
        (psf2(SHUFFLED, header=40)[:36], "header of 40 bytes"),
        (psf1(WITHOUT_A), "no glyph for 'A'"),
        (psf2(WITHOUT_A), "no glyph for 'A'"),
        (psf2(SHUFFLED)[:-1] + b"\xc3\xff", "Unicode table: 'utf-8' codec"),
    ),
    ids=range(17),
)
def test_refused(data, words):
    with pytest.raises(font.Refused, match=words):
        font.read_font(data)


def test_command(tmp_path):
    source, out = tmp_path / "f.psf.gz", tmp_path / "font.c"
    source.write_bytes(gzip.compress(psf2(SHUFFLED)))
    subprocess.run([ROOT / "tools/font.py", source, out], check=True)
    rows = re.findall(r"^\t\{(.*)\}, /\* (0x..) \*/$", out.read_text(), re.MULTILINE)
    assert [int(code, 16) for _, code in rows] == list(CHARACTERS)
    for values, code in rows:
        assert bytes(int(v, 16) for v in values.split(",")) == glyph(200 - int(code, 16))
    out.unlink()
    for content in (psf2(SHUFFLED), gzip.compress(psf2(SHUFFLED))[:500], gzip.compress(b"x")):
        source.write_bytes(content)
        done = subprocess.run([ROOT / "tools/font.py", source, out], capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.startswith(f"font.py: {source}: ")
        assert "Traceback" not in done.stderr and not out.exists()


def test_the_font_that_is_built_in():
    found = font.read_font(gzip.decompress(DEBIAN.read_bytes()))
    assert not any(found[0x20])
    assert sum(any(shape) for shape in found.values()) == len(CHARACTERS) - 1
    assert len(set(found.values())) == len(CHARACTERS)
    # A vertical bar: one straight stroke.
    strokes = {row for row in found[0x7C] if row}
    assert len(strokes) == 1 and bin(strokes.pop()).count("1") in (1, 2)
