# SPDX-License-Identifier: BSD-2-Clause
"""
Several scanouts of QEMU's GPUs, each head's screen compared pixel by pixel; and lives of a GPU, so
many that whatever is left of one on the device's side ends them.
"""

import re
import shutil

import pytest

import picture
import rfb
from bench import PROGRAM, ROOT, Bench
from machines import PLATFORMS, Device

PLATFORM_IDS = ("virt-mmio-legacy", "microvm-mmio", "q35")
SIZE = 320, 240


@pytest.fixture
def folder(request):
    return ROOT / "build/qtest" / re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")


@pytest.fixture
def machine():
    """machine(platform, properties of the GPU): a started bench. QEMU has nothing to say of it."""
    benches = []

    def start(platform_id, properties, arguments=(), tolerant=False):
        platform = PLATFORMS[platform_id]
        if not shutil.which(f"qemu-system-{platform.arch}"):
            pytest.skip(f"qemu-system-{platform.arch} is not installed")
        assert PROGRAM.exists(), f"{PROGRAM} is not there: run `make qtest`"
        bench = Bench(platform, [Device("g0", "gpu", properties)], arguments, tolerant)
        bench.start()
        benches.append(bench)
        return bench

    yield start
    for bench in benches:
        bench.end()


def outputs(count, more=""):
    return f"max_outputs={count},xres={SIZE[0]},yres={SIZE[1]}{more}"


def expect_heads(bench, folder, due):
    """due: the picture of each head."""
    for head, expected in enumerate(due):
        seen = bench.screendump("g0", head)
        picture.assert_same(seen, expected, folder, f"head{head}")


