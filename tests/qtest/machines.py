# SPDX-License-Identifier: BSD-2-Clause
"""What is tested without firmware, as data: platforms, device options, topologies, figures."""

from dataclasses import dataclass, replace
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
    first_slot: int = 0  # virtio-mmio: the window of the first device; those below stay empty

    @property
    def is_pci(self):
        return not self.windows

    def window(self, slot):
        base, size, count = self.windows
        assert self.first_slot + slot < count, "more devices than windows"
        return base + (self.first_slot + slot) * size

    def device_arguments(self, devices):
        for slot, device in enumerate(devices):
            driver = f"virtio-{device.kind}-{'pci' if self.is_pci else 'device'}"
            words = [driver, f"id={device.id}"]
            if self.windows:
                words.append(f"bus=virtio-mmio-bus.{self.first_slot + slot}")
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
        return f"{self.ring_properties},edid={'on' if self.edid else 'off'}"

    @property
    def ring_properties(self):
        """Those of any device."""
        names = ("indirect_desc", "event_idx")
        return ",".join(f"{name}={'on' if getattr(self, name) else 'off'}" for name in names)


ALL_FEATURES = [Features(*bits) for bits in product((True, False), repeat=3)]
PACKED_FEATURES = [Features(*bits, True) for bits in product((True, False), repeat=2)]
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
    Option("4096x2160", "grid", 4096, 2160, features=tuple(EXTREMES[:1])),
    Option("video-4096x2160", "checker", 4096, 2160, "xres=640,yres=480", video=True,
           features=tuple(EXTREMES[1:])),
    Option("page-per-vq", "bars", 640, 480, "page-per-vq=on,xres=640,yres=480", pci_only=True),
    Option("pio-notify", "bars", 640, 480, f"{PIO},xres=640,yres=480", pci_only=True),
    Option("no-msix", "bars", 640, 480, "vectors=0,xres=640,yres=480", pci_only=True,
           features=tuple(EXTREMES)),
    Option("packed-offered", "bars", 640, 480, "packed=on,xres=640,yres=480",
           features=tuple(EXTREMES)),
    # QEMU's GPU has the modern interface alone, whatever is asked for: no legacy PCI GPU can be had.
    Option("legacy-asked-for", "bars", 640, 480,
           "disable-legacy=off,disable-modern=on,xres=640,yres=480", pci_only=True,
           features=tuple(EXTREMES[:1])),
    Option("iommu-platform", "bars", 640, 480, "iommu_platform=on,xres=640,yres=480",
           pci_only=True, features=tuple(EXTREMES)),
    Option("no-queue-reset", "bars", 640, 480, "queue_reset=off,xres=640,yres=480",
           features=tuple(EXTREMES)),
]  # fmt: skip


# ---- register accesses from reset to the first picture, as they are today; none may add to them

ACCESSES = {  # transport: reads, writes (doorbells included)
    "virtio-mmio version 1": (7, 16),
    "virtio-mmio version 2": (10, 24),
    "virtio-pci modern": (10, 24),
}
# What a cursor adds: a queue to set up, the three commands of its image, its own eleven.
CURSOR_ACCESSES = {
    "virtio-mmio version 1": (3, 4 + 3 + 11),
    "virtio-mmio version 2": (3, 9 + 3 + 11),
    "virtio-pci modern": (3, 9 + 3 + 11),
}
# The sum with two queues set up, no label and none of the cursor's commands (docs/performance.md).
FIRST_PICTURE = {
    "virtio-mmio version 1": 30,
    "virtio-mmio version 2": 46,
    "virtio-pci modern": 46,
}
CURSOR_COMMANDS = 3 + 11


# ---- queues

RING_PACKED = 1 << 34  # virtio 1.3 §6
WRAP = 70_000  # requests: more than an index counts
# The slowest ring is the smallest: one platform for each transport.
WRAP_SMALLEST = ("virt-mmio-legacy", "microvm-mmio", "q35")


@dataclass(frozen=True)
class Ring:
    """A queue of a device."""

    id: str
    kind: str
    queue: int


RINGS = [
    Ring("entropy", "rng", 0),
    Ring("control", "gpu", 0),
    Ring("cursor", "gpu", 1),
]


# ---- memory for DMA

SCATTERED = "scattered"
ABOVE_4_GIB = "above-4-gib"
PIECE = 0x20000  # scattered: pieces of this size, with as much between them
PIECES = 48


def with_memory(platform, kind):
    """The platform with other memory for DMA."""
    rest = tuple(line for line in platform.setup if not line.startswith("memory "))
    if kind == SCATTERED:
        base, offset = 0x48000000 if platform.arch == "aarch64" else 0x8000000, 0x8000000
        lines = tuple(
            f"memory {base + at:#x} {offset + at:#x} {PIECE:#x}"
            for at in range(0, 2 * PIECE * PIECES, 2 * PIECE)
        )
        return replace(platform, setup=(*rest, *lines))
    # How much of 4 GiB each machine puts below.
    below = {"virt": 0xC0000000, "q35": 0x80000000, "pc": 0xC0000000, "microvm": 0xC0000000}
    offset = below[platform.machine.split(",")[0]]
    line = f"memory 0x100000000 {offset:#x} 0x8000000"
    return replace(platform, setup=(*rest, line), memory_mib=4096)


