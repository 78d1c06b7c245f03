# SPDX-License-Identifier: BSD-2-Clause
"""A fault on purpose: the report names it, its addresses lead to the source, the run ends."""

import re
import subprocess

import pytest

from expect import ROOT, TIMEOUT, expect_detail, expect_failure, read_log

ENDINGS = {
    "aarch64": ("semihosting", ("-semihosting-config", "enable=on,target=native"), 1),
    "x86_64": ("debug-exit", ("-device", "isa-debug-exit,iobase=0x501,iosize=1"), 3),
}

# What the report must say of each. The address that x86 is given is not canonical: no page fault.
CAUSES = {
    ("aarch64", "undefined"): r"^undefined instruction 0x00000000",
    ("aarch64", "read"): r"^data abort: read of 0x[0-9a-f]+: translation fault",
    ("aarch64", "write"): r"^data abort: write to 0x[0-9a-f]+: translation fault",
    ("aarch64", "execute"): r"^instruction abort: fetch from 0x[0-9a-f]+: translation fault",
    ("aarch64", "null"): r"^data abort: read of 0x8: translation fault",
    ("aarch64", "stack"): r"^data abort: write to 0x[0-9a-f]+: translation fault",
    ("aarch64", "code"): r"^data abort: write to 0x[0-9a-f]+: permission fault",
    ("aarch64", "data"): r"^instruction abort: fetch from 0x[0-9a-f]+: permission fault",
    ("x86_64", "undefined"): r"^#UD undefined instruction",
    ("x86_64", "read"): r"^#GP general protection fault: .*not canonical",
    ("x86_64", "write"): r"^#GP general protection fault: .*not canonical",
    ("x86_64", "execute"): r"^#GP general protection fault: .*not canonical",
    ("x86_64", "null"): r"^#PF page fault: read of 0x8, page not present",
    ("x86_64", "stack"): r"^#PF page fault: write to 0x[0-9a-f]+, page not present",
    ("x86_64", "code"): r"^#PF page fault: write to 0x[0-9a-f]+, not permitted",
    ("x86_64", "data"): r"^#PF page fault: fetch from 0x[0-9a-f]+, not permitted",
}

# What the report says of the address, where the processor names one.
ADDRESSES = {
    "read": r"not mapped: no device or memory of ours; 0x[0-9a-f]+ bytes above image relocations",
    "write": r"not mapped: no device or memory of ours; 0x[0-9a-f]+ bytes above image relocations",
    "execute": r"not mapped: no device or memory of ours; 0x[0-9a-f]+ bytes above image relocations",
    "null": r"page 0, which is never mapped: a null pointer",
    "stack": r"guard page below the stack: not mapped on purpose",
    "code": r"image code \+ 0x[0-9a-f]+, mapped: read, execute",
    "data": r"image data \+ 0x[0-9a-f]+, mapped: read, write",
}

# Where the program counter does not lead to the source: what the addresses lead to instead.
ASTRAY = {"execute": "efi/main.c", "data": ""}

REGISTERS = {
    "aarch64": ("x0", "x28", "x29/fp", "x30/lr", "sp", "elr", "esr", "far", "spsr"),
    "x86_64": ("rax", "r15", "rsp", "rbp", "rip", "rflags", "cr2", "cr3"),
}


def place(report, pattern):
    """The address of a line, relative to the image; None for one outside it."""
    inside = r"image\+(0x[0-9a-f]+) \(0x[0-9a-f]+\)$"
    line = re.search(rf"^{pattern} ({inside}|0x[0-9a-f]+)", report, re.M)
    assert line, f"no {pattern!r} in\n{report}"
    return line[2] and int(line[2], 16)


def source_of(arch, *addresses):
    """What addr2line says of addresses, inlined callers too: `function at file:line` lines."""
    elf = ROOT / "build" / arch / "firstlight.elf"
    words = [f"{arch}-linux-gnu-addr2line", "-pfie", elf, *addresses]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("case", CAUSES, ids="-".join)
def test_crash(case, start):
    arch, kind = case
    after, arguments, code = ENDINGS[arch]
    machine = start(arch, args=f"crash={kind} after={after}", extra=arguments)
    log = read_log(machine)
    failure = expect_failure(log, "trap", "", CAUSES[case])
    detail = expect_detail(log, "trap", r"^error: ")
    assert detail.text == f"error: {failure.cause}"
    report = "\n".join(detail.more)
    for register in REGISTERS[arch]:
        assert re.search(rf"(?:^|  ){register} +0x[0-9a-f]{{16}}\b", report, re.M), register

    addresses = re.findall(r"^address 0x[0-9a-f]+: (.*)$", report, re.M)
    if kind == "undefined" or "canonical" in failure.cause:
        assert not addresses
    else:
        assert len(addresses) == 1 and re.fullmatch(ADDRESSES[kind], addresses[0]), addresses

    pc = place(report, "at")
    assert pc == place(report, "#0")
    if kind == "execute":
        assert pc is None
    if kind not in ASTRAY:
        assert source_of(arch, hex(pc)).startswith("trap_provoke at ")
    # The faulting function has no frame of its own: who called it is said apart, unless the stack
    # has grown since.
    caller = {"aarch64": "link register", "x86_64": "word at the stack pointer"}[arch]
    if case != ("x86_64", "stack"):
        assert "efi/main.c" in source_of(arch, hex(place(report, caller) - 1))
    command = re.search(rf"addr2line -pfie build/{arch}/firstlight.elf((?: 0x[0-9a-f]+)+)$", report)
    assert ASTRAY.get(kind, "trap_provoke at ") in source_of(arch, *command[1].split())
    assert machine.wait_exit(TIMEOUT) == code
