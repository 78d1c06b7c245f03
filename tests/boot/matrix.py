# SPDX-License-Identifier: BSD-2-Clause
"""The boot matrix: what is started, and what its log and its screen must then show.

A row is data; test_matrix.py boots each and holds it against the same list of expectations.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    """One display that must show the row's pattern."""

    device: str = "gpu0"  # the id of the QEMU device
    width: int = 1280
    height: int = 800
    transport: str = ""  # the log's subject of the device it is on, a pattern
    name: str = "gpu0"  # how the log calls the GPU


@dataclass(frozen=True)
class Row:
    id: str
    arch: str = "aarch64"
    qemu: tuple[str, ...] = ()  # more arguments
    boot: str = "kernel"  # as tools/qemu.py says; or medium: a disk, options in firstlight.conf
    memory: str = "512M"
    compiler: str = "gcc"
    firmware: str | None = None  # a build of tools/firmware.py, instead of the plain one
    args: str = ""  # options of the run
    pattern: str = "bars"
    label: bool = False
    screens: tuple[Screen, ...] = (Screen(),)
    entropy: str | None = None  # the log's subject of the entropy device, a pattern
    irq: str = ""  # irq= of the run; interrupts of that kind must have come from every device
    wide: bool = False  # left out of `make check`: `make wide` runs it
    details: tuple[tuple[str, str], ...] = ()  # (subject, text) patterns that the log must hold


def device(*words):
    return "-device", ",".join(words)


def gpu(*words, model="virtio-gpu-pci", id="gpu0"):
    return device(model, f"id={id}", *words)


def mmio_gpu(*words, id="gpu0"):
    return gpu(*words, model="virtio-gpu-device", id=id)


def vga(*words, id="gpu0"):
    return gpu(*words, model="virtio-vga", id=id)


ACPI = ("efi", r"^tables: ACPI, RSDP at 0x"), ("efi", "^tables: no FDT")
TREE = ("efi", r"^tables: FDT at 0x"), ("efi", "^tables: no ACPI")


def found(subject, kind, transport):
    """The line that says what was found, by which transport."""
    return subject, rf"^found: {kind}.*, virtio-{transport}\b"


MMIO = r"virtio-mmio@[0-9a-f]+"
PCI = r"virtio-pci@[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]"
MODERN_MMIO = "-global", "virtio-mmio.force-legacy=false"
LEGACY_MMIO = "-global", "virtio-mmio.force-legacy=true"
FDT = "-machine", "acpi=off"
RNG_PCI = device("virtio-rng-pci")
RNG_MMIO = device("virtio-rng-device")

