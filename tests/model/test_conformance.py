# SPDX-License-Identifier: BSD-2-Clause
"""docs/conformance.md, the model's rules and the tests say the same."""

import re
from pathlib import Path

import pytest
from test_mutations import RULES

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (§[\d.]+) \| ([^|]+) \| (yes|no)(?:: ([^|]+))? \| ?([^|]*?) ?\|$")
CHECK = re.compile(r"`([\w-]+)`")

# The sections with requirements for drivers: chapters 2 to 4 without channel I/O, entropy, GPU, 6.
SECTIONS = """
    2.1.1 2.2.1 2.2.3 2.4.2 2.5.1 2.5.3 2.5.4 2.6.1.1.2 2.6.1.2.2 2.7.1 2.7.2 2.7.3 2.7.4.2 2.7.4.3
    2.7.5.2 2.7.5.3.1 2.7.6.1 2.7.7.1 2.7.8.1 2.7.8.3 2.7.10.1 2.7.13.3.1 2.7.13.4.1 2.8.11 2.8.16
    2.8.17 2.8.19 2.8.21.1.1 2.8.21.3.1 2.12.1.1.7 2.12.1.3 2.13.2 3.1.1 3.1.2 3.3.1 3.4.1 4.1.2.2
    4.1.2.3 4.1.3.1 4.1.4.1 4.1.4.3.2 4.1.4.5.2 4.1.4.8.2 4.1.4.9.2 4.1.4.10 4.1.5.1.1.1 4.1.5.1.2.2
    4.1.5.1.3.1 4.1.5.2.1 4.1.5.4.2 4.2.2.2 4.2.3.1.1 4.2.3.4.1 4.2.4 5.4.6.1 5.7.4.2 5.7.6.8.1
    5.7.6.9.1 6.1 6.3
""".split()


def rows():
    found = []
    for line in (ROOT / "docs/conformance.md").read_text().splitlines():
        if line.startswith("| §"):
            match = ROW.match(line)
            assert match, f"not a row: {line}"
            found.append(match.groups())
    return found


def names_of_c_tests():
    names = set()
    for path in (ROOT / "tests").rglob("test_*.c"):
        names |= set(re.findall(r"cmocka_unit_test(?:_\w+)?\((test_\w+)", path.read_text()))
    return names


def test_each_section_has_a_row():
    listed = {clause for clause, *_ in rows()}
    assert [section for section in SECTIONS if f"§{section}" not in listed] == []


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_in_the_table(rule):
    clauses = {clause for clause, *_, held in rows() if rule in CHECK.findall(held)}
    assert clauses, f"{rule} holds nothing"
    assert set(RULES[rule].split(", ")) & clauses, f"{rule} is of {RULES[rule]}"


def test_each_check_exists():
    known = set(RULES) | names_of_c_tests()
    unknown = {check for *_, held in rows() for check in CHECK.findall(held)} - known
    assert unknown == set()


def test_each_row_is_held_or_says_why_not():
    for clause, text, applies, reason, held in rows():
        assert CHECK.search(held) if applies == "yes" else reason, f"{clause} {text}"
