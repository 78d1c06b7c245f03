# SPDX-License-Identifier: BSD-2-Clause
"""How a run ends: every after=, with a run that passes and one that fails."""

import pytest

import qemu
from boot import start_row
from expect import TIMEOUT, expect_failure, expect_pass, read_log
from matrix import Row

GPU = "-device", "virtio-gpu-pci,id=gpu0"
# A device that has no memory for a picture (QEMU counts what resources take of its host).
POOR_GPU = "-device", "virtio-gpu-pci,id=gpu0,max_hostmem=65536"
SEMIHOSTING = "-semihosting-config", "enable=on,target=native"
DEBUG_EXIT = "-device", "isa-debug-exit,iobase=0x501,iosize=1"

PASSING = (
    ("aarch64", "shutdown", (), 0),
    ("aarch64", "reset", ("-no-reboot",), 0),
    ("aarch64", "semihosting", SEMIHOSTING, 0),
    ("x86_64", "shutdown", (), 0),
    ("x86_64", "reset", ("-no-reboot",), 0),
    ("x86_64", "debug-exit", DEBUG_EXIT, (0 << 1) | 1),
)

FAILING = (
    ("aarch64", "semihosting", SEMIHOSTING, 1),
    ("x86_64", "debug-exit", DEBUG_EXIT, (1 << 1) | 1),
)


def name(row):
    return f"{row[0]}-{row[1]}"


@pytest.mark.parametrize("row", PASSING, ids=name)
def test_a_run_that_passes(row, start):
    arch, after, arguments, code = row
    machine = start(arch, args=f"after={after}", extra=(*GPU, *arguments))
    expect_pass(read_log(machine), arch)
    assert machine.wait_exit(TIMEOUT) == code


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_reset_under_u_boot(arch, start, tmp_path):
    """Its ResetSystem is what runtime services are there."""
    row = Row(
        id="reset",
        arch=arch,
        firmware="u-boot",
        boot="medium",
        args="after=reset",
        qemu=(*GPU, "-no-reboot"),
    )
    machine = start_row(row, start, tmp_path)
    expect_pass(read_log(machine), arch)
    assert machine.wait_exit(TIMEOUT) == 0


@pytest.mark.parametrize("row", FAILING, ids=name)
def test_a_run_that_fails(row, start):
    arch, after, arguments, code = row
    machine = start(arch, args=f"after={after}", extra=(*POOR_GPU, *arguments))
    log = read_log(machine)
    expect_failure(log, r"gpu0", r"RESOURCE_CREATE_2D", r"OUT_OF_MEMORY")
    # The host has room for a small picture, whatever the features.
    assert log.matching("gpu0", r"^isolate: works: a larger queue .*; breaks with: the whole pic")
    assert machine.wait_exit(TIMEOUT) == code


@pytest.mark.parametrize("arch", qemu.MACHINES)
def test_halt_keeps_running(arch, start):
    machine = start(arch, args="after=halt", extra=GPU)
    expect_pass(read_log(machine), arch)
    with pytest.raises(qemu.Timeout):
        machine.wait_exit(1)
    assert machine.qmp("query-status")["running"]