def parts(desktop, count):
    """The pictures of heads that stand side by side, in rows as wide as a surface can be."""
    width, height = SIZE
    columns = min(count, 8192 // width)
    size = columns * width, -(-count // columns) * height
    whole = picture.reference(desktop, *size)
    for head in range(count):
        x, y = head % columns * width, head // columns * height
        yield whole.crop((x, y, x + width, y + height))


@pytest.mark.parametrize("layout", ("separate", "mirror", "extend", "span"))
@pytest.mark.parametrize("count", (1, 2, 16))
@pytest.mark.parametrize("platform", PLATFORM_IDS)
def test_heads(machine, folder, platform, count, layout):
    bench = machine(platform, outputs(count))
    name = bench.name("g0")
    log = bench.command("show", name, "bars", *SIZE, "-", layout, "all")
    assert "cause:" not in log
    assert log.count("RESOURCE_CREATE_2D") == (count if layout in ("separate", "extend") else 1)
    if layout in ("separate", "mirror"):
        expect_heads(bench, folder, [picture.reference("bars", *SIZE)] * count)
    else:
        expect_heads(bench, folder, parts("bars", count))
    log = bench.command("close", name)  # which finds no memory left
    assert log.count("RESOURCE_UNREF") == (count if layout in ("separate", "extend") else 1)


@pytest.mark.parametrize("platform", PLATFORM_IDS)
def test_only_enabled_ones(machine, folder, platform):
    """Without a window QEMU enables scanout 0 alone."""
    bench = machine(platform, outputs(4))
    log = bench.command("show", bench.name("g0"), "grid")
    assert "configuration: 4 scanouts" in log
    assert log.count("SET_SCANOUT") == 1
    expect_heads(bench, folder, [picture.reference("grid", *SIZE)])
    bench.command("close", bench.name("g0"))


@pytest.mark.parametrize("layout", ("separate", "mirror", "extend", "span"))
def test_labels_have_the_numbers(machine, folder, layout):
    """What stands on each head, and nothing but that over its picture."""
    bench = machine("q35", outputs(3))
    name = bench.name("g0")
    log = bench.command("show", name, "checker", *SIZE, "label", layout, "all")
    labels = re.findall(r"label: (rectangle \S+) on (scanouts?[ \d]+)\n", log)
    if layout == "mirror":
        assert [text for _, text in labels] == ["scanouts 0 1 2"]
        labels *= 3
    else:
        assert [text for _, text in labels] == [f"scanout {head}" for head in range(3)]
    due = parts("checker", 3)
    if layout in ("separate", "mirror"):
        due = [picture.reference("checker", *SIZE)] * 3
    seen = [bench.screendump("g0", head) for head in range(3)]
    for head, expected in enumerate(due):
        rectangle = picture.Rectangle.parse(labels[head][0])
        picture.assert_same(seen[head], expected, folder, f"head{head}", rectangle)
        seen[head] = seen[head].convert("RGB").crop(rectangle.box).tobytes()
    assert len(set(seen)) == (1 if layout == "mirror" else 3)
    bench.command("close", name)


@pytest.mark.parametrize("platform", PLATFORM_IDS)
def test_lives(machine, folder, platform):
    """
    Each resource is 300 KiB of the 16 MiB that the device may have: without RESOURCE_UNREF it
    would refuse the 55th.
    """
    bench = machine(platform, outputs(2, ",max_hostmem=16M"))
    name = bench.name("g0")
    bench.command("rounds", name, 1000, 0)
    bench.command("rounds", name, 2, 1000)
    bench.command("show", name, "bars", *SIZE, "-", "separate", "all")
    expect_heads(bench, folder, [picture.reference("bars", *SIZE)] * 2)
    bench.command("close", name)


# ---- displays that change while the picture is shown: by VNC, a server for each head -----------


@pytest.fixture
def windows(machine, tmp_path_factory):
    """windows(platform, heads): a bench whose GPU is lit, and the windows of its heads."""
    opened = []

    def start(platform_id, heads, *show, tolerant=False):
        folder = tmp_path_factory.mktemp("vnc", numbered=True)
        sockets = [folder / f"{head}" for head in range(heads)]
        servers = [
            word
            for head, path in enumerate(sockets)
            for word in ("-vnc", f"unix:{path},id=v{head},display=g0,head={head}")
        ]
        bench = machine(platform_id, outputs(heads), servers, tolerant)
        bench.command("show", bench.name("g0"), *show)
        opened.extend(rfb.Window(path) for path in sockets)
        return bench, opened

    yield start
    for window in opened:
        window.close()


def watch(bench, ms=400):
    """How many changes it served; the log."""
    log = bench.command("watch", bench.name("g0"), ms)
    assert "cause:" not in log
    return int(re.search(r"watch: (\d+) changes served", log)[1]), log


@pytest.mark.parametrize("platform", PLATFORM_IDS)
def test_resize(windows, folder, platform):
    bench, (window,) = windows(platform, 1, "bars")
    watch(bench)  # the window itself may have come as an event
    for size in ((640, 480), (200, 100), (1000, 701)):
        window.resize(*size)
        served, log = watch(bench)
        assert served == 1, log
        assert "RESOURCE_UNREF" in log
        expect_heads(bench, folder, [picture.reference("bars", *size)])
    assert watch(bench)[0] == 0
    window.resize(1000, 701)
    assert watch(bench)[0] == 0
    bench.command("close", bench.name("g0"))


@pytest.mark.parametrize("platform", PLATFORM_IDS)
def test_plug(windows, folder, platform):
    bench, (first, second) = windows(platform, 2, "grid")
    watch(bench)
    first.resize(300, 200)
    watch(bench)
    second.resize(400, 150)
    served, log = watch(bench)
    assert served == 1 and "scanout 1: picture on screen" in log
    assert "scanout 0: taken down" not in log
    due = [picture.reference("grid", 300, 200), picture.reference("grid", 400, 150)]
    expect_heads(bench, folder, due)
    second.resize(0, 0)
    served, log = watch(bench)
    assert served == 1 and "scanout 1: taken down" in log
    expect_heads(bench, folder, due[:1])
    bench.command("close", bench.name("g0"))


def test_resize_of_a_span(windows, folder):
    bench, (first, second) = windows("q35", 2, "bars", 0, 0, "-", "span")
    first.resize(300, 200)
    second.resize(400, 150)
    watch(bench)
    whole = picture.reference("bars", 700, 200)
    expect_heads(bench, folder, [whole.crop((0, 0, 300, 200)), whole.crop((300, 0, 700, 150))])
    bench.command("close", bench.name("g0"))


@pytest.mark.parametrize("platform", ("microvm-mmio", "q35"))
def test_resize_of_a_broken_device(windows, folder, platform):
    """It says DEVICE_NEEDS_RESET and nothing else; the window has another size by then."""
    bench, (window,) = windows(platform, 1, "bars", tolerant=True)
    watch(bench)
    bench.command("break", bench.name("g0"))
    window.resize(444, 333)
    log = bench.command("watch", bench.name("g0"), 2000)
    assert re.search(r"ok \d+ - gpu0: recovered: ", log)
    assert "not ok" not in log
    expect_heads(bench, folder, [picture.reference("bars", 444, 333)])
    window.resize(222, 111)
    assert watch(bench)[0] == 1
    expect_heads(bench, folder, [picture.reference("bars", 222, 111)])
    bench.command("close", bench.name("g0"))