AARCH64 = (
    Row(
        id="acpi-pci",
        qemu=(*gpu(), *RNG_PCI),
        screens=(Screen(transport=PCI),),
        entropy=PCI,
        details=(*ACPI, found(PCI, "GPU", "pci modern"), found(PCI, "entropy", "pci modern")),
    ),
    Row(
        id="fdt-pci",
        qemu=(*FDT, *gpu("xres=640", "yres=480"), *RNG_MMIO),
        pattern="gradient",
        screens=(Screen(width=640, height=480, transport=PCI),),
        entropy=MMIO,
        details=(*TREE, found(PCI, "GPU", "pci modern"), found(MMIO, "entropy", "mmio version 1")),
    ),
    Row(
        id="acpi-mmio",
        qemu=(*MODERN_MMIO, *mmio_gpu(), *RNG_MMIO),
        pattern="grid",
        screens=(Screen(transport=MMIO),),
        entropy=MMIO,
        details=(*ACPI, found(MMIO, "GPU", "mmio version 2")),
    ),
    Row(
        id="fdt-mmio",
        qemu=(*FDT, *MODERN_MMIO, *mmio_gpu()),
        pattern="checker",
        label=True,
        screens=(Screen(transport=MMIO),),
        details=(*TREE, found(MMIO, "GPU", "mmio version 2")),
    ),
    Row(
        id="acpi-mmio-legacy",
        qemu=(*LEGACY_MMIO, *mmio_gpu("xres=1366", "yres=768"), *RNG_MMIO),
        label=True,
        screens=(Screen(width=1366, height=768, transport=MMIO),),
        entropy=MMIO,
        details=(*ACPI, found(MMIO, "GPU", "mmio version 1")),
    ),
    Row(
        id="fdt-mmio-legacy",
        qemu=(*FDT, *LEGACY_MMIO, *mmio_gpu()),
        pattern="solid:1280ff",
        screens=(Screen(transport=MMIO),),
        details=(*TREE, found(MMIO, "GPU", "mmio version 1")),
    ),
    Row(
        id="root-port",
        qemu=(
            *device("pcie-root-port", "id=port0", "chassis=1"),
            *device("pcie-root-port", "id=port1", "chassis=2"),
            *gpu("bus=port1", "xres=640", "yres=480"),
            *device("virtio-rng-pci", "bus=port0"),
        ),
        pattern="gradient",
        label=True,
        screens=(Screen(width=640, height=480, transport=r"virtio-pci@0000:02:00\.0"),),
        entropy=r"virtio-pci@0000:01:00\.0",
    ),
    Row(
        id="two-gpus",
        qemu=(*gpu(), *gpu("xres=640", "yres=480", id="gpu1")),
        pattern="grid",
        screens=(
            Screen(transport=PCI),
            Screen("gpu1", 640, 480, transport=PCI, name="gpu1"),
        ),
    ),
    Row(
        id="two-transports",
        qemu=(
            *LEGACY_MMIO,
            *gpu("xres=1920", "yres=1080"),
            *mmio_gpu("xres=640", "yres=480", id="gpu1"),
        ),
        screens=(
            Screen("gpu0", 1920, 1080, transport=PCI, name="gpu1"),
            Screen("gpu1", 640, 480, transport=MMIO),
        ),
    ),
    Row(
        id="gic-3",
        qemu=("-machine", "gic-version=3", *gpu(), *RNG_MMIO),
        screens=(Screen(transport=PCI),),
        entropy=MMIO,
        details=(("machine", "GIC version: 3"),),
    ),
    Row(
        id="highmem-off",
        qemu=("-machine", "highmem=off", *gpu(), *RNG_PCI),
        pattern="checker",
        screens=(Screen(transport=PCI),),
        entropy=PCI,
        details=(("pci", "ECAM at 0x3f000000"),),
    ),
    Row(
        id="four-cpus-4-gib",
        qemu=("-smp", "4", *gpu(), *RNG_PCI),
        memory="4G",
        screens=(Screen(transport=PCI),),
        entropy=PCI,
        details=(("machine", "^processors: 4"),),
    ),
    Row(
        id="el2",
        qemu=("-machine", "virtualization=on", *MODERN_MMIO, *mmio_gpu(), *RNG_PCI),
        pattern="gradient",
        screens=(Screen(transport=MMIO),),
        entropy=PCI,
        details=(("machine", "PSCI: smc"), found(MMIO, "GPU", "mmio version 2")),
    ),
    Row(
        id="video-1920x1080",
        qemu=gpu(),
        args="video=1920x1080",
        pattern="gradient",
        label=True,
        screens=(Screen(width=1920, height=1080, transport=PCI),),
        details=(("gpu0", "^scanout 0: size 1920x1080: .*video="),),
    ),
    Row(
        id="format",
        qemu=gpu(),
        args="format=a8b8g8r8",
        label=True,
        screens=(Screen(transport=PCI),),
        details=(("LoadOptions", "^option format=a8b8g8r8$"),),
    ),
    Row(
        id="scattered",
        qemu=(*LEGACY_MMIO, *mmio_gpu()),
        args="backing=scattered",
        pattern="gradient",
        label=True,
        screens=(Screen(transport=MMIO),),
    ),
    Row(
        id="video-17x16",
        qemu=(*LEGACY_MMIO, *mmio_gpu()),
        args="video=17x16 loglevel=error",
        screens=(Screen(width=17, height=16, transport=MMIO),),
    ),
    Row(
        id="plain-features",
        qemu=gpu("event_idx=off", "indirect_desc=off", "edid=off", "vectors=0", "queue_reset=off"),
        args="loglevel=trace",
        screens=(Screen(transport=PCI),),
        details=(
            (PCI, r"^features accepted: 0x100000000 \(VERSION_1\)$"),
            (PCI, "^register: [A-Za-z_]+ 0x[0-9a-f]+ <- 0x"),
            (PCI, "^register: [A-Za-z_]+ 0x[0-9a-f]+ -> 0x"),
        ),
    ),
    Row(
        id="odd-features",
        qemu=gpu(
            "packed=on",
            "page-per-vq=on",
            "modern-pio-notify=on",
            "max_outputs=16",
            "iommu_platform=on",
        ),
        pattern="grid",
        screens=(Screen(transport=PCI),),
        details=(
            (PCI, "^features offered: .*RING_PACKED"),
            (PCI, "^features accepted: .*ACCESS_PLATFORM"),
        ),
    ),
    Row(
        id="packed",
        qemu=(*gpu("packed=on"), *device("virtio-rng-pci", "packed=on")),
        args="ring=packed features=-edid,+in_order",
        pattern="gradient",
        label=True,
        screens=(Screen(transport=PCI),),
        entropy=PCI,
        details=(
            (PCI, "^features accepted: .*RING_PACKED"),
            (PCI, r"^features wanted and not offered: .*IN_ORDER"),
            (PCI, "^queue 0: packed, 64 entries"),
        ),
    ),
    Row(
        id="image-on-usb",
        boot="image",
        qemu=(*gpu(), *RNG_PCI),
        label=True,
        screens=(Screen(transport=PCI),),
        entropy=PCI,
        details=(("SMBIOS", "^option pattern=bars$"),),
    ),
    Row(
        id="strict-nx",
        firmware="strictnx",
        qemu=(*gpu(), *RNG_PCI),
        screens=(Screen(transport=PCI),),
        entropy=PCI,
    ),
    Row(
        id="clang",
        compiler="clang",
        qemu=(*LEGACY_MMIO, *mmio_gpu(), *RNG_PCI),
        label=True,
        screens=(Screen(transport=MMIO),),
        entropy=PCI,
    ),
    Row(
        id="by-hand",
        qemu=(*LEGACY_MMIO, *mmio_gpu("bus=virtio-mmio-bus.31")),
        args="virtio_mmio.device=512@0xa003e00:47 earlycon=pl011,mmio32,0x9000000",
        screens=(Screen(transport="virtio-mmio@a003e00"),),
        details=(
            ("machine", r"^virtio-mmio@a003e00: .*interrupt 47,.*virtio_mmio\.device"),
            ("machine", r"^uart: pl011 mmio 0x9000000 from .*earlycon is chosen"),
        ),
    ),
)

