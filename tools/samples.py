#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Takes the samples of firmware tables in tests/samples anew from QEMU's machines.

Device trees are what `-machine …,dumpdtb=` writes, repacked by dtc to drop the padding; one is
written by hand and compiled.

ACPI tables are what QEMU hands to firmware over fw_cfg, linked as firmware would do it: this
program carries out the commands of `etc/table-loader` (allocate, add pointer, add checksum), so
that a sample is a piece of memory with the RSDP first, as it would stand at LOAD_ADDRESS. No
firmware runs: the machine is stopped and driven over the qtest protocol.

Needs qemu-system-aarch64, qemu-system-x86_64 and dtc.
"""

import pathlib
import socket
import struct
import subprocess
import sys
import tempfile

SAMPLES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "samples"
LOAD_ADDRESS = 0x40000000
TIMEOUT_S = 20

ARM_TREE = "virt,acpi=off,dtb-randomness=off"
ARM_GPUS = ["-device", "virtio-gpu-pci", "-device", "virtio-gpu-device"]

TREES = {
    "virt": ("aarch64", ARM_TREE, []),
    "virt-gicv3-4cpus": ("aarch64", ARM_TREE + ",gic-version=3", ["-smp", "4"]),
    "virt-highmem-off": ("aarch64", ARM_TREE + ",highmem=off", []),
    "virt-secure": ("aarch64", ARM_TREE + ",secure=on,virtualization=on", []),
}

# Written by hand.
BOARDS = {"board": ("board",)}

TABLES = {
    "virt": ("aarch64", "virt", ["-smp", "2"] + ARM_GPUS),
    "virt-gicv3-highmem-off": ("aarch64", "virt,gic-version=3,highmem=off", ARM_GPUS),
    "q35": ("x86_64", "q35", ["-smp", "2", "-device", "virtio-gpu-pci"]),
    "q35-pxb": ("x86_64", "q35", ["-device", "pxb-pcie,id=p,bus_nr=32,bus=pcie.0",
                                  "-device", "pcie-root-port,id=r,bus=p"]),
    "pc": ("x86_64", "pc", ["-device", "virtio-gpu-pci"]),
    "microvm": ("x86_64", "microvm,acpi=on,rtc=on",
                ["-device", "virtio-gpu-device", "-device", "virtio-rng-device"]),
}


def qemu(arch, machine, arguments):
    return [f"qemu-system-{arch}", "-M", machine, "-m", "256", "-nodefaults", "-display", "none",
            "-serial", "null", "-accel", "tcg"] + arguments


class Qtest:
    """A stopped machine, whose memory and ports this program reads and writes."""

    def __init__(self, command, folder):
        path = str(pathlib.Path(folder) / "qtest")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1)
            listener.settimeout(TIMEOUT_S)
            self.process = subprocess.Popen(command + ["-S", "-qtest", f"unix:{path}",
                                                    "-qtest-log", "none"],
                                            stdin=subprocess.DEVNULL)
            try:
                self.connection = listener.accept()[0]
            except OSError:
                self.close()
                raise
        self.connection.settimeout(TIMEOUT_S)
        self.lines = self.connection.makefile("r")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def command(self, *words):
        self.connection.sendall((" ".join(words) + "\n").encode())
        for line in self.lines:
            if line.startswith("OK"):
                return line[2:].strip()
            if not line.startswith("IRQ"):
                raise RuntimeError(f"qtest: {words}: {line.strip()}")
        raise RuntimeError(f"qtest: {words}: QEMU left")

    def write_memory(self, address, data):
        self.command("write", hex(address), hex(len(data)), "0x" + data.hex())

    def read_memory(self, address, size):
        return bytes.fromhex(self.command("read", hex(address), hex(size))[2:])


class ArmMachine(Qtest):
    RAM = 0x41000000

    def prepare(self):
        pass

    def start_dma(self, address):
        self.command("writeq", hex(0x09020010), hex(int.from_bytes(
            address.to_bytes(8, "little"), "big")))


class PcMachine(Qtest):
    RAM = 0x100000

    def prepare(self):
        """Turns a q35's ECAM on, as firmware does before it asks for the tables."""
        self.command("outl", "0xcf8", "0x80000000")
        if int(self.command("inl", "0xcfc"), 16) == 0x29c08086:
            self.command("outl", "0xcf8", "0x80000060")
            self.command("outl", "0xcfc", "0xb0000001")

    def start_dma(self, address):
        self.command("outl", "0x514", "0x0")
        self.command("outl", "0x518", hex(int.from_bytes(address.to_bytes(4, "little"), "big")))


