# SPDX-License-Identifier: BSD-2-Clause
"""The reader of the log, on logs made by hand."""

import pytest

import tap

HEAD = """\
TAP version 14
# firstlight 0.1.0 aarch64, firmware EDK II
"""

GOOD = HEAD + """\
# [   0.000012] options: pattern=bars
ok 1 - efi: options
# [   0.000900] acpi: MCFG: segment 0 at 0x4010000000
ok 2 - efi: machine
# Subtest: virtio-mmio@a003e00
    # [   0.001000] virtio-mmio@a003e00: version 1 (legacy)
    ok 1 - virtio-mmio@a003e00: reset
    ok 2 - virtio-mmio@a003e00: features \\# 0x30000000 \\\\
    # Subtest: queue0
        ok 1 - queue0: ready
        1..1
    ok 3 - queue0: works
    1..3
ok 3 - virtio-mmio@a003e00: entropy device, 64 bytes
ok 4 - gpu: picture # SKIP no virtio GPU was found
1..4
# RESULT: PASS 4 steps
"""


def lines_of(text, old, new):
    assert old in text
    return text.replace(old, new, 1)


def test_a_good_log():
    log = tap.parse(GOOD)
    assert log.arch == "aarch64"
    assert log.passed and log.result == "4 steps"
    assert [p.number for p in log.points] == [1, 2, 3, 4]
    device = log.point("virtio-mmio@a003e00", "entropy")
    assert [p.text for p in device.points] == ["reset", "features # 0x30000000 \\", "works"]
    assert device.points[2].points[0].subject == "queue0"
    assert log.points[3].skip == "no virtio GPU was found"
    assert log.matching("acpi", "MCFG")[0].time_us == 900
    assert log.matching("virtio-.*")[0].depth == 1
    assert [p.text for p in log.all_points()][-1] == "picture"
    assert log.point("nobody") is None
    assert log.failed() == []


def test_noise_before_the_log_and_escapes():
    noise = "\x1b[2J\x1b[01;01H\x1b[=3h\nBdsDxe: starting Boot0001\r\nok 7 - nothing\r\n\x1b[0m"
    serial = noise + GOOD.replace("\n", "\r\n") + "\r\n"
    assert tap.parse(serial) == tap.parse(GOOD)


def test_what_follows_the_verdict():
    with pytest.raises(tap.TapError, match="behind the verdict"):
        tap.parse(GOOD + "Shell> \n")
    assert tap.parse(GOOD + "Shell> \n", trailing=True).passed


def test_a_failing_log():
    log = tap.parse(HEAD + """\
# Subtest: pci@0000:00:02.0
    not ok 1 - gpu0: GET_DISPLAY_INFO # no answer in 1000 ms # 2 tries
    1..1
not ok 1 - pci@0000:00:02.0: gpu0 # timeout
1..1
# RESULT: FAIL
""")
    assert not log.passed
    assert [p.cause for p in log.failed()] == ["no answer in 1000 ms # 2 tries", "timeout"]


def test_bail_out_needs_no_plan():
    log = tap.parse(HEAD + """\
ok 1 - efi: options
# Subtest: gpu0
    # [   0.000001] gpu0: error: gone
    Bail out! trap: undefined instruction
    # [   0.000002] trap: error: undefined
    #   at image+0x1234
    #     x0 0x0
# RESULT: FAIL trap
""")
    assert log.bail == "trap: undefined instruction"
    assert log.verdict == "FAIL"
    assert log.details[-1].more == ["at image+0x1234", "  x0 0x0"]


def test_a_skipping_log():
    log = tap.parse(HEAD + """\
ok 1 - gpu: picture # SKIP there is none
#   looked at: nothing
1..1
# RESULT: SKIP there is none
""")
    assert (log.verdict, log.passed, log.result) == ("SKIP", False, "there is none")
    assert log.points[0].more == ["looked at: nothing"]


