# SPDX-License-Identifier: BSD-2-Clause
"""
The driver against QEMU's own device models, without firmware and under the sanitizers: every
transport, queue feature and GPU option of machines.py; each picture is compared pixel by pixel.
"""

import re
import shutil
from dataclasses import replace
from functools import lru_cache

import pytest

import picture
from bench import PROGRAM, ROOT, Bench, CommandError
from machines import (
    ABOVE_4_GIB,
    ACCESSES,
    ALL_FEATURES,
    CURSOR_ACCESSES,
    CURSOR_COMMANDS,
    ENTROPY_INTERFACES,
    EXTREMES,
    FIRST_PICTURE,
    LEGACY,
    NO_HIGH_MEMORY,
    NO_IO,
    OPTIONS,
    PCI_PLATFORMS,
    PACKED_FEATURES,
    PIECES,
    PLATFORMS,
    RING_PACKED,
    RINGS,
    SCATTERED,
    TOPOLOGIES,
    WRAP,
    WRAP_SMALLEST,
    Device,
    with_memory,
)

FOUR_GIB = 1 << 32
DEVICES_EACH = 20  # on one machine
DISPLAYS = ((640, 480), (1366, 768), (3840, 2160), (5120, 2880))
reference = lru_cache(maxsize=64)(picture.reference)


def joined(*properties):
    return ",".join(filter(None, properties))


def has_io(platform):
    return any(line.startswith("aperture io") for line in platform.setup)


class Current:
    """The bench that serves this test and all that follow with the same arguments."""

    bench = None
    arguments = None

    def serve(self, arguments):
        if self.bench and arguments is self.arguments:
            if self.bench.broken:
                self.bench.restart()
            return self.bench
        self.end()
        bench = Bench(*arguments)
        bench.start()
        self.bench, self.arguments = bench, arguments
        return bench

    def end(self):
        bench, self.bench = self.bench, None
        if bench:
            bench.end()


@pytest.fixture(scope="session")
def current():
    current = Current()
    yield current
    current.end()


@pytest.fixture
def bench(started, current):
    """A bench with the test's Bench arguments. QEMU names what a driver does wrong: nothing."""
    platform = started[0]
    if not shutil.which(f"qemu-system-{platform.arch}"):
        pytest.skip(f"qemu-system-{platform.arch} is not installed")
    assert PROGRAM.exists(), f"{PROGRAM} is not there: run `make qtest`"
    bench = current.serve(started)
    yield bench
    assert bench.machine.errors == ""


@pytest.fixture
def folder(request):
    """Where a test leaves what it saw: build/qtest/<test>."""
    return ROOT / "build/qtest" / re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")


def on_bench(*cases):
    """
    parametrize for cases (id, bench key, its Bench arguments, values…): those with the same key,
    one after the other, run on the same bench. The last value may be a skip mark.
    """
    params, machines = [], {}
    for name, key, arguments, *values in cases:
        marks = [value for value in values if isinstance(value, pytest.MarkDecorator)]
        values = [value for value in values if value not in marks]
        case = values[0] if len(values) == 1 else tuple(values)
        arguments = machines.setdefault(key, arguments)
        params.append(pytest.param(arguments, case, id=name, marks=marks))
    return pytest.mark.parametrize("started, case", params)


def expect_screen(bench, device, pattern, size, folder):
    picture.assert_same(bench.screendump(device), reference(pattern, *size), folder, device)


def expect_accesses(bench, log, more=(0, 0)):
    """No more register accesses than the table allows, and `more`."""
    found = re.search(r"register accesses: (\d+) reads, (\d+) writes", log)
    reads, writes = int(found[1]), int(found[2])
    most = ACCESSES[bench.platform.transport]
    most = most[0] + more[0], most[1] + more[1]
    assert reads <= most[0] and writes <= most[1], (
        f"{bench.platform.transport}: register accesses from reset to the first picture: "
        f"{reads} reads, {writes} writes; at most {most[0]} and {most[1]} (docs/performance.md)"
    )


# ---- every transport, feature and option ------------------------------------------------------


