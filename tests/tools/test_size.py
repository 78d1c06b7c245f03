# SPDX-License-Identifier: BSD-2-Clause
"""How large the images are, and whether `make size` reads a log right."""

from pathlib import Path

import pytest

import size

ROOT = Path(__file__).resolve().parents[2]

# What was reached by gcc 12, and what other compilers may need. The goal is size.GOAL.
MOST = {"aarch64": 288 * 1024, "x86_64": 280 * 1024}


@pytest.mark.parametrize("arch", MOST)
def test_image(arch):
    found = (ROOT / f"build/{arch}/firstlight.efi").stat().st_size
    assert found <= MOST[arch], f"{arch}: {found} bytes, at most {MOST[arch]}: docs/performance.md"


@pytest.mark.parametrize("arch", MOST)
def test_symbols(arch):
    """Functions have a source, and the parts are not larger than the whole."""
    elf = ROOT / f"build/{arch}/firstlight.elf"
    found = size.symbols(arch, elf)
    parts = size.sections(elf)
    code = sum(length for length, _, source in found if source)
    assert 0.9 * parts[".text"] < code <= parts[".text"]
    assert any(name == "option_table" and not source for _, name, source in found)


def test_frame_and_peak():
    log = """\
    ok 11 - gpu0: surface 1280x800: bars drawn in b8g8r8x8, 1 pieces of memory
    ok 12 - gpu0: RESOURCE_CREATE_2D
    ok 11 - gpu1: surface 640x480: bars drawn in b8g8r8x8, 1 pieces of memory
# [   0.617634] dma: peak: 0x3ed690 of 0xee4c000 bytes
"""
    assert size.frame_and_peak(log) == (4 * (1280 * 800 + 640 * 480), 0x3ED690)
