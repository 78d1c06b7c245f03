# SPDX-License-Identifier: BSD-2-Clause
"""The wide matrix as data: which devices are tried under which firmware and which QEMU."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import firmware
from matrix import (
    LEGACY_MMIO,
    MMIO,
    MODERN_MMIO,
    PCI,
    RNG_MMIO,
    RNG_PCI,
    Row,
    Screen,
    device,
    gpu,
    mmio_gpu,
    vga,
)

UNPACKED = firmware.ROOT / "build/deps/matrix"
PACKAGES = {"aarch64": "qemu-efi-aarch64", "x86_64": "ovmf"}


@dataclass(frozen=True)
class Source:
    """Where packages are: installed, or unpacked."""

    root: Path
    package: str


@dataclass(frozen=True)
class Firmware:
    name: str  # for firmware.find
    source: Source


@dataclass(frozen=True)
class Device:
    """A GPU and the machine around it."""

    name: str
    qemu: tuple[str, ...]
    machine: str = ""  # what is special about the machine, for the table
    subject: str = PCI
    entropy: str | None = None
    args: str = ""
    details: tuple[tuple[str, str], ...] = ()
    since: int = 0  # the first QEMU that has it
    host: str = ""  # vhost-user or opengl: what it needs of tests/boot/hosts.py


@dataclass(frozen=True)
class Cell:
    firmware: Firmware
    emulator: Source
    device: Device
    row: Row = field(repr=False)

    @property
    def machine(self):
        board = {"aarch64": "virt", "x86_64": "q35"}[self.row.arch]
        return f"{board} {self.device.machine}".strip()


def firmwares(arch):
    """The builds: what is installed, and Debian 13's beside it."""
    unpacked = firmware.ROOT / "build/deps/firmware" / arch
    for name, package, roots in (
        ("plain", PACKAGES[arch], (Path("/"), unpacked)),
        ("strictnx", PACKAGES[arch], (Path("/"), unpacked)),
        ("u-boot", "u-boot-qemu", (Path("/"), UNPACKED / "u-boot")),
    ):
        for root in roots:
            if (root / firmware.BUILDS[arch, name].code).exists():
                yield Firmware(name, Source(root, package))


def emulators():
    """QEMU as installed, and the one of the release's backports."""
    for root in (Path("/"), UNPACKED / "qemu"):
        if (root / "usr/bin/qemu-system-aarch64").exists():
            yield Source(root, "qemu-system-arm")


PACKED = "ring=packed"
ACCEPTED = "^features accepted: .*"

# Under every firmware and every QEMU.
EVERYWHERE = {
    "aarch64": (
        Device("pci", (*gpu(), *RNG_PCI), entropy=PCI),
        Device("mmio", (*MODERN_MMIO, *mmio_gpu(), *RNG_MMIO), subject=MMIO, entropy=MMIO),
        Device("mmio-legacy", (*LEGACY_MMIO, *mmio_gpu(), *RNG_MMIO), subject=MMIO, entropy=MMIO),
    ),
    "x86_64": (
        Device("pci", (*gpu(), *RNG_PCI), entropy=PCI),
        Device("vga", vga()),
    ),
}

# Under the newest plain firmware and every QEMU.
PLAIN = (
    Device("pci packed", gpu("packed=on"), args=PACKED, details=((PCI, "^queue 0: packed"),)),
    Device(
        "pci in_order",
        gpu("in_order=on"),
        args="features=+in_order",
        details=((PCI, f"{ACCEPTED}IN_ORDER"),),
        since=10,
    ),
    Device(
        "pci packed in_order",
        gpu("packed=on", "in_order=on"),
        args=f"{PACKED} features=+in_order",
        details=((PCI, f"{ACCEPTED}IN_ORDER RING_PACKED|{ACCEPTED}RING_PACKED IN_ORDER"),),
        since=10,
    ),
    Device("pci event_idx=off", gpu("event_idx=off")),
    Device("pci indirect_desc=off", gpu("indirect_desc=off")),
    Device("pci max_outputs=16", gpu("max_outputs=16")),
    Device("pci page-per-vq", gpu("page-per-vq=on", "modern-pio-notify=on")),
)


def behind(name, iommu, *words):
    return Device(
        "pci iommu_platform",
        (*iommu, *gpu("iommu_platform=on", *words)),
        machine=name,
        details=((PCI, f"{ACCEPTED}ACCESS_PLATFORM"),),
    )


VHOST_USER = device("vhost-user-gpu-pci", "id=gpu0", "chardev=vhost")
VHOST_USER_VGA = device("vhost-user-vga", "id=gpu0", "chardev=vhost")
OPENGL = device("virtio-gpu-gl-pci", "id=gpu0")


def machine(*words):
    return Device("pci", ("-machine", ",".join(words), *gpu(), *RNG_PCI), " ".join(words))


NEWEST = {
    "aarch64": (
        *PLAIN,
        machine("gic-version=2"),
        machine("gic-version=3"),
        machine("virtualization=on"),
        machine("virtualization=on", "gic-version=3"),
        machine("highmem=off"),
        machine("acpi=off"),
        behind("smmuv3", ("-machine", "iommu=smmuv3")),
        replace(
            Device("mmio packed", (*MODERN_MMIO, *mmio_gpu("packed=on")), subject=MMIO),
            args=PACKED,
            details=((MMIO, "^queue 0: packed"),),
        ),
        Device(
            "virtio-gpu-gl",
            OPENGL,
            args="check=readback",
            details=((PCI, f"{ACCEPTED}VIRGL"),),
            host="opengl",
        ),
    ),
    "x86_64": (
        *PLAIN,
        behind("intel-iommu", device("intel-iommu")),
        # OVMF draws on its VGA registers, not by virtio: see tests/boot/hosts.py.
        Device("vhost-user-vga", VHOST_USER_VGA, since=10, host="vhost-user"),
        Device("virtio-gpu-gl", OPENGL, args="check=readback", host="opengl"),
    ),
}

# Under U-Boot, which does not drive a GPU.
UNDRIVEN = (
    Device("vhost-user-gpu", VHOST_USER, since=10, host="vhost-user"),
    Device("vhost-user-gpu msix", VHOST_USER, args="irq=msix", since=10, host="vhost-user"),
    Device(
        "vhost-user-gpu plain",
        VHOST_USER,
        args="features=-event_idx,-indirect_desc,-edid backing=scattered",
        since=10,
        host="vhost-user",
    ),
)


def cell(arch, build, emulator, thing):
    row = Row(
        id="",
        arch=arch,
        qemu=thing.qemu,
        boot="medium" if build.name == "u-boot" else "kernel",
        args=thing.args,
        pattern="gradient",
        # QEMU has no screendump of what OpenGL draws: the picture is read back from the device.
        screens=() if thing.host == "opengl" else (Screen(transport=thing.subject),),
        entropy=thing.entropy,
        details=thing.details,
    )
    return Cell(build, emulator, thing, row)


def devices(arch, build, builds):
    yield from EVERYWHERE[arch]
    last = [other for other in builds if other.name == build.name][-1]
    if build == last and build.name == "plain":
        yield from NEWEST[arch]
    if build == last and build.name == "u-boot":
        yield from UNDRIVEN


def cells():
    """Everything, an architecture after the other."""
    for arch in firmware.ARCHES:
        builds = list(firmwares(arch))
        for build in builds:
            for emulator in emulators():
                for thing in devices(arch, build, builds):
                    yield cell(arch, build, emulator, thing)