class FwCfg:
    """QEMU's firmware configuration device (its docs/specs/fw_cfg), by its DMA interface."""

    DIRECTORY = 0x19
    READ_SELECTED = 0x2 | 0x8

    def __init__(self, machine):
        self.machine = machine
        count = struct.unpack(">I", self.read_item(self.DIRECTORY, 4))[0]
        entries = self.read_item(self.DIRECTORY, 4 + 64 * count)[4:]
        self.files = {}
        for size, item, _, name in struct.iter_unpack(">IHH56s", entries):
            self.files[name.rstrip(b"\0").decode()] = (item, size)

    def read_item(self, item, size):
        control, data = self.machine.RAM, self.machine.RAM + 0x1000
        self.machine.write_memory(control, struct.pack(
            ">IIQ", item << 16 | self.READ_SELECTED, size, data))
        self.machine.start_dma(control)
        if self.machine.read_memory(control, 4) != bytes(4):
            raise RuntimeError(f"fw_cfg: item {item:#x} cannot be read")
        return self.machine.read_memory(data, size)

    def read(self, name):
        return self.read_item(*self.files[name])


def text(field):
    return field.rstrip(b"\0").decode()


def link(fw_cfg):
    """Carries out the loader's commands; returns the linked image."""
    order = ["etc/acpi/rsdp", "etc/acpi/tables"]
    files = {name: bytearray(fw_cfg.read(name)) for name in order}
    address = {order[0]: LOAD_ADDRESS, order[1]: LOAD_ADDRESS + 0x40}
    script = fw_cfg.read("etc/table-loader")
    for at in range(0, len(script), 128):
        entry = script[at:at + 128]
        command = struct.unpack_from("<I", entry)[0]
        if command == 2:
            target, source, offset, size = struct.unpack_from("<56s56sIB", entry, 4)
            blob, where = files[text(target)], slice(offset, offset + size)
            value = int.from_bytes(blob[where], "little") + address[text(source)]
            blob[where] = value.to_bytes(size, "little")
        elif command == 3:
            name, offset, start, length = struct.unpack_from("<56sIII", entry, 4)
            blob = files[text(name)]
            blob[offset] = 0
            blob[offset] = -sum(blob[start:start + length]) & 0xff
        elif command not in (0, 1):
            raise RuntimeError(f"table-loader: command {command} is not known here")
    image = bytes(files[order[0]]).ljust(0x40, b"\0") + bytes(files[order[1]])
    return image.rstrip(b"\0") + bytes(16)


def take_tables(arch, machine, arguments):
    kind = ArmMachine if arch == "aarch64" else PcMachine
    with tempfile.TemporaryDirectory() as folder:
        stopped = kind(qemu(arch, machine, arguments), folder)
        try:
            stopped.prepare()
            return link(FwCfg(stopped))
        finally:
            stopped.close()


def take_tree(arch, machine, arguments):
    with tempfile.TemporaryDirectory() as folder:
        raw = pathlib.Path(folder) / "raw.dtb"
        subprocess.run(qemu(arch, f"{machine},dumpdtb={raw}", arguments), check=True,
                       timeout=TIMEOUT_S, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dtb", str(raw)], check=True,
                              timeout=TIMEOUT_S, capture_output=True).stdout


def compile_tree(name):
    return subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb",
                           str(SAMPLES / "fdt" / (name + ".dts"))],
                          check=True, timeout=TIMEOUT_S, capture_output=True).stdout


def main():
    for folder, suffix, take, samples in (("fdt", ".dtb", take_tree, TREES),
                                          ("fdt", ".dtb", compile_tree, BOARDS),
                                          ("acpi", ".bin", take_tables, TABLES)):
        (SAMPLES / folder).mkdir(parents=True, exist_ok=True)
        for name, sample in samples.items():
            path = SAMPLES / folder / (name + suffix)
            path.write_bytes(take(*sample))
            print(f"{path.relative_to(SAMPLES)}: {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