BAD = {
    "no log": ("BdsDxe: starting\n", "no `TAP version 14`"),
    "another version": (GOOD.replace("14", "13", 1), "no `TAP version 14`"),
    "text behind the version": (lines_of(GOOD, "n 14\n", "n 14 x\n"), "behind the version"),
    "no header": (lines_of(GOOD, HEAD, "TAP version 14\n"), "firstlight"),
    "cut off": (GOOD[: GOOD.index("# RESULT")], "without a verdict"),
    "no plan": (lines_of(GOOD, "1..4\n", ""), "before the plan"),
    "plan too long": (lines_of(GOOD, "1..4\n", "1..5\n"), "plan of 5 where 4"),
    "plan too short": (lines_of(GOOD, "    1..3\n", "    1..2\n"), "plan of 2 where 3"),
    "two plans": (lines_of(GOOD, "1..4\n", "1..4\n1..4\n"), "second plan"),
    "padded plan": (lines_of(GOOD, "1..4\n", "1..04\n"), "not a plan"),
    "point behind the plan": (lines_of(GOOD, "1..4\n", "1..4\nok 5 - a: b\n"), "behind the plan"),
    "a gap": (lines_of(GOOD, "ok 2 - efi", "ok 3 - efi"), "where 2 is due"),
    "number lost": (lines_of(GOOD, "ok 2 - efi", "ok - efi"), "neither"),
    "no subject": (lines_of(GOOD, "efi: machine", "machine"), "subject: text"),
    "spaces in the subject": (lines_of(GOOD, "efi: machine", "the efi: machine"), "subject: text"),
    "odd directive": (lines_of(GOOD, "# SKIP no", "# TODO no"), "other than SKIP"),
    "skip without reason": (lines_of(GOOD, "SKIP no virtio GPU was found", "SKIP"), "other than"),
    "unescaped #": (lines_of(GOOD, "features \\#", "features#"), "unescaped"),
    "lone backslash": (lines_of(GOOD, "features \\#", "features \\n"), "backslash"),
    "failure without cause": (
        lines_of(GOOD, "ok 2 - efi: machine", "not ok 2 - efi: machine"),
        "without a cause",
    ),
    "pass with a failure": (
        lines_of(GOOD, "ok 2 - efi: machine", "not ok 2 - efi: machine # x"),
        "PASS, although",
    ),
    "fail without a failure": (lines_of(GOOD, "T: PASS", "T: FAIL"), "FAIL, although"),
    "skip without a skip": (
        lines_of(GOOD.replace(" # SKIP no virtio GPU was found", ""), "T: PASS", "T: SKIP"),
        "SKIP, although",
    ),
    "another verdict": (lines_of(GOOD, "T: PASS", "T: SOSO"), "no known form"),
    "a continuation of nothing": (lines_of(GOOD, HEAD, HEAD + "#   more\n"), "of nothing"),
    "failed step, passing subtest": (
        lines_of(GOOD, "ok 1 - virtio-mmio@a003e00: reset", "not ok 1 - a: reset # x"),
        "closed as ok",
    ),
    "subtest closed by another": (
        lines_of(GOOD, "ok 3 - virtio-mmio@a003e00", "ok 3 - virtio-mmio@a003c00"),
        "another subject",
    ),
    "subtest without a point": (
        lines_of(GOOD, "    ok 3 - queue0: works\n", ""),
        "before the subtest's test point",
    ),
    "indentation": (lines_of(GOOD, "    ok 1 -", "   ok 1 -"), "multiple of four"),
    "depth": (lines_of(GOOD, "    ok 1 -", "        ok 1 -"), "depth 2 inside depth 1"),
    "time goes backwards": (lines_of(GOOD, "0.000900", "0.000011"), "time goes backwards"),
    "half a time stamp": (lines_of(GOOD, "[   0.000900]", "[   0.0009]"), "no known form"),
    "detail without subject": (lines_of(GOOD, "acpi: MCFG: s", "s"), "no known form"),
    "loose comment": (lines_of(GOOD, "1..4\n", "# hello\n1..4\n"), "no known form"),
    "noise": (lines_of(GOOD, "1..4\n", "ERROR: C40000002\n1..4\n"), "neither"),
    "empty line": (lines_of(GOOD, "1..4\n", "\n1..4\n"), "empty line"),
    "control character": (lines_of(GOOD, "machine", "mach\x07ine"), "printable"),
    "trailing space": (lines_of(GOOD, "machine\n", "machine \n"), "at the end"),
    "two logs": (lines_of(GOOD, "1..4\n", HEAD), "second log"),
    "bail-out without reason": (lines_of(GOOD, "1..4\n", "Bail out!\n"), "without a reason"),
    "point behind a bail-out": (
        lines_of(GOOD, "ok 2 - efi", "Bail out! x\nok 2 - efi"),
        "behind `Bail out!`",
    ),
    "pass after a bail-out": (lines_of(GOOD, "1..4\n", "Bail out! x\n"), "PASS, although"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_log(name):
    text, why = BAD[name]
    with pytest.raises(tap.TapError, match=why):
        tap.parse(text)


def test_the_error_names_the_line():
    with pytest.raises(tap.TapError) as error:
        tap.parse(lines_of(GOOD, "1..4\n", "what\n1..4\n"))
    assert error.value.line == "what"
    assert error.value.number == 18
