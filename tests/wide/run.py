# SPDX-License-Identifier: BSD-2-Clause
"""
`make matrix`: boots every cell of cells.py and prints a table of what came of it.

usage: run.py [--jobs N] [--boots N] [WORD...]
                              only the cells whose line holds every word, each N times

Each cell is held against the same expectations as the rows of tests/boot. Its serial line is left in
build/matrix/. The exit status is 0 when every cell that can be tried has passed.
"""

import argparse
import contextlib
import functools
import gzip
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests/boot")]

import firmware  # noqa: E402
import hosts  # noqa: E402
import qemu  # noqa: E402
import tap  # noqa: E402
from boot import expect_row, start_row  # noqa: E402
from cells import cells  # noqa: E402
from expect import expect_step  # noqa: E402

FOLDER = ROOT / "build/matrix"
HEAD = ("firmware", "QEMU", "machine", "GPU", "verdict", "s")


class NotTried(Exception):
    """Why a cell is none."""


@functools.cache
def version(source):
    """The version of a package, by dpkg when it is installed, else by its changelog."""
    if source.root == Path("/"):
        ask = ["dpkg-query", "-W", "-f", "${Version}", source.package]
        text = subprocess.run(ask, capture_output=True, text=True).stdout
    else:
        log = source.root / "usr/share/doc" / source.package / "changelog.Debian.gz"
        text = re.search(r"\((.*?)\)", gzip.open(log, "rt").readline())[1]
    return re.sub(r"^\d+:|[-+].*", "", text)


def names(cell):
    kind = {"u-boot": "U-Boot"}.get(cell.firmware.name)
    kind = kind or {"aarch64": "AAVMF", "x86_64": "OVMF"}[cell.row.arch]
    strict = " strictnx" if cell.firmware.name == "strictnx" else ""
    return (
        f"{kind} {version(cell.firmware.source)}{strict}",
        version(cell.emulator),
        cell.machine,
        cell.device.name,
    )


def check_possible(cell):
    if int(version(cell.emulator).split(".")[0]) < cell.device.since:
        raise NotTried(f"from QEMU {cell.device.since} on")


def host_side(cell):
    """The context of what the device wants on the host's side: more QEMU arguments."""
    if cell.device.host == "vhost-user":
        return hosts.vhost_user_gpu(cell.emulator.root / "usr/lib/qemu/vhost-user-gpu")
    return contextlib.nullcontext(())


def boot(cell, name, folder):
    root = cell.emulator.root
    build = firmware.find(cell.row.arch, cell.firmware.name, [cell.firmware.source.root])
    more = {"display": "sdl,gl=on"} if cell.device.host == "opengl" else {}
    with contextlib.ExitStack() as stack:
        arguments = stack.enter_context(host_side(cell))

        def start(arch, extra=(), **options):
            options |= {"firmware": build, "gpu": "none", **more}
            options["emulator"] = None if root == Path("/") else root
            machine = qemu.Machine(arch, extra=(*arguments, *extra), **options)
            return stack.enter_context(machine)

        machine = start_row(cell.row, start, folder)
        try:
            log = expect_row(cell.row, machine, FOLDER / name)
            if cell.device.host == "opengl":
                step = expect_step(log, "gpu0", "^check=readback: the device has all 1280x800 pixels")
                assert not step.skip, step.skip
        finally:
            (FOLDER / f"{name}.txt").write_text(f"{machine.shell_line()}\n{machine.serial}")


def first_line(error):
    text = (getattr(error, "what", "") or str(error) or repr(error)).splitlines()[0]
    return text.replace("|", "/")[:100]


def judge(cell, number):
    """(verdict, seconds) of one boot of a cell; its files are named after the cell and the number."""
    name = re.sub(r"[^\w.=-]+", "_", "-".join((cell.row.arch, *names(cell), str(number))))
    started = time.monotonic()
    try:
        check_possible(cell)
        with tempfile.TemporaryDirectory(prefix="firstlight-") as folder:
            boot(cell, name, Path(folder))
        verdict = "PASS"
    except NotTried as reason:
        return f"- ({reason})", 0
    except (AssertionError, qemu.MachineError, tap.TapError, OSError) as error:
        verdict = f"FAIL: {first_line(error)}"
    return verdict, time.monotonic() - started


def print_line(words):
    widths = (26, 6, 34, 22, 7, 5)
    print("| " + " | ".join(f"{w:<{n}}" for w, n in zip(words, widths)) + " |", flush=True)


def run(chosen, boots, jobs):
    """Prints the table; returns the verdicts."""
    verdicts = []
    print_line(HEAD)
    print("|" + "---|" * len(HEAD))
    tries = [(cell, number) for cell in chosen for number in range(1, boots + 1)]
    with ThreadPoolExecutor(jobs) as pool:
        for (cell, _), (verdict, seconds) in zip(tries, pool.map(judge, *zip(*tries))):
            print_line((*names(cell), verdict, f"{seconds:.1f}" if seconds else ""))
            verdicts.append(verdict)
    return verdicts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--boots", type=int, default=1)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    chosen = [c for c in cells() if all(w in " ".join(names(c)) for w in options.words)]
    with hosts.x_server() as display:
        # A sound card of the host's is nobody's business here.
        os.environ |= {"DISPLAY": display, "SDL_AUDIODRIVER": "dummy"}
        verdicts = run(chosen, options.boots, options.jobs)
    passed = verdicts.count("PASS")
    failed = sum(verdict.startswith("FAIL") for verdict in verdicts)
    print(f"\n{passed} passed, {failed} failed, {len(verdicts) - passed - failed} not there")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