# ---- PCI: interfaces and topologies

ENTROPY_INTERFACES = {  # as the device has them: its properties, and which one the driver takes
    "legacy": ("disable-legacy=off,disable-modern=on", "virtio-pci legacy"),
    "transitional": ("disable-legacy=off,disable-modern=off", "virtio-pci modern"),
    "modern": ("disable-legacy=on,disable-modern=off", "virtio-pci modern"),
}
LEGACY = ENTROPY_INTERFACES["legacy"][0]
TRANSITIONAL = ENTROPY_INTERFACES["transitional"][0]


@dataclass(frozen=True)
class Topology:
    id: str
    platforms: tuple[str, ...]
    bridges: tuple[str, ...]  # devices
    devices: tuple[Device, ...]
    buses: dict  # device id: the bus it must be found on, numbers being given depth first
    setup: tuple[str, ...] = ()  # instead of the platform's


EXPRESS = ("virt-pci", "virt-pci-low", "q35")

TOPOLOGIES = [
    Topology(
        "root-ports", EXPRESS,
        ("pcie-root-port,id=p1,chassis=1", "pcie-root-port,id=p2,chassis=2"),
        (Device("g", "gpu", "bus=p1"), Device("r", "rng", "bus=p2")),
        {"g": 1, "r": 2},
    ),
    Topology(
        "root-ports-legacy", EXPRESS,
        ("pcie-root-port,id=p1,chassis=1", "pcie-root-port,id=p2,chassis=2"),
        (Device("g", "gpu", "bus=p2"), Device("r", "rng", f"bus=p1,{LEGACY}")),
        {"g": 2, "r": 1},
    ),
    Topology(
        "switch", EXPRESS,
        ("pcie-root-port,id=p1,chassis=1", "x3130-upstream,id=up,bus=p1",
         "xio3130-downstream,id=d1,bus=up,chassis=2,slot=1",
         "xio3130-downstream,id=d2,bus=up,chassis=3,slot=2"),
        (Device("g", "gpu", "bus=d1"), Device("r", "rng", "bus=d2")),
        {"g": 3, "r": 4},
    ),
    Topology(
        "express-to-pci", EXPRESS,
        ("pcie-root-port,id=p1,chassis=1", "pcie-pci-bridge,id=b1,bus=p1",
         "pci-bridge,id=b2,bus=b1,chassis_nr=2,addr=1",
         "pci-bridge,id=b3,bus=b2,chassis_nr=3,addr=1"),
        (Device("g", "gpu", "bus=b3,addr=1"), Device("r", "rng", f"bus=b3,addr=2,{LEGACY}"),
         Device("g2", "gpu", "bus=b2,addr=7"), Device("r2", "rng", f"bus=b1,addr=9,{LEGACY}")),
        {"g": 4, "r": 4, "g2": 3, "r2": 2},
    ),
    Topology(
        "pci-bridges", ("pc",),
        ("pci-bridge,id=b1,chassis_nr=1,addr=4", "pci-bridge,id=b2,bus=b1,chassis_nr=2,addr=1",
         "pci-bridge,id=b3,bus=b2,chassis_nr=3,addr=0x1f", "pci-bridge,id=b4,chassis_nr=4,addr=5"),
        (Device("g", "gpu", "bus=b3,addr=1"), Device("r", "rng", f"bus=b3,addr=2,{LEGACY}"),
         Device("g2", "gpu", "bus=b4,addr=0x1f"), Device("r2", "rng", f"bus=b4,addr=1,{LEGACY}"),
         Device("g3", "gpu", "bus=b1,addr=2"), Device("r3", "rng", f"bus=pci.0,{TRANSITIONAL}")),
        {"g": 3, "r": 3, "g2": 4, "r2": 4, "g3": 1, "r3": 0},
    ),
    Topology(
        "second-root", ("virt-pci",),
        ("pxb-pcie,id=x,bus_nr=128", "pcie-root-port,id=p1,bus=x,chassis=1"),
        (Device("g", "gpu", "bus=p1"), Device("r", "rng", "bus=pcie.0")),
        {"g": 129, "r": 0},
        ("pci 0x4010000000 0 127", "aperture memory 0x10000000 0x10000000 0x10000000",
         "aperture memory 0x8000000000 0x8000000000 0x4000000000",
         "pci 0x4018000000 128 255", "aperture memory 0x20000000 0x20000000 0x1eff0000",
         "aperture memory 0xc000000000 0xc000000000 0x4000000000", VIRT_MEMORY),
    ),
    Topology(
        "second-root", ("pc",),
        ("pxb,id=x,bus_nr=128",),
        (Device("g", "gpu", "bus=x,addr=1"), Device("r", "rng", f"bus=pci.0,addr=3,{LEGACY}")),
        {"g": 129, "r": 0},
        ("pci 0 0 127", "aperture io 0xc000 0xc000 0x4000",
         "aperture memory 0xc0000000 0xc0000000 0x10000000",
         "pci 0 128 255", "aperture memory 0xd0000000 0xd0000000 0x10000000", X86_MEMORY),
    ),
]  # fmt: skip

# Why a combination cannot be; it is skipped by this name.
NO_HIGH_MEMORY = "virt,highmem=off has no memory above 4 GiB"
NO_IO = "this host bridge has no I/O window"
