# SPDX-License-Identifier: BSD-2-Clause
"""What the documents and `make help` name is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("tests/*/README.md"),
]  # fmt: skip
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^\.PHONY: ([\w-]+)$", MAKEFILE, re.MULTILINE)) - {"FORCE"}
# Those that stand before the first that a command line does not change, but for what this is.
VARIABLES = set(re.findall(r"^(\w+) *:=", MAKEFILE.split("\nARCHES")[0], re.MULTILINE))
VARIABLES = VARIABLES - {"VERSION"} | {"V"}

LINK = re.compile(r"\]\(([^)#]*)(?:#([^)]*))?\)")
FILE = re.compile(r"(?<![\w/.-])(?:docs|efi|gpu|mem|platform|tests|tools|virtio)/[\w./-]+\.\w+")
COMMAND = re.compile(r"(?:^    |`)make((?: [^`\n]+)?)", re.MULTILINE)
OTHERS = {"gpu/device.rs", "gpu/worker.rs"}  # libkrun's, in docs/hardware.md


def anchors(text):
    """A heading's anchor, as the hosts of repositories make it."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links(document):
    text = document.read_text()
    for path, anchor in LINK.findall(text):
        if path.startswith("https:"):
            continue
        target = document.parent / path if path else document
        assert target.exists(), path
        assert not anchor or anchors(target.read_text()).count(anchor) == 1, f"{path}#{anchor}"
    for path in set(FILE.findall(text)) - OTHERS:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_headings_differ(document):
    """Else a link to the second one leads to the first."""
    names = anchors(document.read_text())
    assert [name for name in set(names) if names.count(name) > 1] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands(document):
    """`make TARGET VARIABLE=value`: each is one that make has."""
    for words in COMMAND.findall(document.read_text()):
        words = re.sub(r'"[^"]*"', "", re.split("#|  ", words)[0]).split()
        for word in words:
            name, is_variable, _ = word.partition("=")
            assert name in (VARIABLES if is_variable else TARGETS), words


def test_help():
    told = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    words = set(re.findall(r"[\w-]+", told))
    assert TARGETS - {"help"} - words == set()
    assert VARIABLES - words == set()
    # What stands first in a line, with its value behind it, is one that is there.
    assert set(re.findall(r"^  ([a-z][\w-]*)", told, re.MULTILINE)) <= TARGETS
    assert set(re.findall(r"^  ([A-Z]\w*)", told, re.MULTILINE)) <= VARIABLES
