#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boots firstlight with mode=bench on both architectures, and prints what it measured in one table,
firmware's driver beside ours. For `make bench`.

In: QEMU, and its trace of a boot of its own: a traced access takes longer, and firmware makes more of
them. Out: a table; JSON with every figure of every run. Times are the medians of the runs' medians,
and a ratio is the median of those of each run, since only what was measured in one boot is
comparable. What a log costs until the first picture is the one ratio between boots.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
from pathlib import Path

import qemu

TIMEOUT = 180
METRIC = re.compile(r"^ *# metric (\S+) (\d+) \S+$", re.MULTILINE)

# QEMU's trace: the events of registers, and of queues that were notified, whichever way.
EVENTS = "memory_region_ops_read", "memory_region_ops_write", "virtio_queue_notify"
ACCESS = re.compile(
    r"memory_region_ops_(read|write) cpu \S+ mr \S+ addr 0x(\w+) value 0x(\w+) size \d+ name '(.*)'"
)
UARTS = {"pl011": 0xFFF, "serial": 0x7}  # their names: the bits of the offset; data is at 0
# The lines that bound firmware's rounds, in the log as the trace shows it being written.
BOUND = re.compile(r"gop: (\S+): (begin|end)$")
MMIO_NOTIFY = 0x50

# What is compared: firmware's figure, ours, and what ratio is the goal.
# `parts`: how many of firmware's a round of ours is.
RATIOS = (
    ("full frame, nothing copied", "gop.blt-{size}", "gpu0.present-full", 1, 2.5),
    ("full frame, with the copy", "gop.blt-{size}", "gpu0.copy-full", 1, None),
    ("64x64, nothing copied", "gop.blt-tile", "gpu0.present-tile", 1, 4),
    ("64x64, with the copy", "gop.blt-tile", "gpu0.copy-tile", 1, None),
    ("64x64, each of 16 together", "gop.blt-tile", "gpu0.present-tiles", 16, None),
)
DRAW_GOAL = 0.8
LOG_GOAL = 1.1
PACE = 115200


def is_register(name, offset):
    """Whether it is one of a virtio device's, other than a doorbell: those are counted by queue."""
    if name == "virtio-mmio":
        return offset & 0x1FF != MMIO_NOTIFY
    return name.startswith("virtio-pci-") and "notify" not in name


def count_firmware(lines):
    """For each of firmware's measurements: (register accesses, notifications) of all its rounds."""
    counts, now, text = {}, None, ""
    for line in lines:
        if now and "virtio_queue_notify " in line:
            counts[now][1] += 1
        match = ACCESS.search(line)
        if not match:
            continue
        kind, offset, value, name = match[1], int(match[2], 16), int(match[3], 16), match[4]
        if name in UARTS and kind == "write" and not offset & UARTS[name]:
            text += chr(value & 0xFF)
            if not text.endswith("\n"):
                continue
            if bound := BOUND.search(text.strip()):
                now = bound[1] if bound[2] == "begin" else None
                if now:
                    counts[now] = [0, 0]
            text = ""
        elif now and is_register(name, offset):
            counts[now][0] += 1
    return counts


def boot(arch, gpu, firmware, args, extra=()):
    """The figures on the log of one boot."""
    with qemu.Machine(arch, gpu, args=args, extra=extra, firmware=firmware) as machine:
        text = machine.wait_result(TIMEOUT)
        machine.quit()
    if "# RESULT: PASS" not in text:
        sys.exit(f"measure: {arch}: the run did not pass:\n{text}")
    return {name: int(value) for name, value in METRIC.findall(text)}


BENCH = "after=halt mode=bench label=off"


def trace(arch, gpu, firmware=None):
    """What firmware does at the device in a round: registers and notifications of each figure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace"
        extra = [word for event in EVENTS for word in ("-trace", event)]
        figures = boot(arch, gpu, firmware, BENCH, (*extra, "-D", path))
        counts = {}
        with open(path, encoding="utf-8", errors="replace") as lines:
            for name, (accesses, notifications) in count_firmware(lines).items():
                rounds = figures[f"gop.{name}.count"]
                counts[f"gop.{name}.registers"] = accesses / rounds
                counts[f"gop.{name}.notifications"] = notifications / rounds
    return counts


def first_pixel(arch, gpu, firmware, runs):
    """
    The time to the first picture with a full log to that without details, both on a line of PACE
    baud; the characters until then, and how many of them had been sent. The boots take turns.
    """
    figures = {"error": [], "debug": []}
    for _ in range(runs):
        for level, those in figures.items():
            args = f"after=halt pace={PACE} loglevel={level}"
            those.append(boot(arch, gpu, firmware, args))

    def median(level, kind):
        return statistics.median(run[f"run.first-pixel.{kind}"] for run in figures[level])

    value = median("debug", "time") / median("error", "time")
    return value, median("debug", "log"), median("debug", "sent")


def merge(runs):
    """The median of each figure."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def ratio(runs, theirs, ours, parts=1):
    return statistics.median(
        parts * run[f"{theirs}.median"] / run[f"{ours}.median"] for run in runs
    )


