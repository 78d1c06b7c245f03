# SPDX-License-Identifier: BSD-2-Clause
"""What a frame and finding the devices cost as they grow (docs/performance.md, Growth): a figure
that rises has its name here.
"""

import shutil

import growth_points
import pytest
from bench import PROGRAM
from machines import PLATFORMS

EMPTY_SLOT = 4  # register reads, at most
ABSENT_FUNCTION = 1  # configuration read
ROOT_PORT = 21  # configuration reads of a port with an empty bus, all places of its device looked at


def needs(platform_id):
    emulator = f"qemu-system-{PLATFORMS[platform_id].arch}"
    if not shutil.which(emulator):
        pytest.skip(f"{emulator} is not installed")
    assert PROGRAM.exists(), f"{PROGRAM} is not there: run `make qtest`"


def at_most(name, found, most):
    assert found <= most, f"{name}: {found}, at most {most} (docs/performance.md)"


@pytest.mark.parametrize("devices", (0, 1, 4))
@pytest.mark.parametrize(
    "platform_id, slots",
    [("virt-mmio", 8), ("virt-mmio", 32), ("virt-mmio-legacy", 32), ("microvm-mmio", 24)],
)
def test_empty_slot(platform_id, slots, devices):
    needs(platform_id)
    found = growth_points.probe(platform_id, slots, devices)
    assert found.windows == slots and found.devices == devices
    empty = slots - devices
    assert found.empty >= empty, "windows that nobody looked at"
    at_most(f"{platform_id}: register reads in {empty} empty windows", found.empty, EMPTY_SLOT * empty)


def absent_places(ports):
    """Bus 0 has 32 devices, the host bridge is one; a link has one; eight ports are a device."""
    full = -(-ports // 8)
    return 31 - full + 8 * full - ports + ports


@pytest.mark.parametrize("ports", (0, 1, 8, 12, 64))
def test_absent_function(ports):
    """One read each, at the far ends of the ports too."""
    needs("virt-pci")
    found, _ = growth_points.scan("virt-pci", ports)
    assert found.functions == 1 + ports
    assert found.absent >= absent_places(ports), "places that nobody looked at"
    most = ABSENT_FUNCTION * absent_places(ports)
    at_most(f"{ports} ports: configuration reads of absent functions", found.absent, most)


@pytest.mark.parametrize("ports", (8, 64))
def test_empty_ports(ports):
    """Linear: as much for each."""
    needs("virt-pci")
    none, some = (growth_points.scan("virt-pci", n)[0].reads for n in (0, ports))
    at_most(f"{ports} ports: configuration reads", some - none, ROOT_PORT * ports)


@pytest.mark.parametrize("platform_id", ("virt-mmio-legacy", "virt-mmio", "virt-pci"))
@pytest.mark.parametrize("size, displays", [((640, 480), 1), ((3840, 2160), 1), ((64, 48), 16)])
def test_frame(platform_id, size, displays):
    """A doorbell a display and no other access, whatever its size."""
    needs(platform_id)
    found = growth_points.frame(platform_id, *size, displays, rounds=2)
    assert found.displays == displays
    assert found.bytes == 4 * size[0] * size[1] * displays
    assert found.notifications >= 1, "nothing was presented"
    at_most(f"{platform_id}: notifications of a frame", found.notifications, displays)
    at_most(f"{platform_id}: register reads of a frame", found.reads, 0)
    at_most(f"{platform_id}: register writes of a frame", found.writes, displays)
