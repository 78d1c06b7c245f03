# SPDX-License-Identifier: BSD-2-Clause
"""A QEMU machine with UEFI firmware: its command line, its serial line, its screen.

    with Machine("aarch64", gpu="mmio-legacy", args="pattern=grid label=off") as machine:
        log = machine.wait_result(60)
        picture = machine.screendump()

Always TCG: hardware virtualisation is not on every machine this must run on, and a verdict must
not depend on it. Every wait has a limit. The process ends with the `with` block, or with us.
"""

import codecs
import fcntl
import json
import os
import re
import shlex
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from PIL import Image

import firmware as firmwares
from firmware import escape

ROOT = Path(__file__).resolve().parent.parent

GPUS = ("pci", "mmio", "mmio-legacy", "vga", "none")
BOOTS = ("kernel", "image", "none")

MACHINES = {
    "aarch64": ("qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72"),
    "x86_64": ("qemu-system-x86_64", "-machine", "q35"),
}

# A program on the host's side of the serial line wants text, not what moves a terminal's cursor.
TERMINAL = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]|\x1b[()][A-Z0-9]|\r|\0")

RESULT = re.compile(r"^# RESULT: (PASS|FAIL|SKIP)\b[^\n]*\n", re.MULTILINE)
# What EDK2's own handler prints, before it spins for ever. Our lines start with `#`.
FAULT = re.compile(
    r"^[^#\n]*(Synchronous Exception at 0x|!!!! \w+ Exception Type - )[^\n]*\n", re.MULTILINE
)


class MachineError(Exception):
    """
    The machine cannot be, did not come up, or did not do in time what was waited for. `what` says
    it; the text of the exception adds the end of the serial log.
    """

    def __init__(self, what, log=""):
        super().__init__(what + log)
        self.what = what


class Timeout(MachineError):
    """What was waited for did not come in time."""


class Died(MachineError):
    """QEMU ended before what was waited for came."""


class FirmwareFault(MachineError):
    """The firmware's handler caught an exception; the machine spins."""


class QmpError(MachineError):
    """QEMU refused a command."""


def gpu_arguments(arch, gpu):
    """The QEMU arguments for one GPU, which has the id gpu0."""
    if gpu not in GPUS:
        raise MachineError(f"GPU {gpu}: known are {', '.join(GPUS)}")
    if arch != "aarch64" and gpu.startswith("mmio"):
        raise MachineError(
            f"GPU {gpu}: there is no virtio-mmio on the {arch} machines this firmware runs on"
        )
    if arch != "x86_64" and gpu == "vga":
        raise MachineError(f"GPU vga: QEMU's {arch} machine has no virtio-vga")
    legacy = "-global", f"virtio-mmio.force-legacy={'true' if gpu == 'mmio-legacy' else 'false'}"
    return {
        "pci": ("-device", "virtio-gpu-pci,id=gpu0"),
        "mmio": (*legacy, "-device", "virtio-gpu-device,id=gpu0"),
        "mmio-legacy": (*legacy, "-device", "virtio-gpu-device,id=gpu0"),
        "vga": ("-device", "virtio-vga,id=gpu0"),
        "none": (),
    }[gpu]


def firmware_arguments(arch, build):
    """None: the installed one; a name of tools/firmware.py; or a firmwares.Build."""
    try:
        if not isinstance(build, firmwares.Build):
            build = firmwares.find(arch, build or "plain")
    except firmwares.NotThere as error:
        raise MachineError(str(error)) from None
    return firmwares.arguments(build)


def emulator_command(arch, root):
    """The QEMU and its machine: the installed one, or the one that is unpacked under `root`."""
    program, *machine = MACHINES[arch]
    if root is None:
        return [program, *machine]
    if not (root / "usr/bin" / program).exists():
        raise MachineError(f"no QEMU under {root}: run tools/setup.sh matrix")
    return [str(root / "usr/bin" / program), "-L", str(root / "usr/share/qemu"), *machine]


def emulator_environment(root):
    """Modules of another QEMU are refused: it has to look among its own."""
    modules = list(root.glob("usr/lib/*/qemu")) if root else []
    return {"QEMU_MODULE_DIR": str(modules[0])} if modules else {}


