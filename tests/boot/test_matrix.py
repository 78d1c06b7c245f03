# SPDX-License-Identifier: BSD-2-Clause
"""Boots each row of the matrix: the log is TAP without a failure, the screens are the picture."""

import pytest

from boot import expect_row, start_row
from matrix import ROWS


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.arch}-{row.id}") for row in ROWS])
def test_boot(row, start, folder, tmp_path):
    expect_row(row, start_row(row, start, tmp_path), folder)