def option_cases():
    """A device for each option with each of its features, many of them on one machine."""
    for platform in PLATFORMS.values():
        cases = [
            (option, features)
            for option in OPTIONS
            for features in option.features
            if platform.is_pci or not option.pci_only
        ]
        for first in range(0, len(cases), DEVICES_EACH):
            some = cases[first : first + DEVICES_EACH]
            devices = [
                Device(f"g{n}", "gpu", joined(option.device_properties, features.properties))
                for n, (option, features) in enumerate(some)
            ]
            for device, (option, features) in zip(devices, some):
                yield (
                    f"{platform.id}-{option.id}-{features.id}", (platform.id, first),
                    (platform, devices), device.id, option, features,
                )  # fmt: skip


@on_bench(*option_cases())
def test_gpu(bench, case, folder):
    device, option, features = case
    name = bench.name(device)
    size = option.width, option.height
    assert f"{name}: found: GPU device (16), {bench.platform.transport}" in bench.found
    log = bench.command("show", name, option.pattern, *(size if option.video else ()))
    accepted = re.search(r"features accepted: \S+ \((.*)\)", log)[1].split()
    for feature, on in vars(features).items():
        assert (feature.upper() in accepted) == on
    assert f"configuration: {option.scanouts} scanouts" in log
    assert f"surface {option.width}x{option.height}:" in log
    expect_accesses(bench, log)
    expect_screen(bench, device, option.pattern, size, folder)
    bench.command("close", name)


def display_cases():
    for platform in PLATFORMS.values():
        devices = [
            Device(f"g{n}", "gpu", f"xres={width},yres={height}")
            for n, (width, height) in enumerate(DISPLAYS)
        ]
        yield platform.id, (platform.id, "displays"), (platform, devices), None


@on_bench(*display_cases())
def test_edid(bench, case):
    """The preferred mode is the device's size, also where DisplayID alone can state it."""
    for n, (width, height) in enumerate(DISPLAYS):
        name = bench.name(f"g{n}")
        log = bench.command("show", name, "bars", 64, 48)
        assert f"'QEMU Monitor', prefers {width}x{height} at " in log
        bench.command("close", name)


# ---- pictures after pictures, two at once, thousands of commands -------------------------------


def gpu_devices(count, features):
    return [Device(f"g{n}", "gpu", features.properties) for n in range(count)]


def feature_cases(count=1, feature_list=EXTREMES):
    for platform in PLATFORMS.values():
        for features in feature_list:
            yield (
                f"{platform.id}-{features.id}", (platform.id, features),
                (platform, gpu_devices(count, features)), features,
            )  # fmt: skip


@on_bench(*feature_cases())
def test_every_pattern(bench, case, folder):
    name = bench.name("g0")
    for pattern in ("bars", "grid", "checker", "gradient", "solid:123456"):
        bench.command("show", name, pattern, 200, 150)
        expect_screen(bench, "g0", pattern, (200, 150), folder)
        bench.command("close", name)


@on_bench(*feature_cases())
def test_every_format(bench, case, folder):
    """The bytes of a pixel in each order: the same picture, whole and by parts, and its label."""
    name = bench.name("g0")
    for letters in "bgrx", "bgra", "argb", "xrgb", "rgba", "xbgr", "abgr", "rgbx":
        order = "".join(f"{letter}8" for letter in letters)
        log = bench.command("show", name, "gradient", 200, 150, "-", "separate", "enabled", order)
        assert f"gradient drawn in {order}" in log
        expect_screen(bench, "g0", "gradient", (200, 150), folder)
        bench.command("repaint", name, "bars", 77, 50)
        expect_screen(bench, "g0", "bars", (200, 150), folder)
        bench.command("close", name)


@on_bench(*feature_cases())
def test_scattered_backing(bench, case, folder):
    """An entry for each row, up to 8192 of them, in a descriptor of their own; whole and by parts."""
    name = bench.name("g0")
    for width, height in (16, 16), (1280, 800), (333, 1999), (64, 8192):
        words = ("gradient", width, height, "-", "separate", "enabled", "b8g8r8x8", "off", "scattered")
        bench.command("show", name, *words)
        expect_screen(bench, "g0", "gradient", (width, height), folder)
        bench.command("repaint", name, "bars", min(width, 400), 777)
        expect_screen(bench, "g0", "bars", (width, height), folder)
        bench.command("close", name)


