# SPDX-License-Identifier: BSD-2-Clause
"""
Two readers of the same EDIDs: ours, which `test_edid FILE` shows, and edid-decode. The samples, and
what edid_builder makes: every mode with its details, names, numbers, sizes, the preferred mode.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import edid_builder
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / os.environ.get("TEST_PROGRAMS", "build/host/tests") / "test_edid"
TIMEOUT = 20
SAMPLES = {path.stem: path.read_bytes() for path in ROOT.glob("tests/samples/edid/*.bin")}
EDIDS = SAMPLES | edid_builder.samples()

pytestmark = pytest.mark.skipif(
    not shutil.which("edid-decode"), reason="edid-decode is not installed"
)


@dataclass(frozen=True, order=True)
class Mode:
    """As both readers say it; `details` and exact rates only of a detailed timing."""

    width: int
    height: int
    interlaced: bool
    hz: float
    vic: int = 0
    details: tuple = ()


def number(text, pattern, otherwise=0):
    """What the pattern's group is, as a number, in the first line that has it."""
    found = re.search(pattern, text, re.MULTILINE)
    return int(found[1], 0) if found else otherwise


def words(text, pattern):
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else ""


# ---- ours ---------------------------------------------------------------------------------------

OUR_MODE = re.compile(
    r"EDID: mode: (\d+)x(\d+)(i?) at ([\d.]+) Hz, ([^,:\n]+)(?:, preferred)?"
    r"(?:: ([\d.]+) MHz, blank (\d+) front (\d+) sync (\d+)([+-]), "
    r"blank (\d+) front (\d+) sync (\d+)([+-]))?"
)


def our_mode(match):
    width, height, interlaced, hz, origin, clock, *rest = match.groups()
    vic = re.search(r"VIC (\d+)", origin)
    details = ()
    if clock:
        numbers = [int(word) if word.isdigit() else word for word in rest]
        details = (float(clock), *numbers)
    rate = float(hz) if clock else round(float(hz))
    return Mode(
        int(width), int(height), bool(interlaced), rate, int(vic[1]) if vic else 0, details
    )


# ---- edid-decode's ------------------------------------------------------------------------------

THEIR_MODE = re.compile(
    r"^ +(?:DTD *\d*|(?:DMT|CVT|GTF|IBM|Apple)[^:\n]*|VIC +(\d+)): +(\d+)x(\d+)(i?) +([\d.]+) Hz"
    r".*?([\d.]+) MHz[^\n]*(?:\n +Hfront +(\d+) Hsync +(\d+) Hback +(\d+) Hpol ([PN])[^\n]*"
    r"\n +Vfront +(\d+) Vsync +(\d+) Vback +(\d+) Vpol ([PN]))?",
    re.MULTILINE,
)


def their_mode(match):
    vic, width, height, interlaced, hz, clock, *rest = match.groups()
    details = ()
    if "DTD" in match[0] and rest[0]:
        h_front, h_sync, h_back, h_sign, v_front, v_sync, v_back, v_sign = rest
        h = [int(word) for word in (h_front, h_sync, h_back)]
        v = [int(word) for word in (v_front, v_sync, v_back)]
        sign = {"P": "+", "N": "-"}
        details = (
            float(clock), sum(h), h[0], h[1], sign[h_sign], sum(v), v[0], v[1], sign[v_sign],
        )  # fmt: skip
    rate = round(float(hz), 3) if details else round(float(hz))
    return Mode(
        int(width), int(height), bool(interlaced), rate, int(vic) if vic else 0, details
    )


class Theirs:
    def __init__(self, path):
        text = run("edid-decode", "-s", "-p", path)
        self.blocks, *sections = re.split(r"^Preferred Video Timing", text, flags=re.MULTILINE)
        self.modes = [their_mode(match) for match in THEIR_MODE.finditer(self.blocks)]
        self.preferred = self.prefer(sections)

    @staticmethod
    def prefer(sections):
        """Of the answers, which depend on the blocks that are read, the one of edid.h's order."""
        for blocks in ("DisplayID", "only Block 0", "CTA-861", ""):
            for section in sections:
                head, _, rest = section.partition("\n")
                if blocks in head:
                    return their_mode(THEIR_MODE.search(rest))
        return None

    def size_mm(self):
        """Of a detailed timing; else DisplayID's; else of the base block, in centimetres."""
        for pattern, unit in (
            (r"DTD.*\((\d+) mm x (\d+) mm", 1),
            (r"Image size: ([\d.]+) mm x ([\d.]+) mm", 1),
            (r"Maximum image size: (\d+) cm x (\d+) cm", 10),
        ):
            if found := re.search(pattern, self.blocks):
                return tuple(int(float(side) * unit + 0.5) for side in found.groups())
        return 0, 0


# ---- both ---------------------------------------------------------------------------------------


def tolerance(mode):
    """Rates without details are nominal, and rounded down in some standards."""
    return 0.0015 if mode.details else 1.01


