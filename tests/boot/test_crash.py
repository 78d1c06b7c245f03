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

# What the report must say of each.
CAUSES = {
    ("aarch64", "undefined"): r"unknown|undefined",
    ("aarch64", "read"): r"data abort.*read|read.*data abort",
    ("aarch64", "write"): r"data abort.*writ|writ.*data abort",
    ("aarch64", "execute"): r"instruction abort",
    ("x86_64", "undefined"): r"invalid opcode|#UD|undefined",
    ("x86_64", "read"): r"page fault.*read|read.*page fault|general protection",
    ("x86_64", "write"): r"page fault.*writ|writ.*page fault|general protection",
    ("x86_64", "execute"): r"page fault.*(?:fetch|execut)|general protection",
}

REGISTERS = {
    "aarch64": ("x0", "x29", "x30", "sp", "elr", "esr", "far"),
    "x86_64": ("rax", "rsp", "rbp", "rip", "rflags", "cr2"),
}


def symbols(arch, addresses):
    """The functions at addresses relative to the image, as addr2line names them."""
    elf = ROOT / "build" / arch / "firstlight.elf"
    words = [f"{arch}-linux-gnu-addr2line", "-f", "-e", str(elf), *map(hex, addresses)]
    lines = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split("\n")
    return lines[0::2], lines[1::2]


@pytest.mark.parametrize("case", CAUSES, ids="-".join)
def test_crash(case, start):
    arch, kind = case
    after, arguments, code = ENDINGS[arch]
    machine = start(arch, args=f"crash={kind} after={after}", extra=arguments)
    log = read_log(machine)
    failure = expect_failure(log, "trap", "", CAUSES[case])
    detail = expect_detail(log, "trap", r"^error: ")
    assert failure.cause in detail.text
    report = "\n".join(detail.more)
    for register in REGISTERS[arch]:
        assert re.search(rf"\b{register}\b[ =]+0x[0-9a-f]+", report), register
    addresses = [int(word, 16) for word in re.findall(r"image\+(0x[0-9a-f]+)", report)]
    functions, files = symbols(arch, addresses)
    assert any(function.startswith("trap_provoke") for function in functions), functions
    assert any("efi/main.c" in file for file in files), files
    assert machine.wait_exit(TIMEOUT) == code
