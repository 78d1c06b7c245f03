# SPDX-License-Identifier: BSD-2-Clause
"""mode=bench: its figures are there, the counts among them are right, and the picture stays."""

import pytest

import picture
from expect import expect_pass, expect_step, read_log

ARCHES = ("aarch64", "x86_64")

# What has figures, and how many register accesses a round makes: each of them a doorbell.
STEPS = {
    "present-full": 1,
    "present-tile": 1,
    "present-tiles": 1,
    "copy-full": 1,
    "copy-tile": 1,
    "scroll": 1,
    "text": 1,
    "command": 1,
    "in-flight-1": 1,
    "in-flight-2": 1,
    "in-flight-8": 1,
    "in-flight-32": 1,
    "draw": 0,
    "fill": 0,
}
RATES = ("in-flight-1", "in-flight-2", "in-flight-8", "in-flight-32", "draw", "fill")


def expect_figures(log):
    """All figures of one GPU; a count that rose is named."""
    metrics = log.metrics
    for step, doorbells in STEPS.items():
        name = f"gpu0.{step}"
        assert 0 < metrics[f"{name}.median"] <= metrics[f"{name}.p99"], name
        for kind, due in ("notifications", doorbells), ("reads", 0), ("writes", doorbells):
            assert metrics[f"{name}.{kind}"] == due, f"{name}.{kind}"
    for step in RATES:
        assert metrics[f"gpu0.{step}.rate"] > 0, step


@pytest.mark.parametrize("arch", ARCHES)
def test_bench(start, folder, arch):
    """Firmware's driver by its GOP, ours behind it, on the same device in the same boot."""
    machine = start(arch, "pci", args="after=halt mode=bench")
    log = read_log(machine)
    expect_pass(log, arch)
    expect_figures(log)
    assert log.result.endswith("GPUs measured: 1 of 1")
    for step in ("blt-1280x800", "blt-tile"):
        assert log.metrics[f"gop.{step}.count"] == 50
        assert 0 < log.metrics[f"gop.{step}.median"] <= log.metrics[f"gop.{step}.p99"]
    label = picture.Rectangle.parse(log.matching("gpu0", "^label: ")[0].text)
    screen = picture.reference("bars", 1280, 800)
    picture.assert_same(machine.screendump("gpu0"), screen, folder, "gpu0", label)


@pytest.mark.parametrize("arch, gpu", (("aarch64", "mmio"), ("aarch64", "mmio-legacy"), ("x86_64", "vga")))
def test_bench_without_firmware_driver(start, arch, gpu):
    """EDK2 has no GOP on virtio-mmio, and takes virtio-vga for a plain frame buffer."""
    log = read_log(start(arch, gpu, args="after=halt mode=bench label=off"))
    expect_pass(log, arch)
    expect_figures(log)
    assert expect_step(log, "gop", "^bench").skip == "no GOP of the firmware is on a virtio GPU"


@pytest.mark.parametrize("arch", ARCHES)
def test_slow_line(start, arch):
    """A full log does not wait for a line of 115200 baud, and is all there in the end."""
    log = read_log(start(arch, "pci", args="after=halt loglevel=debug pace=115200"))
    expect_pass(log, arch)
    written, sent = (log.metrics[f"run.first-pixel.{kind}"] for kind in ("log", "sent"))
    assert written > 10000
    # A FIFO of 16, and a character in 86 us since.
    assert sent <= 16 + log.metrics["run.first-pixel.time"] / 86000
    assert sent < written / 4