@on_bench(*feature_cases())
def test_cursor(bench, case, folder):
    """By the cursor queue, which only who wants a cursor pays for; the picture is as without."""
    name = bench.name("g0")
    for place in "on", "7,9":
        log = bench.command("show", name, "grid", 200, 150, "-", "separate", "enabled", "b8g8r8x8", place)
        at = "100,75" if place == "on" else place
        assert f"scanout 0: cursor at {at}, moved there in 8 steps" in log
        expect_accesses(bench, log, CURSOR_ACCESSES[bench.platform.transport])
        sum_of = sum(map(int, re.search(r"accesses: (\d+) reads, (\d+) writes", log).groups()))
        first = sum_of - CURSOR_COMMANDS
        most = FIRST_PICTURE[bench.platform.transport]
        assert first <= most, (
            f"{bench.platform.transport}: register accesses to the first picture, two queues: "
            f"{first}, at most {most} (docs/performance.md)"
        )
        expect_screen(bench, "g0", "grid", (200, 150), folder)
        bench.command("close", name)
    log = bench.command("show", name, "grid", 200, 150)
    assert "queue 1" not in log
    bench.command("close", name)


@on_bench(*feature_cases())
def test_partial_updates(bench, case, folder):
    """Each tile of another picture is transferred and flushed by itself: rows, offsets, edges."""
    name = bench.name("g0")
    bench.command("show", name, "bars", 1000, 700)
    bench.command("repaint", name, "gradient", 33, 47)
    expect_screen(bench, "g0", "gradient", (1000, 700), folder)
    bench.command("repaint", name, "checker", 1000, 1)
    expect_screen(bench, "g0", "checker", (1000, 700), folder)
    bench.command("close", name)


@on_bench(*feature_cases())
def test_damage(bench, case, folder):
    """Rectangles all over the screen by one notification: just what was drawn is on it then."""
    name = bench.name("g0")
    size = 1000, 700
    bench.command("show", name, "bars", *size)
    expected = reference("bars", *size).copy()
    for count, pattern in (1, "gradient"), (5, "checker"), (40, "grid"):
        log = bench.command("patch", name, pattern, count)
        patches = re.findall(r"patch: (\d+)x(\d+)\+(\d+)\+(\d+)", log)
        assert len(patches) == count
        for width, height, x, y in (map(int, patch) for patch in patches):
            box = x, y, x + width, y + height
            expected.paste(reference(pattern, *size).crop(box), box)
        assert int(re.search(r"damage: (\d+) rectangles", log)[1]) <= min(count, 16)
        picture.assert_same(bench.screendump("g0"), expected, folder, "g0")
    bench.command("close", name)


@on_bench(*feature_cases())
def test_indices_wrap_under_a_picture(bench, case, folder):
    """The GPU goes on working when its queue's indices have passed 65,536, twice."""
    name = bench.name("g0")
    bench.command("show", name, "grid", 320, 240)
    log = bench.command("flush", name, 2 * WRAP)
    assert f"traffic: {2 * WRAP} of RESOURCE_FLUSH" in log
    bench.command("repaint", name, "bars", 100, 100)
    expect_screen(bench, "g0", "bars", (320, 240), folder)
    bench.command("close", name)


@on_bench(*feature_cases(count=3))
def test_several_gpus(bench, case, folder):
    """Each has its own picture, and keeps it when another one is closed and comes back."""
    show = {"g0": ("bars", 640, 480), "g1": ("gradient", 333, 222), "g2": ("grid", 1920, 1080)}
    for device, words in show.items():
        bench.command("show", bench.name(device), *words)
    for device, (pattern, *size) in show.items():
        expect_screen(bench, device, pattern, size, folder)
    bench.command("close", bench.name("g1"))
    bench.command("show", bench.name("g1"), "checker", 64, 48)
    for device, (pattern, *size) in {**show, "g1": ("checker", 64, 48)}.items():
        expect_screen(bench, device, pattern, size, folder)
    for device in show:
        bench.command("close", bench.name(device))


# ---- rings of every size ----------------------------------------------------------------------


def ring_cases():
    for platform in PLATFORMS.values():
        for features in EXTREMES:
            devices = [Device(kind, kind, features.ring_properties) for kind in ("rng", "gpu")]
            for ring in RINGS:
                yield (
                    f"{platform.id}-{ring.id}-{features.id}", (platform.id, features),
                    (platform, devices), ring,
                )  # fmt: skip


def size_most(log):
    return int(re.search(r"queue \d: size at most (\d+)", log)[1])