GIC2, GIC3 = (("-machine", f"gic-version={version}") for version in (2, 3))
EL2 = "-machine", "virtualization=on"
SMMU = "-machine", "iommu=smmuv3"
PORT = device("pcie-root-port", "id=port0", "chassis=1")


def interrupts(id, irq, *qemu, mmio=False, subject=None, **fields):
    """A row whose GPU and entropy device interrupt."""
    subject = subject or (MMIO if mmio else PCI)
    devices = (*mmio_gpu(), *RNG_MMIO) if mmio else (*gpu(), *RNG_PCI)
    return Row(
        id=f"irq-{id}",
        irq=irq,
        qemu=(*qemu, *fields.pop("devices", devices)),
        screens=(Screen(transport=subject),),
        entropy=subject,
        **fields,
    )


GIC3_ITS = (("irq", "^GIC ITS: at 0x8080000"), ("irq", r"^GICv3: masked; [1-9]\d* .* 0 unclaimed"))
# Not assumed: the IORT is followed through the SMMU.
BEHIND_SMMU = "irq", r"^GIC ITS: requester 0x0010 is device 0x10$"
GIC2_FRAME = (("irq", "message 0x5[0-9a-f] to 0x8020040$"), ("irq", "^GICv2: masked; [1-9]"))
BEHIND_PORTS = (*PORT, *gpu("bus=port0"), *RNG_PCI)

