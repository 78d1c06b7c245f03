# SPDX-License-Identifier: BSD-2-Clause
"""Rows of the boot matrix about the medium: what the firmware loads the application from."""

from expect import ROOT
from matrix import PCI, Row, Screen, device, gpu

IMAGE = ROOT / "build/firstlight.img"
FOLDER = ROOT / "esp"

# A drive called `medium`. What firmware writes to it is thrown away: OVMF keeps variables in a file.
CONTENTS = {
    "image": f"if=none,id=medium,format=raw,snapshot=on,file={IMAGE}",
    "read-only": f"if=none,id=medium,format=raw,readonly=on,file={IMAGE}",
    "folder": f"if=none,id=medium,format=raw,snapshot=on,file=fat:{FOLDER}",
}

DISK = "drive=medium", "bootindex=0"
BUSES = {
    "xhci": (*device("qemu-xhci"), *device("usb-storage", *DISK)),
    "ehci": (*device("ich9-usb-ehci1"), *device("usb-storage", *DISK)),
    "nvme": device("nvme", "serial=1", *DISK),
    "ahci": (*device("ich9-ahci", "id=ahci"), *device("ide-hd", "bus=ahci.0", *DISK)),
    "virtio-blk-pci": device("virtio-blk-pci", *DISK),
    "virtio-blk-mmio": device("virtio-blk-device", *DISK),
    "virtio-scsi": (*device("virtio-scsi-pci"), *device("scsi-hd", *DISK)),
}


def medium(arch, bus, contents, wide=False):
    return Row(
        id=f"{contents}-on-{bus}",
        arch=arch,
        boot="none",
        qemu=("-drive", CONTENTS[contents], *BUSES[bus], *gpu()),
        screens=(Screen(transport=PCI),),
        details=(("SMBIOS", "^option pattern=bars$"),),
        wide=wide,
    )


USUAL = (
    medium("aarch64", "xhci", "read-only"),
    medium("aarch64", "nvme", "image"),
    medium("aarch64", "virtio-blk-pci", "folder"),
    medium("aarch64", "virtio-blk-mmio", "read-only"),
    medium("x86_64", "xhci", "read-only"),
    medium("x86_64", "ehci", "folder"),
    medium("x86_64", "ahci", "folder"),
)


def impossible(arch, bus, contents):
    """
    AAVMF has no driver for AHCI, and with EHCI it hangs now and then before it starts anything
    (2022.11); q35 has no virtio-mmio; an ide-hd wants to write.
    """
    if arch == "aarch64" and bus in ("ahci", "ehci"):
        return True
    if arch == "x86_64" and bus.endswith("mmio"):
        return True
    return bus == "ahci" and contents == "read-only"


# All others.
WIDE = tuple(
    medium(arch, bus, contents, wide=True)
    for arch in ("aarch64", "x86_64")
    for bus in BUSES
    for contents in CONTENTS
    if not impossible(arch, bus, contents)
    and (arch, f"{contents}-on-{bus}") not in {(row.arch, row.id) for row in USUAL}
)

MEDIA = USUAL + WIDE
