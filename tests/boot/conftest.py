# SPDX-License-Identifier: BSD-2-Clause
"""What every boot test starts from: machines that end with the test and leave their log behind."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import hosts  # noqa: E402
import qemu  # noqa: E402


@pytest.fixture
def folder(request):
    """build/boot/<test>: where a test leaves what it saw."""
    return ROOT / "build/boot" / re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")


@pytest.fixture
def start(folder):
    """start(arch, **options of qemu.Machine): a started machine."""
    machines = []

    def start(arch, gpu="none", **options):
        machine = qemu.Machine(arch, gpu=gpu, **options)
        machines.append(machine)
        return machine.start()

    yield start
    folder.mkdir(parents=True, exist_ok=True)
    for number, machine in enumerate(machines):
        text = f"{machine.shell_line()}\n{machine.serial}"
        (folder / f"serial{number}.txt").write_text(text)
        machine.end()


@pytest.fixture
def display(monkeypatch):
    """QEMU's OpenGL device wants a window to draw in."""
    with hosts.x_server() as name:
        monkeypatch.setenv("DISPLAY", name)
        # A sound card of the host's is nobody's business here.
        monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
        yield "sdl,gl=on"
