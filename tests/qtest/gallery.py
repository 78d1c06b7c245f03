# SPDX-License-Identifier: BSD-2-Clause
"""
The gallery of mistakes: every fault of gpu/fault.h on QEMU's own devices, on each transport that
it can be made on; what is seen of it, and what the driver says is the cause. Then the same on the
model of a device (tests/model/test_mistakes.c), with the machines that QEMU does not make.

    make faults
    tests/qtest/gallery.py [fault…]
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests/boot")]

from bench import PROGRAM, Bench, CommandError  # noqa: E402
from machines import PLATFORMS, Device  # noqa: E402
from rfb import Window  # noqa: E402

JOBS = 2
TIMEOUT_MS = 300
SIZE = 640, 480

PLATFORM_OF = {
    "mmio-legacy": PLATFORMS["virt-mmio-legacy"],
    "mmio": PLATFORMS["microvm-mmio"],
    "pci": PLATFORMS["virt-pci"],
}

# What a fault needs of the machine: properties of the device.
PROPERTIES = {"no-access-platform": "iommu_platform=on"}

# What a fault needs of the picture: its format, and a cursor.
CURSOR = ("separate", "enabled", "b8g8r8x8", "on")
WORDS = {"cursor-size": CURSOR, "cursor-response": CURSOR}
# What is seen only while the picture is shown and a window is resized.
WATCHED = ("events-ignored",)

NO_PROCESSOR = "here is no processor that takes interrupts; tests/boot shows it on QEMU"

# What QEMU's devices put up with, or what is not seen here: there is no symptom, and so no cause.
TOLERATED = {
    "no-version-1": "QEMU drives a modern device without VERSION_1 all the same",
    "pfn-truncated": "these machines have no memory above 16 TiB",
    "isr-read-twice": NO_PROCESSOR,
    "not-acknowledged": NO_PROCESSOR,
}

MODEL = ROOT / "build/host/tests/test_mistakes"
MODEL_TIMEOUT = 60
MODEL_RUN = re.compile(r"^mistake (\d+) (.+) \((.+)\): named (\d+)$", re.MULTILINE)

CAUSE = re.compile(r"cause: mistake (\d+): ([^\n]*)")
FAILURE = re.compile(r"^ *not ok \d+ - ([^\n]*)", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    name: str
    mistake: int
    transport: str

    @property
    def id(self):
        return f"{self.name}-{self.transport}"


@dataclass(frozen=True)
class Result:
    fault: Fault
    symptom: str  # the step that failed first, and how
    named: int | None  # the mistake that the first cause is
    cause: str
    log: str

    @property
    def is_right(self):
        return self.named == self.fault.mistake


def faults():
    """Every fault on each of its transports, as the program lists them."""
    ours, theirs = socket.socketpair()
    memory = os.memfd_create("none")
    os.ftruncate(memory, 4096)
    try:
        run = subprocess.run(
            [PROGRAM, str(theirs.fileno()), str(memory)], input="faults\n", text=True,
            capture_output=True, pass_fds=(theirs.fileno(), memory), timeout=20, check=True,
        )  # fmt: skip
    finally:
        os.close(memory)
        ours.close()
        theirs.close()
    found = re.findall(r"fault ([\w-]+) (\d+) ([\w-]+)$", run.stdout, re.MULTILINE)
    assert found, run.stdout
    return [Fault(name, int(mistake), transport) for name, mistake, transport in found]


def resize(bench, name, path):
    """The window gets another size while the driver watches."""
    with Window(path) as window:
        window.resize(SIZE[0] // 2, SIZE[1] // 2)
        return bench.command("watch", name, 300)


def commit(fault):
    """Makes the mistake on a machine of its own."""
    with tempfile.TemporaryDirectory(prefix="firstlight-") as folder:
        return commit_in(fault, Path(folder) / "vnc")


def commit_in(fault, path):
    platform = PLATFORM_OF[fault.transport]
    if platform.windows:
        platform = replace(platform, first_slot=1)
    device = Device("gpu0", "gpu", PROPERTIES.get(fault.name, ""))
    watched = fault.name in WATCHED
    server = ("-vnc", f"unix:{path},display=gpu0,head=0") if watched else ()
    with Bench(platform, [device], server, tolerant=True) as bench:
        name = bench.name("gpu0")
        bench.command("timeout", name, TIMEOUT_MS)
        bench.command("fault", name, fault.name)
        try:
            size = (0, 0) if watched else SIZE
            log = bench.command("show", name, "bars", *size, "gallery", *WORDS.get(fault.name, ()))
            if watched:
                log = resize(bench, name, path)
        except CommandError as error:
            log = error.log
    failure = FAILURE.search(log)
    cause = CAUSE.search(log)
    return Result(
        fault,
        failure[1] if failure else "every step passes",
        int(cause[1]) if cause else None,
        cause[2] if cause else "none is named",
        log,
    )


def on_the_model():
    """What each run on the model came to: (mistake, what, device, the first that was named)."""
    run = subprocess.run([MODEL], capture_output=True, text=True, timeout=MODEL_TIMEOUT)
    text = run.stdout + run.stderr
    assert "test(s) run" in text, f"it did not come to its end:\n{text[-2000:]}"
    return MODEL_RUN.findall(text)


def main(names):
    chosen = [fault for fault in faults() if not names or fault.name in names]
    for name in sorted({fault.name for fault in chosen} & TOLERATED.keys()):
        print(f"on the model alone: {name}: {TOLERATED[name]}")
    chosen = [fault for fault in chosen if fault.name not in TOLERATED]
    right = 0
    with ThreadPoolExecutor(JOBS) as pool:
        for result in pool.map(commit, chosen):
            fault = result.fault
            right += result.is_right
            print(f"{fault.mistake:2} {fault.name} ({fault.transport})")
            print(f"   symptom: {result.symptom}")
            print(f"   {'named  ' if result.is_right else 'NOT NAMED'}: "
                  f"{result.named or ''} {result.cause}", flush=True)  # fmt: skip
            if names:
                print(result.log)
    runs = [] if names else on_the_model()
    for mistake, what, device, named in runs:
        right += named == mistake
        print(f"{mistake:>2} {what} (model, {device}): "
              f"{'named' if named == mistake else 'NOT NAMED, but ' + named}")  # fmt: skip
    print(f"named {right} of {len(chosen) + len(runs)}")
    return 0 if right == len(chosen) + len(runs) and (names or runs) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
