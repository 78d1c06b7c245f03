# SPDX-License-Identifier: BSD-2-Clause
"""Boots each row of the matrix: the log is TAP without a failure, the screens are the picture."""

import pytest

from boot import expect_row, start_row
from machine_rows import MACHINES
from matrix import ROWS
from media import MEDIA


def parameter(row):
    marks = (pytest.mark.wide,) if row.wide else ()
    return pytest.param(row, id=f"{row.arch}-{row.id}", marks=marks)


@pytest.mark.parametrize("row", map(parameter, ROWS + MACHINES + MEDIA))
def test_boot(row, start, folder, tmp_path):
    expect_row(row, start_row(row, start, tmp_path), folder)