INTERRUPTS = (
    interrupts("msix-gic3", "msix", *GIC3, details=(*ACPI, *GIC3_ITS)),
    interrupts("msix-gic3-fdt", "msix", *GIC3, *FDT, details=(*TREE, *GIC3_ITS)),
    interrupts("msix-gic3-el2", "msix", *GIC3, *EL2, details=GIC3_ITS),
    interrupts("msix-gic3-smmu", "msix", *GIC3, *SMMU, details=(BEHIND_SMMU, *GIC3_ITS)),
    interrupts("msix-gic2", "msix", *GIC2, details=GIC2_FRAME),
    interrupts("msix-gic2-fdt", "msix", *GIC2, *FDT, details=GIC2_FRAME),
    interrupts("intx-gic3", "intx", *GIC3, devices=BEHIND_PORTS),
    interrupts("intx-gic3-fdt", "intx", *GIC3, *FDT, devices=BEHIND_PORTS),
    interrupts("intx-gic2", "intx", *GIC2),
    interrupts("intx-gic2-el2-fdt", "intx", *GIC2, *EL2, *FDT),
    interrupts("mmio-gic3", "mmio", *GIC3, *MODERN_MMIO, mmio=True, details=ACPI),
    interrupts("mmio-gic2-fdt", "mmio", *GIC2, *FDT, *MODERN_MMIO, mmio=True, details=TREE),
    interrupts("mmio-legacy-gic3-fdt", "mmio", *GIC3, *FDT, *LEGACY_MMIO, mmio=True),
    interrupts("mmio-legacy-gic2", "mmio", *GIC2, *LEGACY_MMIO, mmio=True),
    interrupts(
        "plain-features",
        "msix",
        *GIC3,
        devices=(*gpu("event_idx=off", "indirect_desc=off"), *RNG_PCI),
    ),
)

PC = "-machine", "pc"
LEGACY_RNG = device("virtio-rng-pci", "disable-modern=on", "disable-legacy=off")

X86_64_INTERRUPTS = (
    interrupts("q35-msix", "msix", arch="x86_64", details=(("irq", "to 0xfee00000$"),)),
    interrupts(
        "q35-intx", "intx", arch="x86_64", devices=(*PORT, *gpu("bus=port0"), *LEGACY_RNG)
    ),
    interrupts(
        "pc-intx",
        "intx",
        *PC,
        arch="x86_64",
        details=(
            # QEMU 7.2 computes it; 10 has constants, of links whose _CRS is computed.
            ("aml", r"^\\_SB\.PCI0: (its _PRT has to be computed|_PRT: not every entry)"),
            (r"0000:00:\d\d\.0", "firmware's Interrupt Line register, 1[01], is taken"),
        ),
    ),
)

