# SPDX-License-Identifier: BSD-2-Clause
"""check=3d and resource=blob: what QEMU's devices have beyond 2D, and what they do not have."""

import picture
from expect import expect_detail, expect_pass, expect_step, read_log

SIZE = 640, 480
OPTIONS = "check=readback,3d resource=blob pattern=gradient label=off after=halt"


def gpu(model):
    return "-device", f"{model},id=gpu0,xres={SIZE[0]},yres={SIZE[1]}"


def test_capability_sets_and_a_context(start, display, folder):
    """The picture is transferred by the 3D command, and then read back to the pixel."""
    machine = start("aarch64", args=OPTIONS, extra=gpu("virtio-gpu-gl-pci"), display=display)
    log = read_log(machine)
    expect_pass(log, "aarch64")
    expect_detail(log, "gpu0", r"^capability set 0: virgl \(1\), version 1, \d+ bytes$")
    expect_detail(log, "gpu0", r"^capability set 1: virgl2 \(2\), version 2, \d+ bytes$")
    steps = [
        expect_step(log, "gpu0", f"^check={text}")
        for text in (r"3d: \d+ capability sets read", "3d: a context of", "readback: the device has")
    ]
    assert not [step for step in steps if step.skip]


def test_without_a_renderer(start, folder):
    machine = start("x86_64", args=OPTIONS, extra=gpu("virtio-gpu-pci"))
    log = read_log(machine)
    expect_pass(log, "x86_64")
    assert "VIRGL is not offered" in expect_step(log, "gpu0", "^check=3d").skip
    assert "2D is used" in expect_step(log, "gpu0", "^resource=blob").skip
    reference = picture.reference("gradient", *SIZE)
    picture.assert_same(machine.screendump("gpu0"), reference, folder, "gpu0")