class Machine:
    """
    arch      aarch64 (virt) or x86_64 (q35)
    gpu       pci, mmio, mmio-legacy, vga or none
    args      options of firstlight, or None; by LoadOptions for boot="kernel", else by SMBIOS
    extra     more QEMU arguments, behind all others
    boot      kernel: the application itself; image: the disk image on a USB stick; none
    firmware  see firmware_arguments
    display   a QEMU display ("gtk"), or None
    app       the application for boot="kernel", instead of build/<arch>/firstlight.efi
    image     the disk image for boot="image", instead of build/firstlight.img
    keep      write what the machine writes to the image into the file
    on_text   called with each piece of serial text as it comes, from a thread
    emulator  a folder in which another QEMU's packages are unpacked, instead of the installed one
    """

    def __init__(
        self, arch, gpu="pci", args="after=halt", extra=(), boot="kernel", firmware=None,
        memory="512M", display=None, app=None, image=None, keep=False, on_text=None, emulator=None,
    ):
        if arch not in MACHINES:
            raise MachineError(f"architecture {arch}: known are {', '.join(MACHINES)}")
        if boot not in BOOTS:
            raise MachineError(f"boot {boot}: known are {', '.join(BOOTS)}")
        self.arch = arch
        self.display = display
        self.environment = emulator_environment(emulator)
        self.command = [
            *emulator_command(arch, emulator), "-accel", "tcg", "-m", memory, "-nodefaults",
            "-display", display or "none",
            *firmware_arguments(arch, firmware),
            *gpu_arguments(arch, gpu),
        ]  # fmt: skip
        if boot == "kernel":
            app = app or ROOT / "build" / arch / "firstlight.efi"
            self.command += ["-kernel", str(app), "-append", args or ""]
        elif args:
            self.command += ["-smbios", f"type=11,value={escape('firstlight:' + args)}"]
        if boot == "image":
            image = image or ROOT / "build/firstlight.img"
            snapshot = "off" if keep else "on"
            self.command += [
                "-drive", f"if=none,id=stick,format=raw,snapshot={snapshot},file={escape(image)}",
                "-device", "qemu-xhci", "-device", "usb-storage,drive=stick,bootindex=0",
            ]  # fmt: skip
        if boot != "kernel":  # otherwise AAVMF waits five seconds for a key
            self.command += ["-boot", "menu=on,splash-time=0"]
        self.command += [str(word) for word in extra]
        self._on_text = on_text
        self._process = None
        self._bytes = bytearray()
        self._read = 0  # how far read_until has come, in the text
        self._changed = threading.Condition()
        self._events = []

    def __enter__(self):
        if self._process is None:
            self.start()
        return self

    def __exit__(self, *_):
        self.end()

    # ---- the process --------------------------------------------------------------------------

    def start(self):
        """Starts QEMU and the threads that read from it; returns self."""
        self._folder = tempfile.TemporaryDirectory(prefix="firstlight-")
        # Pipes, not a socket: one that is full after a few hundred single bytes would hold up the
        # UART, and then firmware drops what it prints.
        serial = Path(self._folder.name) / "serial"
        for name in ("serial.in", "serial.out"):
            os.mkfifo(Path(self._folder.name) / name)
        self._serial_out = os.open(f"{serial}.out", os.O_RDONLY | os.O_NONBLOCK)
        self._serial_in = os.open(f"{serial}.in", os.O_RDWR)
        fcntl.fcntl(self._serial_out, fcntl.F_SETPIPE_SZ, 1 << 20)
        self._qmp, qmp_end = socket.socketpair()
        self._errors = open(Path(self._folder.name) / "stderr", "w+", encoding="utf-8",
                            errors="replace")  # fmt: skip
        command = [
            *self.command,
            "-chardev", f"pipe,id=serial,path={escape(serial)}", "-serial", "chardev:serial",
            "-chardev", f"socket,id=qmp,fd={qmp_end.fileno()}",
            "-qmp", "chardev:qmp",
        ]  # fmt: skip
        # setpriv: when we are killed, QEMU is too.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors,
            pass_fds=(qmp_end.fileno(),), env={**os.environ, **self.environment},
        )  # fmt: skip
        qmp_end.close()
        self._reader = threading.Thread(target=self._read_serial, daemon=True)
        self._qmp.settimeout(60)
        self._qmp_file = self._qmp.makefile("r", encoding="utf-8")
        try:
            self._receive()  # the greeting
            self.qmp("qmp_capabilities")
        except MachineError:
            self.end()
            raise
        # Not before: without QEMU at the other end the pipe is at its end.
        os.set_blocking(self._serial_out, True)
        self._reader.start()
        return self

    def end(self):
        """Ends QEMU, if it has not ended by itself, and releases everything."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._reader.ident is not None:
            self._reader.join()
        for descriptor in (self._serial_out, self._serial_in):
            os.close(descriptor)
        for resource in (self._qmp_file, self._qmp, self._errors):
            resource.close()
        self._folder.cleanup()
        self._process = None

    def quit(self):
        """Asks QEMU to end, and returns its exit code."""
        try:
            self.qmp("quit")
        except Died:
            pass
        return self.wait_exit(10)

    def wait_exit(self, timeout):
        """QEMU's exit code, once it ended by itself. Raises Timeout."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise self._error(Timeout, f"QEMU still runs after {timeout} s") from None
        self._reader.join()
        return code

    @property
    def pid(self):
        return self._process.pid

    @property
    def errors(self):
        """What QEMU itself has said."""
        return (Path(self._folder.name) / "stderr").read_text(errors="replace")

    def shell_line(self):
        """The command line, for people."""
        return shlex.join(self.command + ["-serial", "stdio"])

    # ---- the serial line ----------------------------------------------------------------------

    def _read_serial(self):
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while True:
            piece = os.read(self._serial_out, 65536)
            with self._changed:
                self._bytes += piece
                self._changed.notify_all()
            if not piece:
                return
            if self._on_text:
                self._on_text(decoder.decode(piece))

    @property
    def serial(self):
        """All text so far, without carriage returns and terminal sequences."""
        with self._changed:
            return TERMINAL.sub("", self._bytes.decode("utf-8", "replace"))

    def send(self, text):
        """Types text on the serial line."""
        os.write(self._serial_in, text.encode())

    def read_until(self, pattern, timeout, what=None):
        """
        Waits until the pattern stands behind what earlier calls returned, and returns the text
        from there up to the pattern's end. Raises Timeout, Died or FirmwareFault, in which `what`
        names what was waited for.
        """
        what = what or repr(pattern)
        regex = re.compile(pattern, re.MULTILINE)
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                ended = not self._reader.is_alive()
                text = self.serial
                start = self._read
                match = regex.search(text, start)
                if match:
                    self._read = match.end()
                    return text[start : match.end()]
                if fault := FAULT.search(text, start):
                    raise self._error(FirmwareFault, f"the firmware says: {fault[0].strip()}")
                if ended:
                    raise self._error(Died, f"QEMU ended before {what} came")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._error(Timeout, f"{what} did not come in {timeout:g} s")
                self._changed.wait(min(left, 0.2))

    def wait_result(self, timeout):
        """All serial text, once the application's last line is there. Raises as read_until."""
        self.read_until(RESULT.pattern, timeout, "the line `# RESULT: …`")
        return self.serial

    def _error(self, kind, what):
        code = self._process.poll()
        if code is not None:
            what += f"; its exit code: {code}"
        if errors := self.errors.strip():
            what += f"; QEMU says: {errors}"
        lines = self.serial.rstrip().splitlines()[-15:]
        return kind(what, "\n    ".join(["\nThe serial line's last lines:", *lines]))

    # ---- QMP ----------------------------------------------------------------------------------

    def _receive(self):
        try:
            line = self._qmp_file.readline()
        except TimeoutError:
            raise self._error(Timeout, "QMP: no answer in 60 s") from None
        except OSError:
            line = ""
        if not line:
            self._process.wait(10)
            raise self._error(Died, "QEMU ended")
        return json.loads(line)

    def qmp(self, command, **arguments):
        """Executes a QMP command and returns what it returns. Raises QmpError or Died."""
        message = {"execute": command, "arguments": arguments}
        try:
            self._qmp.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            raise self._error(Died, f"QMP: {command}: QEMU ended") from None
        while True:
            answer = self._receive()
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise QmpError(f"{command}: {answer['error']['desc']}")
            self._events.append(answer)

    def wait_event(self, name, timeout):
        """The QMP event of that name, from now or earlier. Raises Timeout or Died."""
        deadline = time.monotonic() + timeout
        while True:
            for event in self._events:
                if event.get("event") == name:
                    self._events.remove(event)
                    return event
            if time.monotonic() > deadline:
                raise self._error(Timeout, f"QMP: no {name} in {timeout} s")
            time.sleep(0.05)
            self.qmp("query-status")  # its answer brings the events that came before it

    def screendump(self, device=None, head=0):
        """What a display shows, as an RGB image. Without a device, the first one."""
        file = Path(self._folder.name) / "screen.png"
        where = {"device": device, "head": head} if device else {}
        # QEMU 7.2 pads the rows of its PPM files to four bytes: wrong for most odd widths.
        self.qmp("screendump", filename=str(file), format="png", **where)
        with Image.open(file) as image:
            return image.convert("RGB")
