# SPDX-License-Identifier: BSD-2-Clause
"""
Failures of QEMU's own devices at run time: the next command is recovered from and the picture is
back; a second one at once, or a device that was pulled out, ends with its name.
"""

import re
import shutil

import pytest

import picture
from bench import PROGRAM, ROOT, Bench, CommandError
from machines import PLATFORMS, Device

SIZE = 320, 240
TIMEOUT_MS = 300
PLATFORM_IDS = ("virt-mmio-legacy", "virt-mmio", "microvm-mmio-legacy", "virt-pci", "q35")


@pytest.fixture
def folder(request):
    return ROOT / "build/qtest" / re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")


@pytest.fixture
def bench(request):
    """A machine with one GPU, lit, whose device QEMU will have something to say about."""
    platform = PLATFORMS[request.param]
    if not shutil.which(f"qemu-system-{platform.arch}"):
        pytest.skip(f"qemu-system-{platform.arch} is not installed")
    assert PROGRAM.exists(), f"{PROGRAM} is not there: run `make qtest`"
    bench = Bench(platform, [Device("g0", "gpu")])
    bench.start()
    try:
        name = bench.name("g0")
        bench.command("timeout", name, TIMEOUT_MS)
        bench.command("show", name, "bars", *SIZE)
        yield bench
    finally:
        failed = bench.broken
        code, text = bench.discard()
    assert code == 0 or failed, text
    assert "Sanitizer" not in text and "runtime error" not in text, text


def on(*platforms):
    return pytest.mark.parametrize("bench", platforms, indirect=True)


def expect_screen(bench, pattern, folder):
    picture.assert_same(bench.screendump("g0"), picture.reference(pattern, *SIZE), folder, "g0")


@on(*PLATFORM_IDS)
def test_broken_ring(bench, folder):
    """Modern devices say DEVICE_NEEDS_RESET, legacy ones are deaf from then on."""
    name = bench.name("g0")
    bench.command("break", name)
    log = bench.command("repaint", name, "grid", 100, 100)
    why = "timeout" if bench.platform.transport.endswith("version 1") else "device needs reset"
    assert f"recovery: after: {why}; lost: 1 requests in flight, 1 resources, 1 scanouts" in log
    assert re.search(rf"ok \d+ - gpu\d: recovered: {why}\n", log)
    assert "not ok" not in log
    expect_screen(bench, "grid", folder)
    log = bench.command("repaint", name, "checker", 77, 50)
    assert "recover" not in log
    expect_screen(bench, "checker", folder)
    bench.command("close", name)  # which finds no memory left


@on("virt-pci", "q35", "virt-mmio")
def test_queue_reset(bench, folder):
    """One request that is never answered: QEMU's modern PCI devices lose nothing else by that."""
    name = bench.name("g0")
    log = bench.command("stall", name)
    if bench.platform.transport == "virtio-pci modern":
        assert "lost: 1 requests in flight, 0 resources, 0 scanouts" in log
        assert re.search(r"ok \d+ - gpu\d: recovered by a queue reset: timeout\n", log)
        assert "RESOURCE_CREATE_2D" not in log
    else:
        assert re.search(r"ok \d+ - gpu\d: recovered: timeout\n", log)
    assert "not ok" not in log
    log = bench.command("repaint", name, "checker", 77, 50)
    assert "recover" not in log
    expect_screen(bench, "checker", folder)
    bench.command("close", name)


@on("virt-mmio", "q35")
def test_second_failure_at_once(bench):
    name = bench.name("g0")
    bench.command("break", name)
    bench.command("repaint", name, "grid", 320, 240)
    bench.command("break", name)
    with pytest.raises(CommandError) as error:
        bench.command("repaint", name, "bars", 320, 240)
    assert re.search(r"not ok \d+ - gpu\d: recovery # device needs reset again", str(error.value))
    with pytest.raises(CommandError, match="shows nothing"):
        bench.command("close", name)


@on("virt-pci", "virt-pci-low")
def test_pulled_out(bench):
    """Registers read all ones: this has a name, and nothing waits for the device."""
    name = bench.name("g0")
    bench.command("unplug", name)
    with pytest.raises(CommandError) as error:
        bench.command("repaint", name, "grid", 320, 240)
    log = str(error.value)
    assert re.search(r"not ok \d+ - gpu\d: recovery # after device is gone", log)
    assert "the device cannot be reset: device is gone; its memory is lost" in log
    with pytest.raises(CommandError, match="status reads 0xff: the device left the bus"):
        bench.command("show", name, "bars")