X86_64 = (
    Row(
        id="packed",
        arch="x86_64",
        qemu=(*gpu("packed=on"), *device("virtio-rng-pci", "packed=on")),
        args="ring=packed features=-edid,+in_order",
        pattern="checker",
        label=True,
        screens=(Screen(transport=PCI),),
        entropy=PCI,
        details=(
            (PCI, "^features accepted: .*RING_PACKED"),
            (PCI, r"^features wanted and not offered: .*IN_ORDER"),
            (PCI, "^queue 0: packed, 64 entries"),
        ),
    ),
    Row(
        id="q35-pci",
        arch="x86_64",
        qemu=(*gpu(), *RNG_PCI),
        screens=(Screen(transport=PCI),),
        entropy=PCI,
        details=(*ACPI, ("pci", r"by ECAM at 0x[be]0000000$"), found(PCI, "GPU", "pci modern")),
    ),
    Row(
        id="q35-vga",
        arch="x86_64",
        qemu=vga("xres=1920", "yres=1080"),
        pattern="grid",
        label=True,
        screens=(Screen(width=1920, height=1080, transport=PCI),),
    ),
    Row(
        id="pc-pci",
        arch="x86_64",
        qemu=(*PC, *gpu(), *RNG_PCI),  # on a conventional bus the entropy device is transitional
        pattern="gradient",
        screens=(Screen(transport=PCI),),
        entropy=PCI,
        details=(*ACPI, ("pci", "by ports 0xcf8 and 0xcfc$"), found(PCI, "GPU", "pci modern")),
    ),
    Row(
        id="pc-vga",
        arch="x86_64",
        qemu=(*PC, *vga("xres=640", "yres=480")),
        screens=(Screen(width=640, height=480, transport=PCI),),
    ),
    Row(
        id="q35-legacy-entropy",
        arch="x86_64",
        qemu=(
            *gpu("xres=1366", "yres=768"),
            *device("virtio-rng-pci", "disable-modern=on", "disable-legacy=off"),
        ),
        label=True,
        screens=(Screen(width=1366, height=768, transport=PCI),),
        entropy=PCI,
        details=(found(PCI, "entropy", "pci legacy"),),
    ),
    Row(
        id="q35-root-port",
        arch="x86_64",
        qemu=(*device("pcie-root-port", "id=port0", "chassis=1"), *gpu("bus=port0")),
        pattern="checker",
        screens=(Screen(transport=PCI),),
    ),
    Row(
        id="q35-two-gpus",
        arch="x86_64",
        qemu=(*vga(), *gpu("xres=640", "yres=480", id="gpu1")),
        screens=(
            Screen(transport=PCI),
            Screen("gpu1", 640, 480, transport=PCI, name="gpu1"),
        ),
    ),
    Row(
        id="q35-four-cpus-4-gib",
        arch="x86_64",
        qemu=("-smp", "4", *gpu(), *RNG_PCI),
        memory="4G",
        args="video=640x480",
        pattern="solid:ff8000",
        label=True,
        screens=(Screen(width=640, height=480, transport=PCI),),
        entropy=PCI,
        details=(("machine", "^processors: 4"), ("gpu0", "^scanout 0: size 640x480: .*video=")),
    ),
    Row(
        id="q35-image-on-usb",
        arch="x86_64",
        boot="image",
        qemu=gpu(),
        label=True,
        screens=(Screen(transport=PCI),),
    ),
    Row(
        id="q35-clang",
        arch="x86_64",
        compiler="clang",
        qemu=(*gpu(), *RNG_PCI),
        screens=(Screen(transport=PCI),),
        entropy=PCI,
    ),
)


def u_boot(arch, *qemu, subject=PCI, **fields):
    """A row under U-Boot's UEFI: no graphics, no PCI protocols, another size of descriptors."""
    return Row(
        id="u-boot" + fields.pop("name", ""),
        arch=arch,
        firmware="u-boot",
        boot="medium",
        qemu=qemu,
        screens=(Screen(transport=subject),),
        **fields,
    )


U_BOOT = (
    u_boot("aarch64", *gpu(), *RNG_PCI, entropy=PCI, label=True, details=TREE),
    u_boot("aarch64", *LEGACY_MMIO, *mmio_gpu(), name="-mmio-legacy", subject=MMIO, pattern="grid"),
    u_boot(
        "x86_64",
        *gpu(),
        *RNG_PCI,
        entropy=PCI,
        pattern="gradient",
        details=(("LoadOptions", "^`rootwait` is for Linux and passed over$"),),
    ),
)

ROWS = AARCH64 + INTERRUPTS + X86_64 + X86_64_INTERRUPTS + U_BOOT
