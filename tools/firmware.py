# SPDX-License-Identifier: BSD-2-Clause
"""The builds of UEFI firmware that Debian packages, by name, wherever they are unpacked.

In: an architecture and a name. Out: a Build, whose files are there, or NotThere.

    plain     EDK2, one file, as -bios
    strictnx  EDK2 that protects memory strictly (Debian 13)
    snakeoil  EDK2 with Secure Boot on, which trusts the key that comes with it
    u-boot    U-Boot's UEFI
"""

from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARCHES = ("aarch64", "x86_64")

# OVMF's builds with Secure Boot keep their variables in SMM.
SMM = ("-machine", "smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on")


class NotThere(Exception):
    """There is no such build, or its files are not there."""


@dataclass(frozen=True)
class Build:
    code: Path
    variables: Path | None = None  # None: the code is all there is
    machine: tuple[str, ...] = ()  # what the build needs of QEMU
    key: Path | None = None  # what signs for it: a key, behind the words `snakeoil`
    certificate: Path | None = None
    keeps: bool = False  # what it writes to its variables, in their file; else that is forgotten


def path(text):
    return Path(text) if text else None


def build(code, variables=None, machine=(), keys=None):
    key, certificate = (
        (f"{keys}/PkKek-1-snakeoil.{kind}" if keys else None) for kind in ("key", "pem")
    )
    return Build(path(code), path(variables), machine, path(key), path(certificate))


AAVMF, OVMF = "usr/share/AAVMF/AAVMF", "usr/share/OVMF/OVMF"

BUILDS = {
    ("aarch64", "plain"): build("usr/share/qemu-efi-aarch64/QEMU_EFI.fd"),
    ("x86_64", "plain"): build("usr/share/ovmf/OVMF.fd"),
    ("aarch64", "strictnx"): build(f"{AAVMF}_CODE.secboot.strictnx.fd", f"{AAVMF}_VARS.fd"),
    ("x86_64", "strictnx"): build(
        f"{OVMF}_CODE_4M.secboot.strictnx.fd", f"{OVMF}_VARS_4M.fd", SMM
    ),
    ("aarch64", "snakeoil"): build(
        f"{AAVMF}_CODE.snakeoil.fd",
        f"{AAVMF}_VARS.snakeoil.fd",
        keys="usr/share/qemu-efi-aarch64",
    ),
    ("x86_64", "snakeoil"): build(
        f"{OVMF}_CODE_4M.snakeoil.fd", f"{OVMF}_VARS_4M.snakeoil.fd", SMM, "usr/share/ovmf"
    ),
    ("aarch64", "u-boot"): build("usr/lib/u-boot/qemu_arm64/u-boot.bin"),
    ("x86_64", "u-boot"): build("usr/lib/u-boot/qemu-x86_64/u-boot.rom"),
}


def roots(arch):
    """Where packages of firmware are: installed, and unpacked by tools/setup.sh."""
    return Path("/"), ROOT / "build/deps/firmware" / arch


def find(arch, name, where=None):
    """The build, from the first of the folders that has it. Raises NotThere."""
    if (arch, name) not in BUILDS:
        raise NotThere(f"no {arch} firmware is called {name}")
    found = BUILDS[arch, name]
    for root in where or roots(arch):
        if (root / found.code).exists():
            files = ("code", "variables", "key", "certificate")
            at = {file: root / getattr(found, file) for file in files if getattr(found, file)}
            return replace(found, **at)
    raise NotThere(f"the firmware {name} is not there: run tools/setup.sh check")


def arguments(build):
    """QEMU's arguments for a build."""
    if not build.variables:
        return ("-bios", str(build.code))
    drives = list(build.machine)
    for how, file in (
        ("readonly=on", build.code),
        ("readonly=off" if build.keeps else "snapshot=on", build.variables),
    ):
        drives += ["-drive", f"if=pflash,format=raw,{how},file={escape(file)}"]
    return tuple(drives)


def escape(text):
    """In QEMU's option lists a comma inside a value is doubled."""
    return str(text).replace(",", ",,")
