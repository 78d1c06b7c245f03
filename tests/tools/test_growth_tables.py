# SPDX-License-Identifier: BSD-2-Clause
"""tools/growth.py: its tables, and that docs/performance.md says of growth what is held."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("tools", "tests/boot", "tests/qtest")]

import growth  # noqa: E402
from growth_points import Frame, Probe, Scan  # noqa: E402

CURVES = {
    "sizes": [((640, 480), Frame(1, 1228800, 1, 0, 1, 130000, 50000))],
    "displays": [(2, Frame(2, 2457600, 2, 0, 2, 270000, 110000))],
    "ports": [(1, (Scan(2, 61, 38), Probe(0, 0, 0, 0)))],
    "functions": [(1, (Scan(2, 37, 30), Probe(0, 1, 100, 0)))],
    "slots": {"virt-mmio": [(8, Probe(8, 0, 24, 24))]},
    "filled": [(1, Probe(32, 1, 96, 93)), (32, Probe(32, 32, 96, 0))],
}


def test_tables():
    text = "\n".join(growth.tables(CURVES))
    for row in (
        "| 640x480 | 1 | 0 | 1 | 1,228,800 | 0.13 | 0.05 |",
        "| 2 x 640x480 | 2 | 0 | 2 | 2,457,600 | 0.27 | 0.11 |",
        "| 1 empty root ports | 2 | 61 | 38 |",
        "| 1 virtio devices | 2 | 137 | 30 |",
        "| virt-mmio, 8 slots | 0 | 24 | 3 |",
        "| virt-mmio, 32 slots | 1 | 96 | 3 |",
        "| virt-mmio, 32 slots | 32 | 96 | - |",
    ):
        assert row in text


def test_insert():
    document = f"above\n{growth.BEGIN}old\n{growth.END}below\n"
    once = growth.insert(document, "new\n")
    assert once == f"above\n{growth.BEGIN}\nnew\n\n{growth.END}below\n"
    assert growth.insert(once, "new\n") == once
    with pytest.raises(ValueError):
        growth.insert("no marks", "new\n")


def test_document():
    """The figure is there and small; each frame of the table is a doorbell a display, no read."""
    document = growth.DOCUMENT.read_text()
    assert f"]({growth.PICTURE.name})" in document
    assert growth.PICTURE.stat().st_size < 100_000
    made = document.split(growth.BEGIN)[1].split(growth.END)[0]
    frames = re.findall(r"^\| (?:(\d+) x )?\d+x\d+ \| (\d+) \| (\d+) \| (\d+) \|", made, re.MULTILINE)
    assert len(frames) > 8
    for displays, *counts in frames:
        assert counts == [displays or "1", "0", displays or "1"]
