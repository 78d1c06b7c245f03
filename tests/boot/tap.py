# SPDX-License-Identifier: BSD-2-Clause
"""A strict reader for the log of a boot: TAP version 14 as docs/log.md describes it.

In: the text of a serial line, firmware's noise before the log included. Out: a Log, or TapError
with the number and the text of the first line that the contract does not allow.
"""

import re
from dataclasses import dataclass, field

VERSION = "TAP version 14"
INDENT = "    "

# ECMA-48 control sequences (CSI … final) and two-character escapes, from firmware consoles.
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_=>])")

HEADER = re.compile(r"# firstlight \d+\.\d+\.\d+ (?P<arch>aarch64|x86_64)\b")
DETAIL = re.compile(r"# \[ *(?P<seconds>\d+)\.(?P<micros>\d{6})\] (?P<subject>\S+): (?P<text>.*)")
MORE = re.compile(r"#   (?P<text>.*)")  # continues the line before it
METRIC = re.compile(r"# metric (?P<name>\S+) (?P<value>\d+) (?P<unit>\S+)")
SUBTEST = re.compile(r"# Subtest: (?P<subject>\S+)")
RESULT = re.compile(r"# RESULT: (?P<verdict>PASS|FAIL|SKIP)(?: (?P<text>.*))?")
PLAN = re.compile(r"1\.\.(?P<count>0|[1-9]\d*)")
POINT = re.compile(r"(?P<not>not )?ok (?P<number>[1-9]\d*) - (?P<rest>.+)")
BAIL = re.compile(r"Bail out!(?: (?P<reason>.*))?")
SKIP = re.compile(r"SKIP (?P<reason>\S.*)")


class TapError(Exception):
    """A line that breaks the contract."""

    def __init__(self, number, line, why):
        super().__init__(f"line {number}: {why}: {line!r}")
        self.number = number
        self.line = line
        self.why = why


@dataclass
class Detail:
    time_us: int
    subject: str
    text: str
    depth: int
    more: list[str] = field(default_factory=list)  # the lines that continue it


@dataclass
class Point:
    ok: bool
    number: int
    subject: str
    text: str
    skip: str | None = None  # the reason of a SKIP directive
    cause: str | None = None  # behind `not ok … #`
    points: list["Point"] = field(default_factory=list)  # of its subtest
    more: list[str] = field(default_factory=list)  # the lines that continue it

    def __str__(self):
        return f"{'ok' if self.ok else 'not ok'} {self.number} - {self.subject}: {self.text}"


@dataclass
class Log:
    header: str = ""
    arch: str = ""
    points: list[Point] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)
    metrics: dict[str, int] = field(default_factory=dict)  # mode=bench: what was measured
    bail: str | None = None
    verdict: str | None = None  # PASS, FAIL or SKIP
    result: str = ""  # the text behind the verdict

    @property
    def passed(self):
        return self.verdict == "PASS"

    def all_points(self):
        """Every test point, a subtest's before the point that closes it."""

        def walk(points):
            for point in points:
                yield from walk(point.points)
                yield point

        return walk(self.points)

    def point(self, subject, text=""):
        """The first test point whose subject and text match the patterns, or None."""
        for point in self.all_points():
            if re.fullmatch(subject, point.subject) and re.search(text, point.text):
                return point
        return None

    def matching(self, subject, text=""):
        """The details whose subject and text match the patterns."""
        return [
            detail
            for detail in self.details
            if re.fullmatch(subject, detail.subject) and re.search(text, detail.text)
        ]

    def failed(self):
        return [point for point in self.all_points() if not point.ok]


def strip_escapes(text):
    """Text without terminal control sequences and carriage returns."""
    return ESCAPE.sub("", text).replace("\r", "")


def split_directive(rest):
    """Splits a description at its first unescaped ` #`; undoes the escapes of the first part."""
    description = ""
    i = 0
    while i < len(rest):
        if rest[i] == "\\" and rest[i + 1 : i + 2] in ("#", "\\"):
            description += rest[i + 1]
            i += 2
        elif rest[i] == "\\":
            raise ValueError("a lone backslash")
        elif rest[i] == "#":
            if not description.endswith(" "):
                raise ValueError("an unescaped # inside the description")
            directive = rest[i + 1 :].strip()
            if not directive:
                raise ValueError("an empty directive")
            return description.rstrip(" "), directive
        else:
            description += rest[i]
            i += 1
    return description, None


@dataclass
class Level:
    """One nesting level while it is read."""

    subject: str | None = None  # of the subtest; None at the top
    points: list[Point] = field(default_factory=list)
    plan: int | None = None


