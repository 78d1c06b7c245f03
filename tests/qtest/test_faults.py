# SPDX-License-Identifier: BSD-2-Clause
"""Every mistake of the gallery, made on QEMU's devices: the first cause that is named is the one."""

import shutil

import pytest

import gallery
from bench import PROGRAM


def cases():
    assert PROGRAM.exists(), f"{PROGRAM} is not there: run `make qtest`"
    return [pytest.param(fault, id=fault.id) for fault in gallery.faults()]


@pytest.mark.parametrize("fault", cases())
def test_mistake_is_named(fault):
    platform = gallery.PLATFORM_OF[fault.transport]
    if not shutil.which(f"qemu-system-{platform.arch}"):
        pytest.skip(f"qemu-system-{platform.arch} is not installed")
    result = gallery.commit(fault)
    if fault.name in gallery.TOLERATED:
        assert result.symptom == "every step passes" and result.named is None, result.log
        pytest.skip(gallery.TOLERATED[fault.name])
    assert result.named == fault.mistake, result.log
