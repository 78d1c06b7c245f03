# SPDX-License-Identifier: BSD-2-Clause
"""tools/measure.py: what it counts in a trace, and the ratios that it makes."""

import pytest

import measure


def access(kind, name, address, value=0):
    return (
        f"memory_region_ops_{kind} cpu 0 mr 0x55 addr 0x{address:x} value 0x{value:x} size 4 "
        f"name '{name}'\n"
    )


def written(text, uart):
    """The log's text as the trace shows it, the UART's state being read before each character."""
    name, base = uart
    for character in text:
        yield access("read", name, base + (0x18 if name == "pl011" else 5))
        yield access("write", name, base, ord(character))


UARTS = {"pl011": ("pl011", 0x9000000), "serial": ("serial", 0x3F8)}
DOORBELL = access("write", "virtio-pci-notify-virtio-gpu", 0x8000003000)
RUNG = "virtio_queue_notify vdev 0x1 n 0 vq 0x2\n"
FRAME = [
    access("read", "virtio-pci-common-virtio-gpu", 0x8000000014),
    access("write", "virtio-pci-common-virtio-gpu", 0x8000000016),
    access("write", "gic_dist", 0x8000000),
    DOORBELL,
    RUNG,
]


@pytest.mark.parametrize("uart", UARTS)
def test_count(uart):
    """Only what lies between the lines, and each doorbell once, however the trace shows it."""
    uart = UARTS[uart]
    trace = [
        *FRAME,
        *written("# [   0.1] gop: blt-8x8: begin\r\n", uart),
        *FRAME * 3,
        RUNG,  # a newer QEMU does not show the access
        *written("# [   0.2] gop: blt-8x8: end\r\n", uart),
        *FRAME,
        *written("# [   0.3] gop: blt-tile: begin\n", uart),
        *written("# [   0.4] gop: blt-tile: end\n", uart),
    ]
    assert measure.count_firmware(trace) == {"blt-8x8": [6, 4], "blt-tile": [0, 0]}


def test_count_mmio():
    trace = [
        *written("# [   0.1] gop: blt-8x8: begin\n", UARTS["pl011"]),
        access("write", "virtio-mmio", 0xA003E50),
        RUNG,
        access("read", "virtio-mmio", 0xA003E60),
        *written("# [   0.2] gop: blt-8x8: end\n", UARTS["pl011"]),
    ]
    assert measure.count_firmware(trace) == {"blt-8x8": [1, 1]}


def test_ratio():
    """The median of what each run's two figures come to, not of all runs' figures."""
    runs = [{"gop.a.median": a, "gpu0.b.median": b} for a, b in ((10, 1), (40, 20), (90, 30))]
    assert measure.ratio(runs, "gop.a", "gpu0.b") == 3
    assert measure.ratio(runs, "gop.a", "gpu0.b", parts=16) == 48
    assert measure.merge(runs)["gop.a.median"] == 40


@pytest.mark.parametrize("value, word", ((1.1, " reached"), (1.11, " not reached")))
def test_log_goal(value, word):
    """A log may cost a tenth, as the line says."""
    line = measure.report_log(value, 20484, 331)
    assert f"(goal 1.1){word};" in line
    assert line.endswith("20484 characters of log, 331 sent by then")


def test_figures():
    text = "# metric a.b.median 12 ns\n    # metric a.b.rate 7 bytes/s\n# metric bad x ns\n"
    assert dict(measure.METRIC.findall(text)) == {"a.b.median": "12", "a.b.rate": "7"}
