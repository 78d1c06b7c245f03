# SPDX-License-Identifier: BSD-2-Clause
"""tools/run.py: what it shows and leaves behind, and the meaning of its exit status."""

import re
import socket
import subprocess
from pathlib import Path

import pytest
from PIL import Image

import elf2efi
import qemu
from program import build

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 90
NO_WINDOW = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}


def command(*arguments, arch="aarch64"):
    app = ROOT / f"build/{arch}/firstlight.efi"
    return [ROOT / "tools/run.py", f"--arch={arch}", f"--app={app}", *arguments]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run(…): (exit status, lines of output, the screen or None)"""
    for name, value in NO_WINDOW.items():
        monkeypatch.setenv(name, value)
    screen = tmp_path / "deep/screen.png"

    def run(*arguments, arch="aarch64"):
        done = subprocess.run(
            command(f"--screen={screen}", *arguments, arch=arch),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=2 * TIMEOUT,
        )
        assert "Traceback" not in done.stdout, done.stdout
        picture = Image.open(screen) if screen.exists() else None
        return done.returncode, done.stdout.splitlines(), picture

    run.screen = screen
    return run


@pytest.mark.parametrize(
    "arch, gpu",
    (
        ("aarch64", "pci"),
        ("aarch64", "mmio"),
        ("aarch64", "mmio-legacy"),
        ("x86_64", "pci"),
        ("x86_64", "vga"),
    ),
)
def test_every_gpu(run, arch, gpu):
    status, lines, screen = run(f"--gpu={gpu}", "--args=label=off video=640x480", arch=arch)
    assert status == 0, "\n".join(lines)
    assert any(line.startswith("TAP version 14") for line in lines)
    assert any(line.startswith("# RESULT: PASS") for line in lines)
    assert f"run: screen: {run.screen} (640x480)" in lines
    assert lines[-1] == "run: PASS"
    assert screen.size == (640, 480) and screen.getpixel((0, 0)) == (255, 255, 255)
    if gpu != "vga":
        assert any("entropy device" in line for line in lines), "the entropy device is missing"


@pytest.mark.parametrize("after", ("shutdown", "reset"))
def test_endings_that_keep_the_screen(run, after):
    status, lines, screen = run(f"--args=after={after} pattern=solid:102030 label=off")
    assert status == 0, "\n".join(lines)
    assert screen.getpixel((99, 99)) == (0x10, 0x20, 0x30)


@pytest.mark.parametrize(
    "arch, after, code", (("aarch64", "semihosting", 0), ("x86_64", "debug-exit", 1))
)
def test_endings_by_exit_code(run, arch, after, code):
    status, lines, _ = run(f"--args=after={after}", arch=arch)
    assert status == 0, "\n".join(lines)
    assert f"run: QEMU's exit code: {code}" in lines
    status, lines, _ = run("--gpu=none", f"--args=after={after}", arch=arch)
    assert status == 77, "\n".join(lines)
    assert lines[-1] == "run: SKIP"


def test_failure(run):
    status, lines, screen = run("--args=crash=undefined")
    assert status == 1, "\n".join(lines)
    assert lines[-1] == "run: FAIL" and screen


def test_no_gpu(run):
    run.screen.parent.mkdir()
    run.screen.write_bytes(b"of an earlier run")
    status, lines, screen = run("--gpu=none")
    assert (status, lines[-1], screen) == (77, "run: SKIP", None)


def test_no_verdict_in_time(run):
    status, lines, _ = run("--qemu-args=-S", "--timeout=2")
    assert status == 3
    assert lines[-1] == "run: the line `# RESULT: …` did not come in 2 s"


def test_what_qemu_says(run):
    """The device's side, and not where there is nothing."""
    status, lines, _ = run("--qemu-args=-trace virtio_set_status")
    assert status == 0, "\n".join(lines)
    said = lines[lines.index("run: QEMU says:") + 1 : -1]
    assert said and all("virtio_set_status" in line for line in said), said
    status, lines, _ = run()
    assert status == 0 and "run: QEMU says:" not in lines


def test_qemu_arguments(run):
    status, lines, _ = run("--qemu-args=-machine 'gic-version=3' -smp 2", "--verbose")
    assert status == 0, "\n".join(lines)
    assert any("-machine gic-version=3 -smp 2" in line for line in lines)


@pytest.mark.parametrize(
    "arch, arguments, status, words",
    (
        ("aarch64", ("--gpu=vga",), 2, "has no virtio-vga"),
        ("x86_64", ("--gpu=mmio",), 2, "no virtio-mmio on the x86_64 machines"),
        ("aarch64", ("--gpu=agp",), 2, "known are pci, mmio"),
        ("aarch64", ("--args=after=debug-exit",), 2, "after=debug-exit is for ARCH=x86_64"),
        ("x86_64", ("--args=after=semihosting",), 2, "is for ARCH=aarch64"),
        ("aarch64", ("--qemu-args=-device nonsense",), 4, "'nonsense' is not a valid device"),
        ("aarch64", ("--app=/nonexistent.efi",), 4, "/nonexistent.efi"),
    ),
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_cannot_be_started(run, arch, arguments, status, words):
    found, lines, _ = run(*arguments, arch=arch)
    assert (found, words in lines[-1]) == (status, True), lines


# Writing to its own code (OVMF does not enforce that) and running its own data are faults: the
# sections keep their protections.
FAULTS = (
    ("aarch64", None, "*(volatile long *)0xdead000000000000 = 1"),
    ("x86_64", None, "*(volatile long *)0xdead000000000000 = 1"),
    ("aarch64", None, "*(volatile char *)efi_main = 1"),
    ("aarch64", "strictnx", "*(volatile char *)efi_main = 1"),
    ("aarch64", "strictnx", "((void (*)(void))code)()"),
    ("x86_64", "strictnx", "((void (*)(void))code)()"),
)


@pytest.mark.parametrize("arch, firmware, fault", FAULTS)
def test_firmware_fault(arch, firmware, fault, tmp_path):
    """An exception that the firmware's handler reports, before it spins, ends the wait at once."""
    source = (
        "unsigned code[] = {0xd65f03c0, 1};\n"  # ret
        f"long efi_main(void) {{ {fault}; return 0; }}"
    )
    app = tmp_path / "fault.efi"
    with open(build(tmp_path, source, arch=arch), "rb") as elf:
        app.write_bytes(elf2efi.convert(elf).ljust(8192, b"\0"))  # QEMU wants no smaller kernel
    with qemu.Machine(arch, gpu="none", app=app, firmware=firmware) as machine:
        with pytest.raises(qemu.FirmwareFault, match="Exception"):
            machine.wait_result(TIMEOUT)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_debug(arch, monkeypatch, tmp_path):
    """gdb, given the script that is printed, stops in efi_main and knows its source line."""
    for name, value in NO_WINDOW.items():
        monkeypatch.setenv(name, value)
    waiting = subprocess.Popen(
        command("--debug", f"--debug-port={free_port()}", arch=arch),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        script = next(
            match[1] for line in waiting.stdout if (match := re.search(r"gdb-multiarch -x (\S+)", line))
        )
        done = subprocess.run(
            ["gdb-multiarch", "-nx", "-batch", "-x", script, "-ex", "bt 1", "-ex", "kill"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        assert re.search(r"Breakpoint 1(\.1)?, efi_main \(.* at efi/main\.c:\d+", done.stdout), done
        assert waiting.wait(TIMEOUT) == 0
    finally:
        waiting.kill()
        waiting.wait()
        waiting.stdout.close()
