# SPDX-License-Identifier: BSD-2-Clause
"""The layer rules of HACKING.md, checked on the sources themselves."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("efi", "gpu", "virtio", "platform", "mem")
ARCHES = ("aarch64", "x86_64")
FREESTANDING = {"stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "limits.h", "stdalign.h"}
SOURCES = sorted(
    path.relative_to(ROOT)
    for layer in LAYERS
    for path in (ROOT / layer).rglob("*")
    if path.suffix in (".c", ".h", ".S")
)

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"(?P<local>[^"]+)"|<(?P<system>[^>]+)>)')
CONDITION = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b")
ARCH_MACRO = re.compile(r"\b(?:__aarch64__|__x86_64__|__arm__|__i386__|__riscv|__ARM_\w+|_M_X64)\b")
ASSEMBLY_BEGINS = re.compile(r"\b(?:__asm__|__asm|asm)\s+volatile\b")
ASSEMBLY = re.compile(r"\b(?:__asm__|__asm|asm)\b")
VOLATILE = re.compile(r"\bvolatile\b")
NOT_CODE = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)


# Memory that a device shares (le.h), and faults that are wanted. Registers are accessed by assembly.
MAY_HAVE_VOLATILE = {
    Path("mem/le.h"),
    *(Path("platform", arch, "trap.c") for arch in ARCHES),
}


def is_of_an_arch(path):
    return any(arch in path.parts for arch in ARCHES)


def code_lines(text, keep_strings=False):
    """The lines without comments and, unless asked for, without what stands in quotes."""

    def blank(match):
        piece = match[0]
        if keep_strings and piece[0] == '"':
            return piece
        return "\n" * piece.count("\n") or " "

    return NOT_CODE.sub(blank, text).split("\n")


def include_problem(path, local, system):
    layer = path.parts[0]
    if system:
        if system in FREESTANDING or (system == "cpuid.h" and "x86_64" in path.parts):
            return None
        if all((ROOT / "mem" / arch / system).exists() for arch in ARCHES):
            return None  # found by -Imem/<arch>
        if re.match(r"efi\w*\.h$", system):
            return None if layer == "efi" else f"<{system}> outside efi/"
        return f"<{system}> is not a freestanding header"
    first, *rest = Path(local).parts
    if first == "..":
        inside = os.path.normpath(path.parent / local).startswith(layer + os.sep)
        return None if inside else f'"{local}" leaves {layer}/'
    if not rest:
        near = (path.parent / local, *(Path("mem") / arch / local for arch in ARCHES))
        return None if any((ROOT / p).exists() for p in near) else f'"{local}" is not near'
    if first not in LAYERS:
        return f'"{local}" begins with no layer'
    if LAYERS.index(first) < LAYERS.index(layer):
        return f'"{local}" stands to the left of {layer}/'
    if is_of_an_arch(Path(local)) and not is_of_an_arch(path):
        return f'"{local}" is of one architecture'
    return None


def problems(path, text):
    """What breaks a rule in one file, as `path:line: what`."""
    found = []
    depth = 0
    with_strings = code_lines(text, keep_strings=True)
    for number, line in enumerate(code_lines(text), 1):

        def say(what):
            found.append(f"{path}:{number}: {what}")

        if match := INCLUDE.match(with_strings[number - 1]):
            problem = include_problem(path, match["local"], match["system"])
            if problem:
                say(problem)
            continue
        if ARCH_MACRO.search(line) and not is_of_an_arch(path):
            say("an architecture's macro outside its folder")
        if ASSEMBLY.search(line) and not is_of_an_arch(path) and path.suffix != ".S":
            say("assembly outside an architecture's folder")
        if VOLATILE.search(ASSEMBLY_BEGINS.sub("", line)) and path not in MAY_HAVE_VOLATILE:
            say("a volatile object: registers are accessed through mem/region.h")
        if CONDITION.match(line):
            if depth and path.suffix != ".S":
                say("a condition of the preprocessor inside braces")
            continue
        depth += line.count("{") - line.count("}")
    if path.suffix == ".S" and not is_of_an_arch(path):
        found.append(f"{path}: assembly outside an architecture's folder")
    return found


def test_there_are_sources():
    assert {path.parts[0] for path in SOURCES} == set(LAYERS)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_layers(path):
    text = (ROOT / path).read_text()
    assert "\n".join(problems(path, text)) == ""


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_licence(path):
    first = (ROOT / path).read_text().split("\n", 1)[0]
    assert "SPDX-License-Identifier: BSD-2-Clause" in first


@pytest.mark.parametrize(
    "path, text, what",
    (
        ("mem/a.c", '#include "gpu/surface.h"\n', "to the left of mem/"),
        ("virtio/a.c", '#include "efi/options.h"\n', "to the left of virtio/"),
        ("gpu/a.c", "#include <efi.h>\n", "outside efi/"),
        ("gpu/a.c", "#include <efilib.h>\n", "outside efi/"),
        ("efi/a.c", "#include <stdio.h>\n", "not a freestanding header"),
        ("gpu/a.c", '#include "tests/unit/host.h"\n', "no layer"),
        ("mem/x86_64/a.c", '#include "../../gpu/surface.h"\n', "leaves mem/"),
        ("gpu/a.c", '#include "nowhere.h"\n', "not near"),
        ("gpu/a.c", '#include "platform/aarch64/cpu.h"\n', "of one architecture"),
        ("mem/a.c", 'void f(void)\n{\n\t__asm__ volatile("nop");\n}\n', "a.c:3: assembly"),
        ("mem/a.h", "#ifdef __aarch64__\n#endif\n", "architecture's macro"),
        ("mem/a.S", "nop\n", "assembly"),
        ("platform/a.c", "*(volatile uint32_t *)base = 1;\n", "a.c:1: a volatile"),
        ("mem/x86_64/io.c", "uint32_t volatile *p;\n", "io.c:1: a volatile"),
        ("mem/a.c", "void f(void)\n{\n#if 1\n#endif\n}\n", "a.c:3: a condition"),
    ),
)
def test_the_rules_can_fail(path, text, what):
    found = problems(Path(path), text)
    assert len(found) == 1 and what in found[0], found


@pytest.mark.parametrize(
    "path, text",
    (
        ("efi/a.c", "#include <efi.h>\n"),
        ("gpu/a.c", '#include "mem/log.h"\n#include "virtio/queue.h"\n#include "surface.h"\n'),
        ("mem/x86_64/a.c", '#include "../clock.h"\n#include <cpuid.h>\n'),
        ("virtio/a.c", "#include <barrier.h>\n"),
        ("mem/a.c", '/* asm, __aarch64__, { */\nchar c = \'{\', *s = "asm {";\n#if 1\n#endif\n'),
        ("mem/aarch64/a.h", '#ifdef __aarch64__\n__asm__("nop");\n#endif\n'),
    ),
)
def test_the_rules_allow(path, text):
    assert problems(Path(path), text) == []
