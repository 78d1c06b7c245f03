# SPDX-License-Identifier: BSD-2-Clause
"""What costs how much as it grows, by the counters of firstlight-qtest: a frame by its size and by
the displays, finding the devices by PCI functions and by virtio-mmio slots. tools/growth.py draws
it, test_growth.py holds the limits.
"""

import re
from dataclasses import dataclass, replace

from bench import Bench
from machines import MICROVM_WINDOWS, PLATFORMS, VIRT_WINDOWS, Device

SIZES = ((640, 480), (1024, 768), (1280, 800), (1920, 1080), (2560, 1440), (3840, 2160))
DISPLAYS = (1, 2, 4, 8, 16)
PORTS = (0, 1, 2, 4, 8, 16, 32, 64)  # PCI Express root ports with nothing behind them
DEVICES = (0, 1, 2, 4, 8, 16, 24)
SLOTS = {"virt-mmio": (8, 16, 24, 32), "microvm-mmio": (8, 24)}

FRAME = re.compile(
    r"frame: (\d+) displays, (\d+) bytes, (\d+) notifications, (\d+) reads, (\d+) writes, "
    r"draw (\d+) ns, present (\d+) ns"
)
SCAN = re.compile(r"scan: (\d+) functions, (\d+) reads, (\d+) where none is")
PROBE = re.compile(r"probe: (\d+) windows, (\d+) devices, (\d+) reads, (\d+) in empty windows")


@dataclass(frozen=True)
class Frame:
    """Of all displays; of times the shortest of some rounds, in nanoseconds."""

    displays: int
    bytes: int  # of pixels, drawn and transferred
    notifications: int
    reads: int
    writes: int
    draw_ns: int
    present_ns: int


@dataclass(frozen=True)
class Scan:
    functions: int
    reads: int
    absent: int  # reads where no function is


@dataclass(frozen=True)
class Probe:
    windows: int
    devices: int
    reads: int
    empty: int  # reads in windows without a device


def numbers(pattern, kind, log):
    return kind(*map(int, pattern.search(log).groups()))


def frame(platform_id, width, height, displays=1, rounds=1):
    properties = f"xres={width},yres={height},max_outputs={displays}"
    with Bench(PLATFORMS[platform_id], [Device("g", "gpu", properties)]) as bench:
        name = bench.name("g")
        bench.command("show", name, "bars", width, height, "-", "separate", "all")
        log = bench.command("frames", name, rounds, timeout=300)
        bench.command("close", name)
    return numbers(FRAME, Frame, log)


def root_ports(count):
    """Eight functions a device, from device 1 on."""
    for n in range(count):
        place = f"addr={1 + n // 8}.{n % 8},multifunction=on"
        yield from ("-device", f"pcie-root-port,id=p{n},chassis={n},bus=pcie.0,{place}")


def entropy_devices(count):
    return [Device(f"r{n}", "rng") for n in range(count)]


def scan(platform_id, ports=0, devices=0):
    """The walk of the PCI bus, and what the devices on it were asked."""
    bridges = list(root_ports(ports))
    with Bench(PLATFORMS[platform_id], entropy_devices(devices), bridges) as bench:
        return numbers(SCAN, Scan, bench.found), numbers(PROBE, Probe, bench.found)


def probe(platform_id, slots, devices=0):
    base, size, most = MICROVM_WINDOWS if "microvm" in platform_id else VIRT_WINDOWS
    assert slots <= most
    platform = PLATFORMS[platform_id]
    # Only the line of the windows differs; QEMU's machine has all of them.
    setup = (f"mmio {base:#x} {size:#x} {slots}", *platform.setup[1:])
    with Bench(replace(platform, setup=setup), entropy_devices(devices)) as bench:
        return numbers(PROBE, Probe, bench.found)