@on_bench(*ring_cases())
def test_ring_sizes(bench, case):
    """
    Each power of two up to the most that the device allows (1024, or on PCI of QEMU before 10 what
    it was made with); one more is cut to the most. Indices wrap in the last.
    """
    name = bench.name(case.kind)
    most = size_most(bench.command("ring", name, case.queue, 2, 2, 1000))
    assert most >= 8
    size = 4
    while size < most:
        bench.command("ring", name, case.queue, size, size, 1000)
        size *= 2
    log = bench.command("ring", name, case.queue, 2 * most, most, WRAP)
    assert f"traffic: {WRAP} of " in log


@on_bench(*(c for c in ring_cases() if c[1][0] in WRAP_SMALLEST and c[3].kind == "rng"))
def test_smallest_ring_wraps(bench, case):
    log = bench.command("ring", bench.name(case.kind), case.queue, 2, 2, WRAP)
    assert f"traffic: {WRAP} of " in log


# ---- packed rings, which the driver uses when it is asked to ------------------------------------


def packed_cases():
    for platform in PLATFORMS.values():
        if platform.transport == "virtio-mmio version 1":
            continue  # a legacy device has no packed rings
        for features in PACKED_FEATURES:
            properties = f"packed=on,{features.ring_properties}"
            devices = [Device("rng", "rng", properties), Device("gpu", "gpu", properties)]
            yield (
                f"{platform.id}-{features.id}", (platform.id, "packed", features),
                (platform, devices), features,
            )  # fmt: skip


@on_bench(*packed_cases())
def test_packed(bench, case, folder):
    """A picture, in tiles, with many flushes at a time and the places wrapping, as on a split one."""
    bench.command("want", RING_PACKED)
    name = bench.name("gpu")
    log = bench.command("show", name, "grid", 320, 240)
    accepted = re.search(r"features accepted: \S+ \((.*)\)", log)[1].split()
    assert "RING_PACKED" in accepted
    assert ("EVENT_IDX" in accepted, "INDIRECT_DESC" in accepted) == (
        case.event_idx, case.indirect_desc,
    )  # fmt: skip
    assert "queue 0: packed, 64 entries" in log
    expect_accesses(bench, log)
    bench.command("repaint", name, "bars", 33, 47)
    assert f"traffic: {WRAP} of RESOURCE_FLUSH" in bench.command("flush", name, WRAP)
    expect_screen(bench, "gpu", "bars", (320, 240), folder)
    bench.command("close", name)
    bench.command("entropy", bench.name("rng"))


@on_bench(*packed_cases())
def test_packed_ring_sizes(bench, case):
    """Any size is allowed; an element of a descriptor or two passes the end at each offset."""
    bench.command("want", RING_PACKED)
    for kind, queue in (("rng", 0), ("gpu", 0), ("gpu", 1)):
        name = bench.name(kind)
        most = size_most(bench.command("ring", name, queue, 2, 2, 100))
        for size in {size for size in (3, 5, 7, 13, 64, most - 1) if size < most}:
            bench.command("ring", name, queue, size, size, 1000)
        log = bench.command("ring", name, queue, 2 * most, most, 3 * most + 1)
        assert f"traffic: {3 * most + 1} of " in log


# ---- the entropy device, and PCI's older interface ---------------------------------------------


def entropy_cases():
    for platform in PLATFORMS.values():
        interfaces = ENTROPY_INTERFACES if platform.is_pci else {"mmio": ("", platform.transport)}
        for interface, (properties, transport) in interfaces.items():
            marks = []
            if properties == LEGACY and not has_io(platform):
                marks = [pytest.mark.skip(reason=NO_IO)]
            for features in EXTREMES:
                device = Device("rng", "rng", joined(properties, features.ring_properties))
                yield (
                    f"{platform.id}-{interface}-{features.id}", (platform.id, interface, features),
                    (platform, [device]), transport, *marks,
                )  # fmt: skip


@on_bench(*entropy_cases())
def test_entropy(bench, case):
    name = bench.name("rng")
    assert re.search(rf"{name}: found: entropy device \(4\), {case}", bench.found)
    for _ in range(3):
        log = bench.command("entropy", name)
    if case == "virtio-pci legacy":  # whose size is the device's choice
        assert f"traffic: {WRAP} of " in bench.command("ring", name, 0, 2, size_most(log), WRAP)
    bench.command("entropy", name)


# ---- memory -----------------------------------------------------------------------------------


