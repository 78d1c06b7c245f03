# SPDX-License-Identifier: BSD-2-Clause
"""
Devices of other kinds: once firmware has let go, nobody touches them. QEMU's trace tells of every
write to their status and to their configuration space and of every notification. What firmware does
is what a run does that ends by a fault on purpose before it looks for devices: a whole run may add
to that for the GPU and the entropy device alone.
"""

from collections import Counter

import pytest

import qemu
from expect import TIMEOUT, expect_pass, read_log
from matrix import RNG_PCI, device, gpu, mmio_gpu

EVENTS = "virtio_set_status", "virtio_queue_notify", "pci_cfg_write"

BACKENDS = (
    *("-drive", "if=none,id=nothing,driver=null-co,size=1M"),
    *("-drive", "if=none,id=nvme,driver=null-co,size=1M"),
    *("-object", "cryptodev-backend-builtin,id=crypto"),
    *("-netdev", "hubport,id=net0,hubid=0", "-netdev", "hubport,id=net1,hubid=0"),
)
PCI_NEIGHBOURS = (
    *device("virtio-net-pci", "netdev=net0"),
    *device("virtio-blk-pci", "drive=nothing"),
    *device("virtio-serial-pci"),  # no port: OVMF 2025.02 prints on one, by more or fewer requests
    *device("virtio-balloon-pci"),
    *device("virtio-9p-pci", "fsdev=files", "mount_tag=files"),
    *device("virtio-keyboard-pci"),
    *device("virtio-tablet-pci"),
    *device("virtio-scsi-pci"),
    *device("virtio-crypto-pci", "cryptodev=crypto"),
    *device("e1000e", "netdev=net1"),
    *device("nvme", "serial=1", "drive=nvme"),
    *device("qemu-xhci"),
)
MMIO_NEIGHBOURS = (
    *device("virtio-net-device", "netdev=net0"),
    *device("virtio-blk-device", "drive=nothing"),
    *device("virtio-serial-device"),
    *device("virtio-balloon-device"),
    *device("virtio-keyboard-device"),
)

CASES = {
    "aarch64-pci": ("aarch64", (*gpu(), *RNG_PCI), PCI_NEIGHBOURS),
    "x86_64-pci": ("x86_64", (*gpu(), *RNG_PCI), PCI_NEIGHBOURS),
    "aarch64-mmio": ("aarch64", (*mmio_gpu(), *device("virtio-rng-device")), MMIO_NEIGHBOURS),
}
OURS = {"virtio-gpu", "virtio-rng", "virtio-gpu-pci", "virtio-rng-pci"}


def read_trace(machine):
    """
    What was done to whom, as Counters: in configuration space, by the device's name and place; and
    to virtio devices, by their addresses in QEMU, which are others each time.
    """
    functions, devices = {}, {}
    for line in machine.errors.splitlines():
        if not line.startswith(EVENTS):
            continue
        event, *words = line.split()
        if event == "pci_cfg_write":
            functions.setdefault(tuple(words[:2]), Counter())[" ".join(words[2:])] += 1
        else:
            done = " ".join(word for word in words if not word.startswith("0x"))
            devices.setdefault(words[1], Counter())[f"{event} {done}"] += 1
    return functions, list(devices.values())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_left_alone(case, start, tmp_path):
    arch, driven, neighbours = case
    files = "-fsdev", f"local,id=files,path={tmp_path},security_model=none"
    trace = [word for event in EVENTS for word in ("-trace", event)]
    extra = (*BACKENDS, *files, *driven, *neighbours, *trace)

    faulted = start(arch, args="after=halt crash=undefined", extra=extra)
    faulted.wait_result(TIMEOUT)
    functions, devices = read_trace(faulted)
    machine = start(arch, args="after=halt", extra=extra)
    expect_pass(read_log(machine), arch)
    functions_now, devices_now = read_trace(machine)

    changed = {who for who in functions_now if functions_now[who] != functions.get(who)}
    assert {name for name, _ in changed} <= OURS, changed

    # All but two saw what firmware did and nothing else.
    for seen in devices:
        if seen in devices_now:
            devices_now.remove(seen)
    assert len(devices_now) == 2, devices_now
    assert all(any("virtio_queue_notify" in done for done in seen) for seen in devices_now)
    found = machine.qmp("x-query-virtio")
    assert len(found) == len(devices)
    for one in found:
        status = machine.qmp("x-query-virtio-status", path=one["path"])["status"]
        assert one["name"] in OURS or not status["statuses"], (one, status)
