# SPDX-License-Identifier: BSD-2-Clause
"""Every mistake of the gallery, made on QEMU's devices: the first cause that is named is the one."""

import shutil
from dataclasses import replace

import pytest

import gallery
from bench import PROGRAM, Bench, CommandError
from machines import PLATFORMS, Device


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


def test_iommu_in_the_way():
    """It translates nothing, as no firmware leaves it: of the device, all looks right."""
    if not shutil.which("qemu-system-x86_64"):
        pytest.skip("qemu-system-x86_64 is not installed")
    platform = PLATFORMS["q35"]
    iommu = "-device", "virtio-iommu-pci,addr=1e.0,boot-bypass=off"
    platform = replace(platform, arguments=(*platform.arguments, *iommu))
    with Bench(platform, [Device("gpu0", "gpu", "iommu_platform=on")], tolerant=True) as bench:
        name = bench.name("gpu0")
        bench.command("timeout", name, gallery.TIMEOUT_MS)
        with pytest.raises(CommandError) as error:
            bench.command("show", name, "bars", *gallery.SIZE)
    causes = [line for line in error.value.log.splitlines() if "cause: " in line]
    assert "an IOMMU may keep the device from the memory" in causes[0], error.value.log
