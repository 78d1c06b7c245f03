#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boots the same machine many times and counts the verdicts. For `make repeat`.

Takes the options of tools/run.py, and how many boots. The log of the first boot that did not pass
is shown and kept. Exit status: 0 every boot passed, 1 one did not, 2 none could be started as asked,
130 interrupted.
"""

import os
import re
import sys
import time
from collections import Counter

import qemu
import run

FAILED_LOG = qemu.ROOT / "build/repeat.txt"
NAMES = {qemu.Died: "QEMU ended", qemu.FirmwareFault: "firmware fault"}


def say(text):
    print(f"repeat: {text}", flush=True)


def processor_seconds(pid):
    """What a process has had of the processors: next to nothing says that the host was busy."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def boot(options):
    """(outcome, log) of one boot: a verdict, or what came instead of one."""
    with run.machine(options) as machine:
        try:
            log = machine.wait_result(options.timeout)
            return qemu.RESULT.search(log)[1], log
        except qemu.Timeout as error:
            had = f"QEMU had {processor_seconds(machine.pid):.1f} s of processor time"
            return "no verdict in time", f"{machine.serial}\nrepeat: {error.what}; {had}\n"
        except (qemu.Died, qemu.FirmwareFault) as error:
            return NAMES[type(error)], f"{machine.serial}\nrepeat: {error.what}\n"


def summary(counts, seconds):
    total = sum(counts.values())
    parts = ", ".join(f"{outcome} {count}" for outcome, count in counts.most_common())
    longest = f", {seconds[0]:.1f} to {seconds[-1]:.1f} s each" if seconds else ""
    return f"{total} boots: {parts or 'none'}{longest}"


def repeat(boots, options):
    """Boots them all; returns how many times each outcome came."""
    counts, seconds = Counter(), []
    try:
        for number in range(1, boots + 1):
            begin = time.monotonic()
            outcome, log = boot(options)
            seconds.append(time.monotonic() - begin)
            if outcome != "PASS" and counts["PASS"] == sum(counts.values()):
                FAILED_LOG.write_text(log)
                print(log)
                say(f"boot {number} is the first that did not pass: {outcome}; {FAILED_LOG}")
            counts[outcome] += 1
            if number % 10 == 0:
                say(f"{number} of {boots}")
    finally:
        say(summary(counts, sorted(seconds)))
    return counts


def main(arguments):
    if not arguments or not re.fullmatch("[1-9][0-9]*", arguments[0]):
        say("usage: tools/repeat.py BOOTS [options of tools/run.py]")
        return run.NOT_STARTED
    FAILED_LOG.parent.mkdir(exist_ok=True)
    FAILED_LOG.unlink(missing_ok=True)
    try:
        counts = repeat(int(arguments[0]), run.parse(arguments[1:]))
    except qemu.MachineError as error:
        say(error.what)
        return run.NOT_STARTED
    except KeyboardInterrupt:
        return run.INTERRUPTED
    return 0 if set(counts) == {"PASS"} else run.FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
