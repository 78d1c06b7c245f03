# SPDX-License-Identifier: BSD-2-Clause
"""persist=nvram: the end of a run in the flash of one boot, in a file after the next."""

import shutil
from pathlib import Path

import pytest

import firmware
from expect import MOSTLY_AARCH64, TIMEOUT, expect_detail, expect_step, read_log
from test_log_file import IMAGE, file_on

FLASH = {
    "aarch64": ("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
    "x86_64": ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
}


@pytest.fixture
def boot(start, tmp_path):
    """boot(arch, args): a run from one stick, with one flash, that ends by itself."""
    stick = shutil.copy(IMAGE, tmp_path / "stick.img")

    def boot(arch, args, devices=()):
        code, variables = FLASH[arch]
        flash = tmp_path / "variables.fd"
        if not flash.exists():
            shutil.copyfile(variables, flash)
        machine = start(
            arch, boot="image", image=stick, keep=True, args=f"after=shutdown {args}",
            firmware=firmware.Build(Path(code), flash, keeps=True), extra=devices,
        )  # fmt: skip
        log = read_log(machine)
        assert machine.wait_exit(TIMEOUT) == 0
        return log, machine.serial

    boot.stick = stick
    return boot


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_two_boots(arch, boot):
    poor = "-device", "virtio-gpu-pci,max_hostmem=65536"
    log, serial = boot(arch, "persist=nvram isolate=off", poor)
    assert log.verdict == "FAIL"
    step = expect_step(log, "efi", "^persist: .* bytes in the variable FirstlightLast$")
    log, _ = boot(arch, "")
    size = int(step.text.split()[1])
    assert size <= 4096
    expect_detail(log, "efi", f"^persist: of an earlier run: firstlight-last.log, {size} bytes$")
    text = file_on(boot.stick, "firstlight-last.log")
    assert len(text) == size
    assert text.startswith("# RESULT: FAIL GPUs that show the picture: 0 of 1\n")
    assert "gpu0: RESOURCE_CREATE_2D # VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY" in text
    assert set(text.splitlines()) - set(serial.splitlines()) == set()
    log, _ = boot(arch, "")
    assert not log.matching("efi", "^persist")


@pytest.mark.parametrize("arch", MOSTLY_AARCH64)
def test_after_a_fault(arch, boot):
    log, _ = boot(arch, "persist=nvram crash=read")
    assert log.verdict == "FAIL"
    expect_step(log, "efi", "^persist: ")
    boot(arch, "")
    text = file_on(boot.stick, "firstlight-last.log")
    assert text.startswith("# RESULT: FAIL a processor exception\nnot ok")
    assert "backtrace" in text


def test_firmware_without_variables(start):
    machine = start("aarch64", args="persist=nvram after=shutdown")
    log = read_log(machine)
    assert log.verdict == "SKIP"
    assert log.point("efi", "^persist")