def same(ours, theirs):
    if not ours or not theirs:
        return False
    near = abs(ours.hz - theirs.hz) < tolerance(theirs)
    return near and replace(ours, hz=0) == replace(theirs, hz=0)


def run(*command):
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=TIMEOUT
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")
    return done.stdout.decode()


@pytest.fixture(params=sorted(EDIDS))
def both(request, tmp_path):
    """What either reader says: our text, and theirs."""
    assert PROGRAM.exists(), f"{PROGRAM} is not there: run `make unit`"
    path = tmp_path / "edid.bin"
    path.write_bytes(EDIDS[request.param])
    return run(PROGRAM, path), Theirs(path)


def test_modes(both):
    ours, theirs = both
    modes = [our_mode(match) for match in OUR_MODE.finditer(ours)]
    assert len(modes) == ours.count("EDID: mode: ")
    for mode, want in zip_longest(sorted(modes), sorted(theirs.modes)):
        assert same(mode, want), f"ours {mode}, theirs {want}"


def test_preferred(both):
    ours, theirs = both
    found = re.search(r"prefers (\d+)x(\d+)(i?) at ([\d.]+) Hz", ours)
    want = theirs.preferred
    if not want:
        assert "prefers nothing" in ours
        return
    size = int(found[1]), int(found[2]), bool(found[3])
    assert size == (want.width, want.height, want.interlaced)
    assert abs(float(found[4]) - want.hz) < tolerance(want)


def test_identity(both):
    ours, theirs = both
    head = re.search(r"EDID (\S+) (\S+) (\w{4}) '(.*?)', prefers .*, (\d+)x(\d+) mm", ours)
    text = theirs.blocks
    assert head[1] == words(text, r"EDID Structure Version & Revision: (\S+)")
    assert head[2] == words(text, r"Manufacturer: (\S+)")
    assert int(head[3], 16) == number(text, r"^    Model: (\d+)")
    assert head[4] == words(text, r"Display Product Name: '(.*)'")
    assert (int(head[5]), int(head[6])) == theirs.size_mm()
    numbers = re.search(r"serial number: (0x\w+) '(.*)'", ours)
    assert int(numbers[1], 16) == number(text, r"^    Serial Number: (\d+)")
    assert numbers[2] == words(text, r"Display Product Serial Number: '(.*)'")
    made = re.search(r"(Made in|Model year): (.*)", text)
    assert f"{'made in' if made[1] == 'Made in' else 'model of'} {made[2]}\n" in ours


def test_range(both):
    ours, theirs = both
    pattern = r"(\d+)-(\d+) Hz V, (\d+)-(\d+) kHz H, max dotclock (\d+) MHz"
    found = re.search(r"range: (\d+)-(\d+) Hz, (\d+)-(\d+) kHz, up to (\d+) MHz", ours)
    want = re.search(pattern, theirs.blocks)
    assert (found and found.groups()) == (want and want.groups())


def test_vendors(both):
    ours, theirs = both
    want = re.findall(r"Vendor-Specific Data Block.*OUI (\w\w)-(\w\w)-(\w\w)", theirs.blocks)
    listed = words(ours, r"vendors: (.*)")
    assert re.findall(r"\b[0-9a-f]{6}\b", listed) == ["".join(oui).lower() for oui in want]


def test_displayid(both):
    ours, theirs = both
    text = theirs.blocks.partition("DisplayID Extension Block:")[2]
    assert words(ours, r"DisplayID (\d\.\d)") == words(text, r"Version: (\S+)")
    if not text:
        return
    product = re.search(r"DisplayID: product (\S+) (\w{4}) (0x\w+) '(.*)'", ours)
    assert bool(product) == ("Product Identification" in text)
    if product:
        assert int(product[2], 16) == number(text, r"Product Code: (\d+)")
        assert int(product[3], 16) == number(text, r"Serial Number: (\d+)")
        assert product[4] == words(text, r"Product ID: (.*)")
    native = words(ours, r"native (\d+x\d+)")
    assert native == (words(text, r"native pixel format: (\S+)") or "0x0")
    tile = re.search(r"tile (\d+),(\d+) of (\d+)x(\d+), (\d+x\d+) pixels", ours)
    assert bool(tile) == ("Tiled Display Topology" in text)
    if tile:
        assert f"Num horizontal tiles: {tile[3]} Num vertical tiles: {tile[4]}" in text
        assert f"Tile location: {tile[1]}, {tile[2]}" in text
        assert f"Tile resolution: {tile[5]}" in text


def test_every_vic():
    """All that CTA-861 defines are in the samples, so all of them are compared."""
    vics = set()
    for name in EDIDS:
        if name.startswith("vics-"):
            block = EDIDS[name][edid_builder.BLOCK :]
            vics.update(block[5 : 5 + (block[4] & 31)])
    assert vics == {*range(1, 128), *range(193, 220)}
