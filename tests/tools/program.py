# SPDX-License-Identifier: BSD-2-Clause
"""Programs for the tests of the tools, built as the application is."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools/efi.ld"
CFLAGS = "-O1", "-ffreestanding", "-fPIE", "-fvisibility=hidden", "-fno-stack-protector"
LDFLAGS = "-pie", "--no-dynamic-linker", "-z", "norelro", "--build-id=none"


def build(folder, source, *more, arch="aarch64", pie=LDFLAGS):
    """A linked ELF file; `more` goes to the linker."""
    (folder / "t.c").write_text(source)
    compiler = f"{arch}-linux-gnu-gcc"
    subprocess.run([compiler, *CFLAGS, "-c", "-o", folder / "t.o", folder / "t.c"], check=True)
    subprocess.run(
        [f"{arch}-linux-gnu-ld", *pie, "-T", SCRIPT, *more, "-o", folder / "t.elf", folder / "t.o"],
        check=True,
    )
    return folder / "t.elf"
