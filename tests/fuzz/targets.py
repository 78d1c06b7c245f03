# SPDX-License-Identifier: BSD-2-Clause
"""The fuzz targets as data: one for each fuzz_<name>.c."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/fuzz"


@dataclass(frozen=True)
class Target:
    max_len: int  # bytes of an input
    samples: str = ""  # a pattern of files that are inputs as they stand

    def sample_files(self):
        return sorted(ROOT.glob(self.samples)) if self.samples else []


TARGETS = {
    "acpi_set": Target(16384, "tests/samples/acpi/*.bin"),
    "acpi_table": Target(2048),
    "aml": Target(4096),
    "aml_resource": Target(512),
    "device": Target(512),
    "diagnose": Target(1024),
    "edid": Target(1024, "tests/samples/edid/*.bin"),
    "fdt": Target(8192, "tests/samples/fdt/*.dtb"),
    "options": Target(512, "efi/firstlight.conf"),
    "pci": Target(1536),
    "smbios": Target(512),
}


def kept(name):
    """What of a target is kept with the sources, and replayed: its corpus and past findings."""
    folders = (HERE / "corpus" / name, HERE / "findings" / name)
    return [path for path in folders if path.is_dir()]