class Reader:
    def __init__(self):
        self.log = Log()
        self.levels = [Level(points=self.log.points)]
        self.finished = None  # a subtest whose plan was read and whose closing point is due
        self.last_time_us = 0
        self.last = None  # the detail or test point that a line may continue
        self.number = 0
        self.line = ""

    def wrong(self, why):
        raise TapError(self.number, self.line, why)

    def read(self, number, line):
        self.number, self.line = number, line
        if self.log.verdict is not None:
            self.wrong("text behind the verdict")
        if VERSION in line:
            self.wrong("a second log")
        text = line.lstrip(" ")
        spaces = len(line) - len(text)
        if not text:
            self.wrong("an empty line")
        if text != text.rstrip():
            self.wrong("white space at the end")
        if not all(" " <= c <= "~" for c in text):
            self.wrong("a character that is not printable ASCII")
        if not self.log.header:
            self.read_header(line)
            return
        if spaces % len(INDENT):
            self.wrong("indentation that is no multiple of four")
        self.read_at(spaces // len(INDENT), text)

    def read_header(self, line):
        match = HEADER.match(line)
        if not match:
            self.wrong("the second line does not name firstlight, its version and architecture")
        self.log.header = line
        self.log.arch = match["arch"]

    def read_at(self, depth, text):
        match = BAIL.fullmatch(text)
        if match:
            if not match["reason"]:
                self.wrong("a bail-out without a reason")
            self.log.bail = match["reason"]
            return
        if self.log.bail is not None and not text.startswith("#"):
            self.wrong("a test behind `Bail out!`")
        verdict_after_bail_out = self.log.bail is not None and RESULT.fullmatch(text)
        if depth != len(self.levels) - 1 and not verdict_after_bail_out:
            self.wrong(f"depth {depth} inside depth {len(self.levels) - 1}")
        if text.startswith("#"):
            self.read_comment(depth, text)
        elif text.startswith("1.."):
            self.read_plan(text)
        else:
            self.read_point(text)

    def read_comment(self, depth, text):
        if match := DETAIL.fullmatch(text):
            time_us = int(match["seconds"]) * 1_000_000 + int(match["micros"])
            if time_us < self.last_time_us:
                self.wrong(f"time goes backwards, from {self.last_time_us} to {time_us} us")
            self.last_time_us = time_us
            self.last = Detail(time_us, match["subject"], match["text"], depth)
            self.log.details.append(self.last)
        elif match := MORE.fullmatch(text):
            if not self.last:
                self.wrong("a continuation of nothing")
            self.last.more.append(match["text"])
        elif match := METRIC.fullmatch(text):
            self.log.metrics[match["name"]] = int(match["value"])
        elif match := SUBTEST.fullmatch(text):
            if self.finished:
                self.wrong("a subtest before the last one's test point")
            if self.levels[-1].plan is not None:
                self.wrong("a subtest behind the plan")
            self.levels.append(Level(match["subject"]))
        elif match := RESULT.fullmatch(text):
            self.read_result(match)
        else:
            self.wrong("a comment of no known form")

    def read_plan(self, text):
        level = self.levels[-1]
        match = PLAN.fullmatch(text)
        if not match:
            self.wrong("not a plan")
        if level.plan is not None:
            self.wrong("a second plan")
        if self.finished:
            self.wrong("a plan before the subtest's test point")
        level.plan = int(match["count"])
        if level.plan != len(level.points):
            self.wrong(f"the plan of {level.plan} where {len(level.points)} test points were")
        if len(self.levels) > 1:
            self.finished = self.levels.pop()

    def read_point(self, text):
        level = self.levels[-1]
        match = POINT.fullmatch(text)
        if not match:
            self.wrong("neither a test point, nor a plan, nor a comment")
        if level.plan is not None:
            self.wrong("a test point behind the plan")
        if int(match["number"]) != len(level.points) + 1:
            self.wrong(f"test point {match['number']} where {len(level.points) + 1} is due")
        point = self.new_point(match)
        if self.finished:
            if point.subject != self.finished.subject:
                self.wrong(f"the subtest {self.finished.subject} is closed by another subject")
            point.points = self.finished.points
            if point.ok and not all(inner.ok for inner in point.points):
                self.wrong("a subtest with a failed step is closed as ok")
            self.finished = None
        level.points.append(point)
        self.last = point

    def new_point(self, match):
        try:
            description, directive = split_directive(match["rest"])
        except ValueError as error:
            self.wrong(str(error))
        subject, colon, text = description.partition(": ")
        if not colon or not subject or " " in subject or not text:
            self.wrong("a description that is not `subject: text`")
        point = Point(not match["not"], int(match["number"]), subject, text)
        if directive is None:
            if not point.ok:
                self.wrong("a failure without a cause")
        elif not point.ok:
            point.cause = directive
        elif skip := SKIP.fullmatch(directive):
            point.skip = skip["reason"]
        else:
            self.wrong("a directive other than SKIP")
        return point

    def read_result(self, match):
        level = self.levels[-1]
        if self.log.bail is None and (len(self.levels) > 1 or level.plan is None):
            self.wrong("the verdict before the plan")
        failed = self.log.bail is not None or not all(point.ok for point in level.points)
        if failed and match["verdict"] != "FAIL":
            self.wrong(f"{match['verdict']}, although something failed")
        if not failed and match["verdict"] == "FAIL":
            self.wrong("FAIL, although nothing failed")
        if match["verdict"] == "SKIP" and not any(point.skip for point in level.points):
            self.wrong("SKIP, although nothing was skipped")
        self.log.verdict = match["verdict"]
        self.log.result = match["text"] or ""

    def end(self):
        self.line = ""
        self.number += 1
        if self.log.verdict is None:
            self.wrong("the log ends without a verdict")
        return self.log


def tap_text(serial):
    """The log's own part of the serial text: from the version line on, without escapes.

    A line that a terminal was still busy with may hold the version line at its end, no other.
    """
    text = strip_escapes(serial)
    start = text.find(VERSION)
    if start < 0:
        raise TapError(0, text[-200:], f"no `{VERSION}`")
    return text[start:]


def parse(serial, trailing=False):
    """Reads one log. With `trailing`, what follows the verdict (a prompt) is passed over."""
    lines = tap_text(serial).split("\n")
    if lines[0] != VERSION:
        raise TapError(1, lines[0], "text behind the version")
    while lines and not lines[-1].strip():
        lines.pop()
    reader = Reader()
    for number, line in enumerate(lines[1:], 2):
        if trailing and reader.log.verdict is not None:
            break
        reader.read(number, line)
    return reader.end()
