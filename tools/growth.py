#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Draws what a frame and finding the devices cost as they grow. For `make growth`.

In: the counters of firstlight-qtest on QEMU's devices (tests/qtest/growth_points.py). Out:
docs/growth.png, and the tables of docs/performance.md between the marks below. Counts are the same
in every run; times are the shortest of some rounds.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("tools", "tests/boot", "tests/qtest")]

import growth_points as points  # noqa: E402

PICTURE = ROOT / "docs/growth.png"
DOCUMENT = ROOT / "docs/performance.md"
BEGIN, END = "<!-- made by make growth -->\n", "<!-- end of what make growth made -->\n"
PLATFORM = "virt-pci"
ROUNDS = 12
COUNT, TIME = "C0", "C1"


def measure():
    """The four curves: what grows, and what was found."""
    return {
        "sizes": [(size, points.frame(PLATFORM, *size, 1, ROUNDS)) for size in points.SIZES],
        "displays": [
            (n, points.frame(PLATFORM, 640, 480, n, ROUNDS)) for n in points.DISPLAYS
        ],
        "ports": [(n, points.scan(PLATFORM, ports=n)) for n in points.PORTS],
        "functions": [(n, points.scan(PLATFORM, devices=n)) for n in points.DEVICES],
        "slots": {
            name: [(n, points.probe(name, n)) for n in counts]
            for name, counts in points.SLOTS.items()
        },
        "filled": [(n, points.probe("virt-mmio", 32, n)) for n in (1, 8, 16, 32)],
    }  # fmt: skip


# ---- the figure -------------------------------------------------------------------------------


def draw_frames(axis, title, label, xs, frames):
    axis.set(title=title, xlabel=label, ylabel="MB, or accesses")
    axis.plot(xs, [f.bytes / 1e6 for f in frames], "o-", color=COUNT, label="MB drawn, transferred")
    axis.plot(xs, [f.notifications for f in frames], "s--", color="C2", label="notifications")
    axis.plot(xs, [f.reads for f in frames], "^:", color="C3", label="register reads")
    times = axis.twinx()
    times.plot(xs, [f.draw_ns / 1e6 for f in frames], "+:", color=TIME, label="ms to draw")
    times.plot(xs, [f.present_ns / 1e6 for f in frames], "x-", color=TIME, label="ms to present")
    times.set_ylabel("ms", color=TIME)
    for one in axis, times:
        one.set_ylim(bottom=0)
    lines = axis.get_lines() + times.get_lines()
    axis.legend(handles=lines, loc="upper left")


def draw_pci(axis, curves):
    axis.set(title="Finding PCI devices", xlabel="PCI functions added to bus 0",
             ylabel="configuration reads")  # fmt: skip
    for name, marker, label in (("ports", "o-", "root ports, empty"),
                                ("functions", "s--", "virtio devices")):  # fmt: skip
        xs, found = zip(*curves[name])
        axis.plot(xs, [scan.reads + probe.reads for scan, probe in found], marker, label=label)
    xs, found = zip(*curves["ports"])
    axis.plot(xs, [scan.absent for scan, _ in found], "^:", label="absent functions, root ports")
    axis.legend(loc="upper right")


def draw_slots(axis, curves):
    axis.set(title="Finding virtio-mmio devices", xlabel="slots, or devices in 32 slots",
             ylabel="register reads")  # fmt: skip
    for (name, found), marker in zip(curves["slots"].items(), ("o-", "s--")):
        xs, probes = zip(*found)
        axis.plot(xs, [probe.reads for probe in probes], marker, label=f"{name}: empty slots")
    xs, probes = zip(*curves["filled"])
    axis.plot(xs, [probe.reads for probe in probes], "^:", label="virt-mmio: devices in 32 slots")
    axis.set_ylim(bottom=0)
    axis.legend(loc="lower right")


def draw(curves):
    import matplotlib
    from PIL import Image

    matplotlib.use("Agg")
    matplotlib.rcParams.update({"font.size": 8, "lines.markersize": 4})
    import matplotlib.pyplot as plot

    figure, axes = plot.subplots(2, 2, figsize=(9, 6.5), layout="constrained")
    sizes, frames = zip(*curves["sizes"])
    draw_frames(axes[0][0], "A frame by its size", "megapixels",
                [width * height / 1e6 for width, height in sizes], frames)  # fmt: skip
    draw_frames(axes[0][1], "A frame of many displays, 640x480 each", "displays",
                *zip(*curves["displays"]))  # fmt: skip
    draw_pci(axes[1][0], curves)
    draw_slots(axes[1][1], curves)
    for axis in axes.flat:
        axis.set_xlim(left=0)
        axis.grid(alpha=0.3)
    with tempfile.TemporaryFile() as whole:
        figure.savefig(whole, dpi=90, metadata={"Software": None})
        # Few colours: half of the bytes.
        Image.open(whole).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
            PICTURE, optimize=True
        )


# ---- the tables -------------------------------------------------------------------------------


def table(*rows):
    """The first row is the head."""
    head, *rest = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join((head, "|" + "---|" * len(rows[0]), *rest, ""))


def frame_row(name, frame):
    return (
        name, frame.notifications, frame.reads, frame.writes, f"{frame.bytes:,}",
        f"{frame.draw_ns / 1e6:.2f}", f"{frame.present_ns / 1e6:.2f}",
    )  # fmt: skip


def slot_rows(curves):
    for name, found in curves["slots"].items():
        for slots, probe in found:
            yield f"{name}, {slots} slots", 0, probe.reads, probe.empty / probe.windows
    for devices, probe in curves["filled"]:
        empty = probe.windows - devices
        rate = probe.empty / empty if empty else "-"
        yield "virt-mmio, 32 slots", devices, probe.reads, rate


def rate(value):
    return value if isinstance(value, str) else f"{value:g}"


def tables(curves):
    head = "notifications", "reads", "writes", "bytes", "ms to draw", "ms to present"
    yield table(
        ("a frame of", *head),
        *(frame_row(f"{width}x{height}", f) for (width, height), f in curves["sizes"]),
        *(frame_row(f"{n} x 640x480", f) for n, f in curves["displays"]),
    )
    yield table(
        ("on bus 0", "functions", "reads", "of them where no function is"),
        *((f"{n} empty root ports", scan.functions, scan.reads + probe.reads, scan.absent)
          for n, (scan, probe) in curves["ports"]),
        *((f"{n} virtio devices", scan.functions, scan.reads + probe.reads, scan.absent)
          for n, (scan, probe) in curves["functions"]),
    )  # fmt: skip
    yield table(
        ("windows", "devices", "reads", "reads an empty slot"),
        *((*row, rate(last)) for *row, last in slot_rows(curves)),
    )


def insert(document, text):
    """Takes the place of what stands between the marks."""
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def main():
    curves = measure()
    draw(curves)
    DOCUMENT.write_text(insert(DOCUMENT.read_text(), "\n".join(tables(curves))))
    for path in PICTURE, DOCUMENT:
        print(f"  {'WRITE':8}{path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
