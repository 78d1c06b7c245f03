# SPDX-License-Identifier: BSD-2-Clause
"""
Two PCI segments. QEMU has no machine with them: its second root bridge, whose buses begin at 64 of
the one ECAM, is told by the device tree as a segment by itself, with a part of the memory window.
Firmware looks at the first segment alone, so that bus numbers, windows and BARs of the second one
are ours to give.
"""

import re
import struct

import tree
from boot import expect_gpu
from expect import expect_detail, expect_pass, expect_screen, read_log
from matrix import FDT, Screen, device, gpu

NODE = re.compile(r"^\tpcie@10000000 \{\n.*?^\t\};\n", re.M | re.S)

BUS = 64
MACHINE = (
    *FDT,
    *device("pxb-pcie", "id=pxb", f"bus_nr={BUS}"),
    *device("pcie-root-port", "id=port0", "bus=pxb", "chassis=1", "addr=5"),
    *gpu("bus=pcie.0", "addr=9"),
    *gpu("bus=port0", id="gpu1"),
)
SCREENS = (
    Screen(transport=r"virtio-pci@0000:00:09\.0"),
    Screen(device="gpu1", name="gpu1", transport=r"virtio-pci@0001:41:00\.0"),
)


def two_segments(text):
    """The host bridge's node as two: properties that differ, the others as they are."""
    first = {
        "bus-range": f"0 {BUS - 1}",
        "ranges": "0x1000000 0 0 0 0x3eff0000 0 0x10000 "
        "0x2000000 0 0x10000000 0 0x10000000 0 0x20000000",
    }
    second = {
        "bus-range": f"{BUS} {BUS + 15}",
        "linux,pci-domain": "1",
        "ranges": "0x2000000 0 0x30000000 0 0x30000000 0 0xeff0000",
        "reg": f"0x40 {0x10000000 + (BUS << 20):#x} 0 0x1000000",
    }
    [node] = NODE.findall(text)
    assert "reg = <0x40 0x10000000 0x00 0x10000000>;" in node

    def with_properties(properties):
        changed = node
        for name, value in properties.items():
            changed, count = re.subn(rf"\t{name} = <.*>;", f"\t{name} = <{value}>;", changed)
            assert count == 1, name
        return changed

    behind = with_properties(second).replace("pcie@10000000", "pcie@30000000")
    return text.replace(node, with_properties(first) + behind)


def test_two_segments(start, folder):
    blob = tree.changed(folder, FDT, two_segments)
    machine = start(
        "aarch64",
        args="after=halt loglevel=debug label=off",
        extra=(*MACHINE, "-dtb", blob),
    )
    log = read_log(machine)
    expect_pass(log, "aarch64")
    expect_detail(log, "machine", r"^pci 0000:00-3f: ECAM 0x4010000000")
    expect_detail(log, "machine", r"^pci 0001:40-4f: ECAM 0x4014000000")
    for screen in SCREENS:
        expect_gpu(log, screen)
        expect_screen(machine, log, screen, "bars", False, folder)
    assert len([p for p in log.points if re.search("picture shown", p.text)]) == len(SCREENS)


def test_two_segments_in_one_window(start, folder):
    """A second MCFG that calls the same buses another segment: nothing is driven twice."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "mcfg"
    found = expect_detail(read_log(start("x86_64", extra=gpu())), "machine", "ECAM .*MCFG")
    base = re.search(r"ECAM (0x\w+)", found.text)[1]  # firmware's choice
    table.write_bytes(bytes(8) + struct.pack("<QHBB4x", int(base, 16), 1, 0, 255))
    machine = start(
        "x86_64",
        args="after=halt loglevel=debug label=off",
        extra=(*gpu(), "-acpitable", f"sig=MCFG,data={table}"),
    )
    log = read_log(machine)
    expect_pass(log, "x86_64")
    expect_detail(log, "machine", rf"refused \(ECAM {base} is that of 0000:00-ff\)$")
    expect_screen(machine, log, Screen(), "bars", False, folder)
    assert len([p for p in log.points if re.search("picture shown", p.text)]) == 1