def memory_cases():
    for platform in PLATFORMS.values():
        for kind in (SCATTERED, ABOVE_4_GIB):
            devices = [Device("rng", "rng"), Device("gpu", "gpu")]
            marks = []
            if kind == ABOVE_4_GIB and "highmem=off" in platform.machine:
                marks = [pytest.mark.skip(reason=NO_HIGH_MEMORY)]
            yield (
                f"{platform.id}-{kind}", (platform.id, kind),
                (with_memory(platform, kind), devices), kind, *marks,
            )  # fmt: skip


@on_bench(*memory_cases())
def test_memory(bench, case, folder):
    name = bench.name("gpu")
    bench.command("entropy", bench.name("rng"))
    log = bench.command("show", name, "gradient")
    pieces = int(re.search(r"(\d+) pieces of memory", log)[1])
    assert (pieces == 1) if case == ABOVE_4_GIB else (20 < pieces < PIECES)
    address = int(re.search(r"desc 0x(\w+)", log)[1], 16)
    assert (address >= FOUR_GIB) == (case == ABOVE_4_GIB)
    expect_screen(bench, "gpu", "gradient", (1280, 800), folder)
    bench.command("repaint", name, "bars", 100, 77)  # tiles that lie in several pieces
    expect_screen(bench, "gpu", "bars", (1280, 800), folder)
    bench.command("close", name)


# ---- PCI as it is before firmware -------------------------------------------------------------


def check_bars(bench, device):
    """
    Every BAR of the device has an address, QEMU says, I/O only where the host bridge has it; 64-bit
    ones are above 4 GiB if they can.
    """
    setup = bench.platform.setup
    apertures = [line.split() for line in setup if line.startswith("aperture ")]
    high = any(int(words[2], 0) >= FOUR_GIB for words in apertures)
    regions = bench.pci(device)["regions"]
    assert regions
    for region in regions:
        if region["type"] == "io" and not has_io(bench.platform):
            continue
        assert region["address"] not in (-1, 0), region
        if region["type"] == "memory" and region["mem_type_64"]:
            assert (region["address"] >= FOUR_GIB) == high, region


def topology_cases():
    for topology in TOPOLOGIES:
        for platform_id in topology.platforms:
            platform = PLATFORMS[platform_id]
            platform = replace(platform, setup=topology.setup or platform.setup)
            bridges = [word for bridge in topology.bridges for word in ("-device", bridge)]
            yield (
                f"{platform_id}-{topology.id}", (platform_id, topology.id),
                (platform, topology.devices, bridges), topology,
            )  # fmt: skip


@on_bench(*topology_cases())
def test_topology(bench, case, folder):
    for device in case.devices:
        assert bench.pci(device.id)["bus"] == case.buses[device.id]
        check_bars(bench, device.id)
        name = bench.name(device.id)
        if device.kind == "rng":
            interface = "legacy" if LEGACY in device.properties else "modern"
            assert f"{name}: found: entropy device (4), virtio-pci {interface}" in bench.found
            bench.command("entropy", name)
        else:
            bench.command("show", name, "gradient", 300, 200)
    for device in case.devices:
        if device.kind == "gpu":
            expect_screen(bench, device.id, "gradient", (300, 200), folder)
            bench.command("close", bench.name(device.id))


def pci_cases():
    for platform in PCI_PLATFORMS:
        devices = [Device("g", "gpu"), Device("r", "rng")]
        yield platform.id, platform.id, (platform, devices), None


@on_bench(*pci_cases())
def test_unassigned_bars(bench, case):
    """Nobody gave these an address before."""
    assert len(re.findall(r"BAR \d: given memory", bench.found)) >= 4
    for device in ("g", "r"):
        check_bars(bench, device)


# ---- the tests can fail -----------------------------------------------------------------------


@on_bench(*list(feature_cases(feature_list=ALL_FEATURES[:1]))[:1])
def test_failures_are_seen(bench, case, folder):
    name = bench.name("g0")
    bench.command("show", name, "bars", 64, 48)
    with pytest.raises(AssertionError, match="wrong pixels"):
        expect_screen(bench, "g0", "grid", (64, 48), folder)
    with pytest.raises(CommandError, match="was not found"):
        bench.command("show", "virtio-mmio@0", "bars")
    with pytest.raises(CommandError, match="known is"):
        bench.command("nonsense")
    bench.restart()
    with pytest.raises(CommandError, match="shows nothing"):
        bench.command("close", bench.name("g0"))
