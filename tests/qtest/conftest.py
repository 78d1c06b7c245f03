# SPDX-License-Identifier: BSD-2-Clause
"""The tests without firmware use the tools, and the reference pictures of tests/boot/."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests/boot"), str(ROOT / "tests/qtest")]
