# SPDX-License-Identifier: BSD-2-Clause
"""A QEMU machine without firmware, driven from outside by build/host/qtest/firstlight-qtest.

    with Bench(PLATFORMS["q35"], [Device("gpu0", "gpu")]) as bench:
        log = bench.command("show", bench.name("gpu0"), "bars")
        picture = bench.screendump("gpu0")

Three processes: QEMU, whose own processor runs two instructions of "firmware" and sleeps; the
program, which makes its register accesses over QEMU's qtest socket and has the guest's memory
mapped; and this one, which describes the machine, gives the commands, and looks at the screen.
"""

import os
import re
import select
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import firmware
import qemu

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/host/qtest/firstlight-qtest"

# The test point that answers a command.
POINT = re.compile(rb"^(not )?ok \d+ - qtest: [^\n]*\n", re.MULTILINE)

# What the machine's processor does: wfi, again and again; on x86 cli and hlt, at the reset vector.
SLEEP = {
    "aarch64": bytes.fromhex("7f2003d5 ffffff17"),
    "x86_64": bytes(0xFFF0) + bytes.fromhex("faf4ebfc") + bytes(12),
}


class CommandError(Exception):
    """The program says `not ok`, says nothing in time, or is gone. The text ends with its log."""

    def __init__(self, what, log):
        super().__init__(f"{what}\n{log[-6000:]}")
        self.log = log  # all of it, since the command


class Program:
    """firstlight-qtest: a command in, its test point and the log above it out."""

    def __init__(self, qtest, memory, has_ports):
        command = [PROGRAM, str(qtest.fileno()), str(memory), *(["ports"] if has_ports else [])]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, pass_fds=(qtest.fileno(), memory),
        )  # fmt: skip
        self._output = b""
        self.failed = False  # some command was answered with `not ok`, or with nothing

    def command(self, *words, timeout=60):
        """Gives a command; returns the log up to its test point. Raises CommandError."""
        line = " ".join(str(word) for word in words)
        start = len(self._output)
        deadline = time.monotonic() + timeout
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self._fail(f"{line}: the program is gone", 0)
        while not (match := POINT.search(self._output, start)):
            ready, _, _ = select.select([self._process.stdout], [], [], deadline - time.monotonic())
            if not ready:
                self._fail(f"{line}: no answer in {timeout} s", start)
            piece = os.read(self._process.stdout.fileno(), 65536)
            if not piece:
                self._fail(f"{line}: the program ended ({self._process.wait(10)})", start)
            self._output += piece
        if match[1]:
            self._fail(line, start)
        return self._output[start : match.end()].decode()

    def _fail(self, what, start):
        self.failed = True
        raise CommandError(what, self._output[start:].decode(errors="replace"))

    def end(self):
        """Ends the program; returns its exit code and what it said last (a sanitizer's report)."""
        start = len(self._output)
        try:
            rest, _ = self._process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            rest, _ = self._process.communicate()
        return self._process.returncode, (self._output[start:] + rest).decode(errors="replace")


class Bench:
    """
    platform   a machines.Platform
    devices    a list of machines.Device
    bridges    QEMU arguments that come before them
    tolerant   the driver errs on purpose: what QEMU says of it is no failure
    """

    def __init__(self, platform, devices, bridges=(), tolerant=False):
        self.platform = platform
        self.tolerant = tolerant
        self.devices = {device.id: slot for slot, device in enumerate(devices)}
        self._arguments = [*bridges, *platform.device_arguments(devices)]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.end()

    def start(self):
        """Starts QEMU and the program, and has the devices found."""
        platform = self.platform
        self._pci = None
        self._folder = tempfile.TemporaryDirectory(prefix="firstlight-")
        folder = Path(self._folder.name)
        (folder / "sleep.bin").write_bytes(SLEEP[platform.arch])
        self._memory = os.memfd_create("guest")
        os.ftruncate(self._memory, platform.memory_mib << 20)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.settimeout(20)
        self._listener.bind(str(folder / "qtest"))
        self._listener.listen(1)
        self.machine = qemu.Machine(
            platform.arch, args=None, gpu="none", boot="none",
            firmware=firmware.Build(folder / "sleep.bin"), memory=f"{platform.memory_mib}M",
            extra=[
                "-machine", f"{platform.machine},memory-backend=guest",
                "-object", "memory-backend-file,id=guest,share=on,"
                f"size={platform.memory_mib}M,mem-path=/proc/{os.getpid()}/fd/{self._memory}",
                "-qtest", f"unix:{folder / 'qtest'}", "-qtest-log", "none",
                "-d", "guest_errors", *platform.arguments, *self._arguments,
            ],
        )  # fmt: skip
        self.program = self._qtest = None
        try:
            self.machine.start()
            self._qtest, _ = self._listener.accept()
            self.program = Program(self._qtest, self._memory, platform.arch == "x86_64")
            for line in platform.setup:
                self.command(line)
            self.found = self.command("find")
        except BaseException:
            self._release()
            raise

    def _release(self):
        """Ends both processes, whatever state they are in; returns what the program said."""
        code, text = self.program.end() if self.program else (0, "")
        self.machine.end()
        for resource in (self._qtest, self._listener):
            if resource:
                resource.close()
        os.close(self._memory)
        self._folder.cleanup()
        return code, text

    def end(self):
        """
        Ends both. AssertionError when QEMU had anything to say (it names what a driver does
        wrong), or when the program's exit code is not explained by a command that failed before.
        """
        errors = self.machine.errors
        failed = self.program.failed
        code, text = self._release()
        assert self.tolerant or errors == "", f"QEMU says:\n{errors}"
        assert code == 0 or failed, f"exit code {code}\n{text}"

    def discard(self):
        """Ends both, whatever QEMU had to say; the program's exit code and last words."""
        return self._release()

    def restart(self):
        """A fresh machine, after a command failed."""
        self._release()
        self.start()

    @property
    def broken(self):
        return self.program.failed

    def command(self, *words, timeout=60):
        return self.program.command(*words, timeout=timeout)

    def screendump(self, device, head=0):
        return self.machine.screendump(device, head)

    def pci(self, device):
        """What QEMU says of a PCI device (its address and BARs as the guest has set them)."""

        def walk(devices):
            for one in devices:
                yield one
                yield from walk(one.get("pci_bridge", {}).get("devices", ()))

        if self._pci is None:
            buses = self.machine.qmp("query-pci")
            self._pci = {one["qdev_id"]: one for bus in buses for one in walk(bus["devices"])}
        return self._pci[device]

    def name(self, device):
        """What the driver calls the device with this id."""
        if self.platform.windows:
            return f"virtio-mmio@{self.platform.window(self.devices[device]):x}"
        at = self.pci(device)
        return f"virtio-pci@0000:{at['bus']:02x}:{at['slot']:02x}.{at['function']:x}"
