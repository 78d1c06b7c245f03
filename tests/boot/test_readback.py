# SPDX-License-Identifier: BSD-2-Clause
"""check=readback: the device gives its picture back, where it can, and it is compared."""

import subprocess

import pytest

import picture
from expect import expect_pass, expect_step, read_log

SIZE = 640, 480
OPTIONS = "check=readback pattern=gradient label=off after=halt"


@pytest.fixture
def display(monkeypatch):
    """An X server of this test's own: QEMU's OpenGL device wants a window to draw in."""
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        number = server.stdout.readline().strip()
        assert number, "Xvfb did not start"
        monkeypatch.setenv("DISPLAY", f":{number}")
        # A sound card of the host's is nobody's business here.
        monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
        yield "sdl,gl=on"
    finally:
        server.kill()
        server.wait()


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
