# SPDX-License-Identifier: BSD-2-Clause
"""check=readback: the device gives its picture back, where it can, and it is compared."""

import picture
from expect import expect_pass, expect_step, read_log

SIZE = 640, 480
OPTIONS = "check=readback pattern=gradient label=off after=halt"


def gpu(model):
    return "-device", f"{model},id=gpu0,xres={SIZE[0]},yres={SIZE[1]}"


def test_the_picture_is_read_back(start, display, folder):
    machine = start("aarch64", args=OPTIONS, extra=gpu("virtio-gpu-gl-pci"), display=display)
    log = read_log(machine)
    expect_pass(log, "aarch64")
    step = expect_step(log, "gpu0", "^check=readback")
    assert not step.skip
    assert "all 640x480 pixels" in step.text
    assert log.matching(r"virtio-pci@.*", r"^features accepted: .*\bVIRGL\b")


def test_without_virgl_it_is_skipped(start, folder):
    machine = start("x86_64", args=OPTIONS, extra=gpu("virtio-gpu-pci"))
    log = read_log(machine)
    expect_pass(log, "x86_64")
    assert "VIRGL is not offered" in expect_step(log, "gpu0", "^check=readback").skip
    reference = picture.reference("gradient", *SIZE)
    picture.assert_same(machine.screendump("gpu0"), reference, folder, "gpu0")
