# SPDX-License-Identifier: BSD-2-Clause
"""What is tested without firmware, as data: platforms, device options, topologies, figures."""

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Device:
    id: str
    kind: str  # gpu or rng
    properties: str = ""  # of the QEMU device


@dataclass(frozen=True)
class Platform:
    """A QEMU machine and, since no firmware says it, what it has, in firstlight-qtest's words."""

    id: str
    arch: str
    machine: str
    setup: tuple[str, ...]
    transport: str  # as in ACCESSES
    windows: tuple[int, int, int] = ()  # of virtio-mmio: base, size, count
    arguments: tuple[str, ...] = ()
    memory_mib: int = 256

    @property
    def is_pci(self):
        return not self.windows

    def window(self, slot):
        base, size, count = self.windows
        assert slot < count, "more devices than windows"
        return base + slot * size

    def device_arguments(self, devices):
        for slot, device in enumerate(devices):
            driver = f"virtio-{device.kind}-{'pci' if self.is_pci else 'device'}"
            words = [driver, f"id={device.id}"]
            if self.windows:
                words.append(f"bus=virtio-mmio-bus.{slot}")
            if device.properties:
                words.append(device.properties)
            yield from ("-device", ",".join(words))


def mmio(base, size, count, legacy):
    return {
        "windows": (base, size, count),
        "arguments": ("-global", f"virtio-mmio.force-legacy={'true' if legacy else 'false'}"),
        "transport": "virtio-mmio version 1" if legacy else "virtio-mmio version 2",
    }


VIRT_MEMORY = "memory 0x48000000 0x8000000 0x8000000"
X86_MEMORY = "memory 0x8000000 0x8000000 0x8000000"
VIRT_WINDOWS = 0x0A000000, 0x200, 32
MICROVM_WINDOWS = 0xFEB00000, 0x200, 24
VIRT_LOW = (
    "aperture io-mmio 0 0x3eff0000 0x10000",
    "aperture memory 0x10000000 0x10000000 0x2eff0000",
)
VIRT_HIGH = "aperture memory 0x8000000000 0x8000000000 0x8000000000"
X86_LOW = ("aperture io 0xc000 0xc000 0x4000", "aperture memory 0xc0000000 0xc0000000 0x3ec00000")
X86_HIGH = "aperture prefetch 0x800000000 0x800000000 0x800000000"
# Where there is no aperture above 4 GiB, every BAR has to be below.
VIRT_MMIO = "mmio {:#x} {:#x} {}".format(*VIRT_WINDOWS)
MICROVM_MMIO = "mmio {:#x} {:#x} {}".format(*MICROVM_WINDOWS)

PLATFORMS = {
    platform.id: platform
    for platform in (
        Platform("virt-mmio-legacy", "aarch64", "virt", (VIRT_MMIO, VIRT_MEMORY),
                 **mmio(*VIRT_WINDOWS, legacy=True)),
        Platform("virt-mmio", "aarch64", "virt", (VIRT_MMIO, VIRT_MEMORY),
                 **mmio(*VIRT_WINDOWS, legacy=False)),
        Platform("microvm-mmio-legacy", "x86_64", "microvm", (MICROVM_MMIO, X86_MEMORY),
                 **mmio(*MICROVM_WINDOWS, legacy=True)),
        Platform("microvm-mmio", "x86_64", "microvm", (MICROVM_MMIO, X86_MEMORY),
                 **mmio(*MICROVM_WINDOWS, legacy=False)),
        Platform("virt-pci", "aarch64", "virt",
                 ("pci 0x4010000000 0 255", *VIRT_LOW, VIRT_HIGH, VIRT_MEMORY),
                 "virtio-pci modern"),
        Platform("virt-pci-low", "aarch64", "virt,highmem=off",
                 ("pci 0x3f000000 0 15", *VIRT_LOW, VIRT_MEMORY), "virtio-pci modern"),
        Platform("q35", "x86_64", "q35", ("pci 0 0 255", *X86_LOW, X86_HIGH, X86_MEMORY),
                 "virtio-pci modern"),
        Platform("pc", "x86_64", "pc", ("pci 0 0 255", *X86_LOW, X86_MEMORY),
                 "virtio-pci modern"),
        Platform("microvm-pci", "x86_64", "microvm,pcie=on",
                 ("pci 0xe0000000 0 255", "aperture memory 0xc0000000 0xc0000000 0x20000000",
                  X86_MEMORY), "virtio-pci modern"),
    )
}  # fmt: skip
PCI_PLATFORMS = [platform for platform in PLATFORMS.values() if platform.is_pci]


@dataclass(frozen=True)
class Features:
    """What the device offers; each is a device property of this name."""

    indirect_desc: bool = True
    event_idx: bool = True
    edid: bool = True

    @property
    def id(self):
        return "".join("-+"[on] + name for name, on in vars(self).items())

    @property
    def properties(self):
        return ",".join(f"{name}={'on' if on else 'off'}" for name, on in vars(self).items())


ALL_FEATURES = [Features(*bits) for bits in product((True, False), repeat=3)]
# Where it takes long: only these two.
EXTREMES = [Features(True, True, True), Features(False, False, False)]


@dataclass(frozen=True)
class Option:
    """A GPU that is asked for this picture. The size is the device's, unless video overrides it."""

    id: str
    pattern: str
    width: int
    height: int
    properties: str | None = None  # None: xres and yres
    video: bool = False
    scanouts: int = 1
    features: tuple[Features, ...] = tuple(ALL_FEATURES)
    pci_only: bool = False

    @property
    def device_properties(self):
        if self.properties is not None:
            return self.properties
        return f"xres={self.width},yres={self.height}"


PIO = "modern-pio-notify=on"
OPTIONS = [
    Option("16x16", "bars", 16, 16),
    Option("17x33", "gradient", 17, 33),
    Option("640x480", "checker", 640, 480),
    Option("1280x800", "bars", 1280, 800, properties=""),
    Option("1366x768-16-outputs", "grid", 1366, 768, "xres=1366,yres=768,max_outputs=16",
           scanouts=16),
    Option("video-1024x768", "solid:ff8000", 1024, 768, properties="", video=True),
    Option("video-333x16", "bars", 333, 16, "xres=4096,yres=2160", video=True),
    Option("1920x1080", "bars", 1920, 1080, features=tuple(EXTREMES)),
    Option("4096x2160", "grid", 4096, 2160, features=tuple(EXTREMES)),
    Option("video-4096x2160", "checker", 4096, 2160, "xres=640,yres=480", video=True,
           features=tuple(EXTREMES[:1])),
    Option("page-per-vq", "bars", 640, 480, "page-per-vq=on,xres=640,yres=480", pci_only=True),
    Option("pio-notify", "bars", 640, 480, f"{PIO},xres=640,yres=480", pci_only=True),
    Option("no-msix", "bars", 640, 480, "vectors=0,xres=640,yres=480", pci_only=True,
           features=tuple(EXTREMES)),
    Option("packed-offered", "bars", 640, 480, "packed=on,xres=640,yres=480",
           features=tuple(EXTREMES)),
    Option("iommu-platform", "bars", 640, 480, "iommu_platform=on,xres=640,yres=480",
           pci_only=True, features=tuple(EXTREMES)),
    Option("no-queue-reset", "bars", 640, 480, "queue_reset=off,xres=640,yres=480",
           features=tuple(EXTREMES)),
]  # fmt: skip
