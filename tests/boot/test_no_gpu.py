# SPDX-License-Identifier: BSD-2-Clause
"""Machines without a virtio GPU: said, with what was looked at and where to look next."""

import pytest

import qemu
from expect import TIMEOUT, expect_detail, expect_own_machine, expect_step, read_log

# The code of a run that had nothing to show, carried by an exit device where there is one.
SKIPPED = 77
ENDINGS = {
    "aarch64": ("semihosting", ("-semihosting-config", "enable=on,target=native"), SKIPPED),
    "x86_64": ("debug-exit", ("-device", "isa-debug-exit,iobase=0x501,iosize=1"), SKIPPED << 1 | 1),
}

DEVICES = {
    "nothing": (),
    "entropy": ("-device", "virtio-rng-pci"),
    "another-gpu": ("-device", "ramfb"),
}


@pytest.mark.parametrize("devices", DEVICES)
@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_no_gpu(arch, devices, start):
    after, arguments, code = ENDINGS[arch]
    machine = start(arch, args=f"after={after}", extra=(*DEVICES[devices], *arguments))
    log = read_log(machine)
    assert (log.verdict, log.failed()) == ("SKIP", [])
    expect_own_machine(log)
    assert expect_step(log, "gpu", "^picture").skip == "no virtio GPU was found"
    expect_detail(log, "gpu", "^looked at: .*PCI functions")
    expect_detail(log, "gpu", "^next: ")
    if devices == "entropy":
        assert expect_step(log, "virtio-pci@.*", "^entropy device")
    else:
        assert expect_step(log, "virtio", "^entropy").skip
    assert machine.wait_exit(TIMEOUT) == code
