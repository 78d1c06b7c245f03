#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boots firstlight in QEMU, shows its log, and leaves the screen as a PNG. For `make run`.

Exit status: 0 the run passed, 1 it failed, 77 there was no GPU to try (SKIP), 2 it could not be
started as asked, 3 no verdict in time, 4 QEMU ended without one, 5 the firmware caught an exception,
130 interrupted.
"""

import argparse
import os
import re
import shlex
import sys
from glob import glob
from pathlib import Path

import qemu

FAILED, NOT_STARTED, NO_VERDICT, QEMU_DIED, FAULTED, INTERRUPTED = 1, 2, 3, 4, 5, 130
VERDICTS = {"PASS": 0, "FAIL": FAILED, "SKIP": 77}
STATUS = {qemu.Timeout: NO_VERDICT, qemu.Died: QEMU_DIED, qemu.FirmwareFault: FAULTED}

# The test point after which the picture can be seen.
PICTURE = r"^ *ok \d+ - [^\n]*\bpicture\b[^\n]*\n"
BASE = r"image: base (0x[0-9a-f]+)\b[^\n]*\n"

# after=: the QEMU arguments that make it work, and the one architecture that has it.
ENDINGS = {
    "shutdown": (("-action", "shutdown=pause,reboot=shutdown"), None),
    "reset": (("-action", "shutdown=pause,reboot=shutdown"), None),
    "semihosting": (("-semihosting-config", "enable=on,target=native"), "aarch64"),
    "debug-exit": (("-device", "isa-debug-exit,iobase=0x501,iosize=1"), "x86_64"),
}
# QEMU's exit code for a verdict, where the code is the channel.
EXIT_CODES = {
    "semihosting": lambda status: status,
    "debug-exit": lambda status: status << 1 | 1,
}


def say(text):
    print(f"run: {text}", flush=True)


class LinePrinter:
    """Prints serial text by whole lines, as they come, without terminal sequences."""

    def __init__(self):
        self.rest = ""

    def __call__(self, text):
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            print(qemu.TERMINAL.sub("", line), flush=True)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arch", default="aarch64", choices=sorted(qemu.MACHINES))
    parser.add_argument("--gpu", default="pci", help=", ".join(qemu.GPUS))
    parser.add_argument("--app", help="the .efi file; its .elf stands beside it")
    parser.add_argument("--args", default="", help="options of firstlight")
    parser.add_argument("--qemu-args", default="", help="more arguments for QEMU")
    parser.add_argument("--timeout", type=float, default=60, help="seconds until a verdict")
    parser.add_argument("--screen", default="build/screen.png", help="where the picture goes")
    parser.add_argument("--verbose", action="store_true", help="show QEMU's command line")
    parser.add_argument("--debug", action="store_true", help="wait for gdb")
    parser.add_argument("--debug-port", type=int, default=1234)
    return parser.parse_args(arguments)


def window(options):
    """The display for a QEMU window, or None; one among QEMU's arguments wins, and is not ours."""
    on_screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if on_screen and "-display" not in shlex.split(options.qemu_args):
        return "gtk" if glob("/usr/lib/*/qemu/ui-gtk.so") else None
    return None


def ending(options):
    """The value of the last `after=` option; the application's default without one."""
    values = re.findall(r"(?:^|\s)after=(\S*)", options.args)
    return values[-1] if values else "halt"


def machine(options, *more, display=None, on_text=None):
    arguments, only_on = ENDINGS.get(ending(options), ((), None))
    if only_on not in (None, options.arch):
        raise qemu.MachineError(f"after={ending(options)} is for ARCH={only_on}")
    bus = "device" if options.gpu.startswith("mmio") else "pci"
    made = qemu.Machine(
        options.arch,
        gpu=options.gpu,
        args=f"after=halt {options.args}".strip(),
        app=options.app,
        display=display,
        on_text=on_text,
        extra=(
            *("-device", f"virtio-rng-{bus}"),
            *arguments,
            *more,
            *shlex.split(options.qemu_args),
        ),
    )
    if options.verbose:
        say(made.shell_line())
    return made


def save_screen(running, options):
    try:
        screen = running.screendump()
    except qemu.QmpError as error:
        say(f"no screen: {error}")
        return
    Path(options.screen).parent.mkdir(parents=True, exist_ok=True)
    screen.save(options.screen)
    say(f"screen: {options.screen} ({screen.width}x{screen.height})")


def verdict_by_log(running, options):
    """The last line of the log is the verdict, and the machine stays until we end it."""
    log = running.wait_result(options.timeout)
    if ending(options) in ("shutdown", "reset"):
        running.wait_event("SHUTDOWN", 10)
    save_screen(running, options)
    if running.display:
        say("close the window to end")
        running.wait_exit(None)
    else:
        running.quit()
    return VERDICTS[qemu.RESULT.search(log)[1]]


def verdict_by_exit_code(running, options):
    """QEMU's exit code is the verdict; the log must not say something else."""
    try:
        running.read_until(f"{PICTURE}|{qemu.RESULT.pattern}", options.timeout, "a verdict")
        save_screen(running, options)
    except qemu.Died:
        say("no screen: QEMU ended before it could be read")
    code = running.wait_exit(options.timeout)
    say(f"QEMU's exit code: {code}")
    result = qemu.RESULT.search(running.serial)
    if not result:
        say("the log ended without a result")
        return QEMU_DIED
    status = VERDICTS[result[1]]
    if code != EXIT_CODES[ending(options)](status):
        say(f"the exit code and the log's {result[1]} contradict each other")
        return FAILED
    return status


def show_errors(running):
    """What QEMU itself has said, such as the traces that its arguments ask for."""
    if running.errors:
        say(f"QEMU says:\n{running.errors.rstrip()}")


def run(options):
    Path(options.screen).unlink(missing_ok=True)
    printer = LinePrinter()
    judge = verdict_by_exit_code if ending(options) in EXIT_CODES else verdict_by_log
    with machine(options, display=window(options), on_text=printer) as running:
        try:
            status = judge(running, options)
        except (qemu.Timeout, qemu.FirmwareFault):
            save_screen(running, options)
            raise
        show_errors(running)
    say(next((word for word, code in VERDICTS.items() if code == status), "FAIL"))
    return status


def debug(options):
    """
    The firmware decides at run time where the image lies, but always in the same way: a first
    run tells the address, a second one waits for gdb with the symbols placed there.
    """
    say("a first run, to learn where the firmware loads the image")
    with machine(options) as running:
        base = re.search(BASE, running.read_until(BASE, options.timeout))[1]
    app = Path(options.app or qemu.ROOT / "build" / options.arch / "firstlight.efi")
    script = app.with_name("debug.gdb")
    script.write_text(
        "# Written by tools/run.py --debug.\n"
        f"add-symbol-file {app.with_suffix('.elf')} -o {base}\n"
        f"target remote 127.0.0.1:{options.debug_port}\n"
        "hbreak efi_main\n"
        "continue\n"
    )
    gdb = "-gdb", f"tcp:127.0.0.1:{options.debug_port}", "-S"
    with machine(options, *gdb, display=window(options), on_text=LinePrinter()) as running:
        say(f"image base {base}; QEMU waits. In another terminal:")
        say(f"    gdb-multiarch -x {script}")
        say("Ctrl-C here ends the machine")
        running.wait_exit(None)
    return 0


def main(arguments):
    options = parse(arguments)
    try:
        return debug(options) if options.debug else run(options)
    except qemu.MachineError as error:
        say(error.what)
        return STATUS.get(type(error), NOT_STARTED)
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
