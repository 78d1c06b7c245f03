# SPDX-License-Identifier: BSD-2-Clause
"""The reference pictures against the definition's own words, and the comparison."""

import gzip

import pytest
from PIL import Image

import picture

SIZES = ((16, 16), (17, 31), (64, 48), (129, 65), (200, 130))


def bars(x, y, w, h):
    if x in (0, w - 1) or y in (0, h - 1) or x == y * (w - 1) // (h - 1):
        return 255, 255, 255
    if 3 * y < 2 * h:
        return picture.UPPER_BARS[7 * x // w]
    if 4 * y < 3 * h:
        return picture.LOWER_BARS[7 * x // w]
    return (255 * x // (w - 1),) * 3


def grid(x, y, w, h):
    if x in (0, w - 1) or y in (0, h - 1):
        return 255, 0, 0
    return (0, 0, 0) if x % 64 and y % 64 else (255, 255, 255)


def checker(x, y, w, h):
    return (255, 255, 255) if (x // 8 + y // 8) % 2 else (0, 0, 0)


def gradient(x, y, w, h):
    return 255 * x // (w - 1), 255 * y // (h - 1), 255 - 255 * x // (w - 1)


def solid(x, y, w, h):
    return 0x12, 0xAB, 0xFF


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("function", (bars, grid, checker, gradient, solid))
def test_each_pixel(function, size):
    name = "solid:12abFF" if function is solid else function.__name__
    image = picture.reference(name, *size)
    for y in range(size[1]):
        for x in range(size[0]):
            assert image.getpixel((x, y)) == function(x, y, *size), (x, y)


def test_equal_screens():
    image = picture.reference("bars", 64, 48)
    assert picture.compare(image.convert("RGBA"), image) is None


def test_the_first_wrong_pixel():
    expected = picture.reference("solid:000000", 64, 48)
    image = expected.copy()
    image.putpixel((50, 7), (0, 1, 0))
    image.putpixel((3, 8), (255, 0, 2))
    difference = picture.compare(image, expected)
    assert (difference.count, difference.first) == (2, (50, 7))
    assert (difference.seen, difference.expected) == ((0, 1, 0), (0, 0, 0))


def test_the_excepted_rectangle():
    expected = picture.reference("grid", 64, 48)
    image = expected.copy()
    image.paste((1, 2, 3), (10, 20, 30, 25))
    assert picture.compare(image, expected, picture.Rectangle(20, 5, 10, 20)) is None
    difference = picture.compare(image, expected, picture.Rectangle(19, 5, 10, 20))
    assert (difference.count, difference.first) == (5, (29, 20))
    with pytest.raises(ValueError, match="not on a screen"):
        picture.compare(image, expected, picture.Rectangle(60, 5, 10, 20))


def test_another_size():
    image = picture.reference("bars", 64, 48)
    with pytest.raises(ValueError, match="64, 48.*48, 64"):
        picture.compare(image, picture.reference("bars", 48, 64))


def test_a_failure_leaves_both_screens(tmp_path):
    image = picture.reference("bars", 64, 48)
    picture.assert_same(image, image, tmp_path / "a", "gpu0")
    assert not (tmp_path / "a").exists()
    with pytest.raises(AssertionError, match="gpu0: .* wrong pixels, the first at"):
        picture.assert_same(image, picture.reference("grid", 64, 48), tmp_path / "a", "gpu0")
    assert Image.open(tmp_path / "a" / "gpu0-seen.png").size == (64, 48)
    assert Image.open(tmp_path / "a" / "gpu0-expected.png").size == (64, 48)


def test_a_rectangle_in_words():
    assert picture.Rectangle.parse("label: 320x64+10+20").box == (10, 20, 330, 84)
    with pytest.raises(ValueError):
        picture.Rectangle.parse("label: 320x64")


# Glyphs of a small font: a space, a box and a bar; the second also stands for an umlaut.
GLYPHS = {
    " ": bytes(16),
    "A": bytes((0, 0, 0x7E, 0x42, 0x42, 0x7E) + (0,) * 10),
    "|": bytes((0x18,) * 16),
}


def label(lines, scale):
    columns = max(map(len, lines))
    small = Image.new("RGB", (8 * columns + 16, 16 * len(lines) + 16))
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            glyph = Image.frombytes("1", (8, 16), GLYPHS[character]).convert("RGB")
            small.paste(glyph, (8 + 8 * column, 8 + 16 * row))
    return small.resize((small.width * scale, small.height * scale), Image.Resampling.NEAREST)


def screen_with(box, at=(7, 9)):
    screen = picture.reference("bars", 400, 300)
    screen.paste(box, at)
    return screen, picture.Rectangle(*box.size, *at)


@pytest.fixture
def glyphs(tmp_path):
    characters = list(GLYPHS) + ["\x00"] * 253
    data = b"\x36\x04\x02\x10"
    data += b"".join(GLYPHS.get(c, b"\xff" * 16) for c in characters)
    names = [c + "\xc4" if c == "A" else c for c in characters]
    data += b"".join(name.encode("utf-16-le") + b"\xff\xff" for name in names)
    path = tmp_path / "font.psf.gz"
    path.write_bytes(gzip.compress(data))
    return picture.read_font(path)


@pytest.mark.parametrize("scale", (1, 2, 3))
def test_a_label_is_read(glyphs, scale):
    lines = ["A|A", "", "AA A"]
    screen, rectangle = screen_with(label(lines, scale))
    assert picture.read_label(screen, rectangle, glyphs) == lines


def test_a_wrong_label(glyphs):
    box = label(["A|"], 2)
    screen, rectangle = screen_with(box)
    screen.putpixel((rectangle.x + 20, rectangle.y + 20), (254, 255, 255))
    with pytest.raises(AssertionError, match="colours"):
        picture.read_label(screen, rectangle, glyphs)
    screen, rectangle = screen_with(box)
    screen.paste((255, 255, 255), (rectangle.x, rectangle.y, rectangle.x + 2, rectangle.y + 2))
    with pytest.raises(AssertionError, match="margin"):
        picture.read_label(screen, rectangle, glyphs)
    screen, rectangle = screen_with(box)
    x, y = rectangle.x + 16, rectangle.y + 16
    screen.paste((255, 255, 255), (x, y, x + 4, y + 2))
    with pytest.raises(AssertionError, match="no glyph"):
        picture.read_label(screen, rectangle, glyphs)
