# SPDX-License-Identifier: BSD-2-Clause
"""The test pictures as docs/options.md defines them, computed anew, and the screen against them.

In: a pattern and a size; a screendump. Out: a PIL image; the first wrong pixel and their number.
All integers, no floating point.
"""

import gzip
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

WHITE = bytes((255, 255, 255))
BLACK = bytes((0, 0, 0))
RED = bytes((255, 0, 0))

UPPER_BARS = (
    (191, 191, 191),
    (191, 191, 0),
    (0, 191, 191),
    (0, 191, 0),
    (191, 0, 191),
    (191, 0, 0),
    (0, 0, 191),
)
LOWER_BARS = (
    (0, 0, 191),
    (19, 19, 19),
    (191, 0, 191),
    (19, 19, 19),
    (0, 191, 191),
    (19, 19, 19),
    (191, 191, 191),
)


def framed(row, colour):
    return colour + row[3:-3] + colour


def bars_rows(width, height):
    upper = b"".join(bytes(UPPER_BARS[7 * x // width]) for x in range(width))
    lower = b"".join(bytes(LOWER_BARS[7 * x // width]) for x in range(width))
    ramp = b"".join(bytes((255 * x // (width - 1),)) * 3 for x in range(width))
    for y in range(height):
        if y in (0, height - 1):
            yield WHITE * width
            continue
        row = upper if 3 * y < 2 * height else lower if 4 * y < 3 * height else ramp
        at = 3 * (y * (width - 1) // (height - 1))
        yield framed(row[:at] + WHITE + row[at + 3 :], WHITE)


def grid_rows(width, height):
    between = framed(b"".join(BLACK if x % 64 else WHITE for x in range(width)), RED)
    line = framed(WHITE * width, RED)
    for y in range(height):
        if y in (0, height - 1):
            yield RED * width
        else:
            yield between if y % 64 else line


def checker_rows(width, height):
    rows = [
        b"".join(WHITE if (x // 8 + first) % 2 else BLACK for x in range(width)) for first in (0, 1)
    ]
    for y in range(height):
        yield rows[y // 8 % 2]


def gradient_rows(width, height):
    across = [255 * x // (width - 1) for x in range(width)]
    for y in range(height):
        green = 255 * y // (height - 1)
        yield bytes(value for red in across for value in (red, green, 255 - red))


def solid_rows(width, height, colour):
    for _ in range(height):
        yield bytes.fromhex(colour) * width


ROWS = {
    "bars": bars_rows,
    "grid": grid_rows,
    "checker": checker_rows,
    "gradient": gradient_rows,
    "solid": solid_rows,
}


def reference(pattern, width, height):
    """The picture of `pattern=` (`solid:rrggbb` with its colour) as an RGB image."""
    name, *arguments = pattern.split(":")
    pixels = b"".join(ROWS[name](width, height, *arguments))
    return Image.frombytes("RGB", (width, height), pixels)


# The squares of mode=animate: steps across and down, colour.
SQUARES = ((4, 3, (255, 0, 0)), (3, 5, (0, 255, 0)), (7, 2, (0, 0, 255)), (2, 7, (255, 255, 0)))


def bounce(t, most):
    return min(t % (2 * most), 2 * most - t % (2 * most))


def moving(pattern, width, height, frame):
    """Frame `frame` of mode=animate over that picture."""
    image = reference(pattern, width, height).copy()
    side = min(width, height) // 8
    for i, (across, down, colour) in enumerate(SQUARES):
        x = bounce(across * frame + i * width // 4, width - side)
        y = bounce(down * frame + i * height // 4, height - side)
        image.paste(colour, (x, y, x + side, y + side))
    return image


@dataclass
class Rectangle:
    width: int
    height: int
    x: int
    y: int

    @property
    def box(self):
        return (self.x, self.y, self.x + self.width, self.y + self.height)

    @classmethod
    def parse(cls, text):
        match = re.search(r"\b(\d+)x(\d+)\+(\d+)\+(\d+)\b", text)
        if not match:
            raise ValueError(f"no WIDTHxHEIGHT+X+Y in {text!r}")
        return cls(*map(int, match.groups()))


@dataclass
class Difference:
    count: int
    first: tuple[int, int]
    seen: tuple[int, int, int]
    expected: tuple[int, int, int]

    def __str__(self):
        return (
            f"{self.count} wrong pixels, the first at {self.first}: "
            f"{self.seen} where {self.expected} is due"
        )


def compare(image, expected, except_rectangle=None):
    """Compares whole screens. Returns None when they agree, else a Difference (rows from above).

    ValueError when the sizes differ or the rectangle is not on the screen.
    """
    image = image.convert("RGB")
    if image.size != expected.size:
        raise ValueError(f"the screen is {image.size}, the reference {expected.size}")
    if except_rectangle:
        box = except_rectangle.box
        if box[2] > image.width or box[3] > image.height:
            raise ValueError(f"{except_rectangle} is not on a screen of {image.size}")
        image = image.copy()
        image.paste(expected.crop(box), box[:2])
    red, green, blue = ImageChops.difference(image, expected).split()
    wrong = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    box = wrong.getbbox()
    if box is None:
        return None
    y = box[1]
    x = wrong.crop((0, y, wrong.width, y + 1)).getbbox()[0]
    count = wrong.width * wrong.height - wrong.histogram()[0]
    return Difference(count, (x, y), image.getpixel((x, y)), expected.getpixel((x, y)))


def assert_same(image, expected, folder, name, except_rectangle=None):
    """Asserts that the screens agree; when not, leaves both as PNG under `folder` and says so."""
    problem = None
    try:
        problem = compare(image, expected, except_rectangle)
    except ValueError as error:
        problem = error
    if problem is None:
        return
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    image.save(folder / f"{name}-seen.png")
    expected.save(folder / f"{name}-expected.png")
    raise AssertionError(f"{name}: {problem}; see {folder}/{name}-*.png")


def read_font(path):
    """The glyphs of a PC Screen Font of 8×16: {16 bytes: the characters it stands for}."""
    data = Path(path).read_bytes()
    if str(path).endswith(".gz"):
        data = gzip.decompress(data)
    if data[:2] == b"\x36\x04":  # PSF1: mode, character size; UCS-2 table
        mode, size = data[2], data[3]
        start, count = 4, 512 if mode & 1 else 256
        table = data[start + count * size :]
        words = "".join(chr(low | high << 8) for low, high in zip(table[::2], table[1::2]))
        names = [entry.split("\ufffe")[0] for entry in words.split("\uffff")[:count]]
    elif data[:4] == b"\x72\xb5\x4a\x86":  # PSF2: UTF-8 table
        header = [int.from_bytes(data[i : i + 4], "little") for i in range(4, 32, 4)]
        start, count, size = header[1], header[3], header[4]
        table = data[start + count * size :].split(b"\xff")
        names = [entry.split(b"\xfe")[0].decode() for entry in table[:count]]
    else:
        raise ValueError(f"{path} is not a PC Screen Font")
    if size != 16:
        raise ValueError(f"{path}: glyphs of {size} bytes where 8x16 takes 16")
    glyphs = {}
    for i, characters in enumerate(names):
        bitmap = data[start + i * size : start + (i + 1) * size]
        glyphs[bitmap] = glyphs.get(bitmap, "") + characters
    return glyphs


def label_scale(image, rectangle):
    """The largest whole number of which every dot of the label is a square."""
    label = image.convert("RGB").crop(rectangle.box)
    for scale in range(min(rectangle.width, rectangle.height), 0, -1):
        if rectangle.width % scale or rectangle.height % scale:
            continue
        small = label.resize(
            (rectangle.width // scale, rectangle.height // scale), Image.Resampling.NEAREST
        )
        if compare(small.resize(label.size, Image.Resampling.NEAREST), label) is None:
            return scale, small
    raise AssertionError("not reached: every picture has scale 1")


def read_label(image, rectangle, glyphs):
    """The lines of text in the label: white on black, a margin of one cell's width at the sides
    and of half its height above and below. AssertionError for anything else."""
    scale, small = label_scale(image, rectangle)
    colours = {colour for _, colour in small.getcolors(small.width * small.height)}
    assert colours == {(0, 0, 0), (255, 255, 255)}, f"the label's colours are {colours}"
    assert small.width % 8 == 0 and small.height % 16 == 0, f"{rectangle} at scale {scale}"
    columns, rows = small.width // 8 - 2, small.height // 16 - 1
    dots = small.convert("1")
    margin = dots.copy()
    margin.paste(0, (8, 8, 8 + 8 * columns, 8 + 16 * rows))
    assert margin.getbbox() is None, "there are dots in the label's margin"
    lines = []
    for row in range(rows):
        line = ""
        for column in range(columns):
            x, y = 8 + 8 * column, 8 + 16 * row
            bitmap = dots.crop((x, y, x + 8, y + 16)).tobytes()
            ascii_names = [c for c in glyphs.get(bitmap, "") if " " <= c <= "~"]
            assert ascii_names, f"no glyph looks like column {column} of line {row}"
            line += ascii_names[0]
        lines.append(line.rstrip())
    return lines
