# SPDX-License-Identifier: BSD-2-Clause
"""Rows of the boot matrix about the machine around the GPU: processors, memory, buses."""

from matrix import PCI, Row, Screen, device, gpu

ARCHES = "aarch64", "x86_64"


def machine(id, *qemu, bus=None, transport=PCI, wide=(), **fields):
    """The same machine on each architecture. `bus`: where its arguments put the GPU."""
    where = (f"bus={bus}",) if bus else ()
    return tuple(
        Row(
            id=id,
            arch=arch,
            qemu=(*qemu, *gpu(*where)),
            screens=(Screen(transport=transport),),
            wide=arch in wide,
            **fields,
        )
        for arch in ARCHES
    )


def processors(count, **fields):
    expected = ("machine", rf"^processors: {count}\b")
    return machine(f"{count}-cpus", "-smp", str(count), details=(expected,), **fields)


def backing(number):
    return "-object", f"memory-backend-ram,id=ram{number},size=512M"


def node(number, first, last):
    return *backing(number), "-numa", f"node,nodeid={number},cpus={first}-{last},memdev=ram{number}"


PROCESSORS = (
    *processors(1, wide=ARCHES),
    *processors(2, wide=ARCHES),
    *processors(3, wide=ARCHES),
    *processors(8, wide=ARCHES),
)

# On x86_64 what is above the hole below 4 GiB goes on behind it; a DIMM lies behind another hole.
MEMORY = (
    *machine("256M", memory="256M", wide=ARCHES),
    *machine("3G", memory="3G", wide=ARCHES),
    *machine("16G", memory="16G"),
    *machine(
        "dimm",
        *("-m", "512M,slots=2,maxmem=8G", *backing(1)),
        *device("pc-dimm", "memdev=ram1"),
        wide=("x86_64",),
    ),
)

ROOT_BRIDGE = (
    *device("pxb-pcie", "id=pxb", "bus_nr=64", "numa_node=1"),
    *device("pcie-root-port", "id=port0", "bus=pxb", "chassis=1"),
)
TWO_NODES = "-smp", "8", *node(0, 0, 3), *node(1, 4, 7)


def switch(number, above):
    """A switch: one port for what follows, and one that stays empty."""
    return (
        *device("x3130-upstream", f"id=up{number}", f"bus={above}"),
        *device(
            "xio3130-downstream",
            f"id=down{number}",
            f"bus=up{number}",
            f"chassis={number + 2}",
        ),
        *device("xio3130-downstream", f"bus=up{number}", f"chassis={number + 32}", "slot=1"),
    )


SWITCHES = (
    *device("pcie-root-port", "id=port0", "chassis=1"),
    *switch(0, "port0"),
    *switch(1, "down0"),
    *switch(2, "down1"),
    *switch(3, "down2"),
)
CONVENTIONAL = (
    *device("pcie-pci-bridge", "id=bridge0"),
    *device("pci-bridge", "id=bridge1", "bus=bridge0", "chassis_nr=2", "addr=1"),
    *device("pci-bridge", "id=bridge2", "bus=bridge1", "chassis_nr=3", "addr=1"),
)


def empty_ports(count):
    """Root ports to plug something into, and nothing in them; eight to a slot."""
    return tuple(
        word
        for i in range(count)
        for word in device(
            "pcie-root-port",
            f"chassis={i + 1}",
            f"addr={16 + i // 8:#x}.{i % 8}",
            "multifunction=on",
        )
    )


# Its four virtual functions are there only when a driver asks for them.
SRIOV = (
    *device("pcie-root-port", "id=port0", "chassis=1"),
    *device("nvme-subsys", "id=subsystem"),
    *device(
        "nvme",
        *("serial=1", "subsys=subsystem", "bus=port0", "max_ioqpairs=10", "msix_qsize=20"),
        *("sriov_max_vfs=4", "sriov_vq_flexible=8", "sriov_vi_flexible=4"),
    ),
)

BUSES = (
    *machine(
        "second-root-bridge",
        *TWO_NODES,
        *ROOT_BRIDGE,
        bus="port0",
        transport=r"virtio-pci@0000:41:00\.0",
        memory="1G",
        details=(("pci", "functions found behind bus 0000:40$"),),
    ),
    *machine("four-switches", *SWITCHES, bus="down3", transport=r"virtio-pci@0000:0\d:00\.0"),
    *machine("three-bridges", *CONVENTIONAL, bus="bridge2,addr=3", wide=("x86_64",)),
    *machine("empty-ports", *empty_ports(16), wide=("x86_64",)),
    *machine("sriov", *SRIOV, wide=("x86_64",)),
)

# Other graphics, of which the firmware may use one.
GRAPHICS = (
    *machine("second-gpu-bochs", *device("bochs-display")),
    *machine("second-gpu-vga", *device("VGA"), wide=ARCHES),
    *machine("second-gpu-ati", *device("ati-vga"), wide=ARCHES),
    *machine("second-gpu-cirrus", *device("cirrus-vga"), wide=ARCHES),
    *machine("second-gpu-ramfb", *device("ramfb"), wide=ARCHES),
)

MACHINES = PROCESSORS + MEMORY + BUSES + GRAPHICS