def verdict(good):
    return "reached" if good else "not reached"


def registers(figures, name):
    """(notifications, other register accesses) of a round."""
    rings = figures[f"{name}.notifications"]
    if f"{name}.registers" in figures:
        return rings, figures[f"{name}.registers"]
    return rings, figures[f"{name}.reads"] + figures[f"{name}.writes"] - rings


def report(arch, runs):
    """The lines of one machine's table, and its ratios."""
    figures, ratios = merge(runs), {}
    size = f"{figures['gpu0.screen.width']:g}x{figures['gpu0.screen.height']:g}"
    yield f"{arch}, {size}, {len(runs)} runs", None
    yield f"  {'':28}{'EDK2 us':>10}{'ours us':>10}{'ratio':>8}{'goal':>7}   notifications, others", None
    for text, theirs, ours, parts, goal in RATIOS:
        theirs = theirs.format(size=size)
        if f"{theirs}.median" not in figures:
            yield f"  {text:28}{'none':>10}{figures[f'{ours}.median'] / parts / 1000:10.1f}", None
            continue
        value = ratios[ours] = ratio(runs, theirs, ours, parts)
        counts = " and ".join("{:g}, {:g}".format(*registers(figures, n)) for n in (theirs, ours))
        yield (
            f"  {text:28}{figures[f'{theirs}.median'] / 1000:10.1f}"
            f"{figures[f'{ours}.median'] / parts / 1000:10.1f}{value:8.2f}{goal or '':>7}   {counts}"
            f"{'  ' + verdict(value >= goal) if goal else ''}"
        ), (ours, value)
    for name in ("scroll", "text", "command"):
        median, p99 = (figures[f"gpu0.{name}.{kind}"] / 1000 for kind in ("median", "p99"))
        yield f"  {name:28}{'':10}{median:10.1f}   p99 {p99:.1f}", None
    for amount in (1, 2, 8, 32):
        rate = figures[f"gpu0.in-flight-{amount}.rate"]
        yield f"  {f'{amount} in flight':28}{'':10}{rate / 1000:10.1f} thousand commands/s", None
    drawn = 1 / ratio(runs, "gpu0.draw", "gpu0.fill")
    rates = (figures[f"gpu0.{name}.rate"] / 1e9 for name in ("draw", "fill"))
    yield "  {:28}{:20.2f} GB/s, fill {:.2f} GB/s: {:.2f} of it (goal {}) {}".format(
        "picture drawn", *rates, drawn, DRAW_GOAL, verdict(drawn >= DRAW_GOAL)
    ), ("draw", drawn)


def report_log(value, log, sent):
    """The line about the first picture."""
    return (
        f"  {'first picture, debug : error':28}{value:20.2f} at {PACE} baud (goal {LOG_GOAL}) "
        f"{verdict(value <= LOG_GOAL)}; {log:g} characters of log, {sent:g} sent by then"
    )


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arch", action="append", choices=sorted(qemu.MACHINES))
    parser.add_argument("--gpu", default="pci", choices=qemu.GPUS)
    parser.add_argument("--firmware", help="another build of the firmware")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", default=qemu.ROOT / "build/bench.json", type=Path)
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    result = {}
    for arch in options.arch or sorted(qemu.MACHINES):
        of = arch, options.gpu, options.firmware
        counts = trace(*of)
        runs = [boot(*of, BENCH) | counts for _ in range(options.runs)]
        lines, ratios = zip(*report(arch, runs))
        print("\n".join(lines), flush=True)
        log = first_pixel(*of, options.runs)
        print(report_log(*log), flush=True)
        result[arch] = {
            "median": merge(runs),
            "ratios": dict(pair for pair in ratios if pair) | {"first-pixel": log[0]},
            "runs": runs,
        }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=1) + "\n")
    print(f"all figures: {options.json}")


if __name__ == "__main__":
    main()
