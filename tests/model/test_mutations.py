# SPDX-License-Identifier: BSD-2-Clause
"""
The model proven: each mistake of mutations.py is put into a copy of its source, which takes the
place of the right one in the test programs, and the model must name the rule that it breaks.
"""

import platform
import re
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mutations import MUTATIONS

ROOT = Path(__file__).resolve().parents[2]
HOST = ROOT / "build/host"
OUT = ROOT / "build/mutants"
# In the order in which they are tried; the last one takes longest, and sees most of what queues do.
PROGRAMS = (
    "test_strict_life", "test_strict_probe", "test_strict_3d", "test_strict_gpu",
    "test_strict_displays", "test_strict_ring",
)  # fmt: skip
TIMEOUT = 120
JOBS = 2

RULE = re.compile(r'RULE\((\w+), "([^"]+)", "([^"]+)", "([^"]+)"\)')
SOURCE = (ROOT / "tests/model/model_rules.h").read_text()
RULES = {match[2]: match[3] for match in RULE.finditer(SOURCE)}


def compile_mutant(mutation, folder):
    """The object of the changed source."""
    source = ROOT / mutation.file
    text = source.read_text()
    for old, new in mutation.edits:
        if text.count(old) != 1:
            raise ValueError(f"{mutation.file} has {text.count(old)} times: {old}")
        text = text.replace(old, new)
    changed = folder / source.name
    changed.write_text(text)
    paths = ["tests/model", ".", f"mem/{platform.machine()}", "tests/unit"]
    subprocess.run(
        ["gcc", "-std=gnu11", "-w", "-O0", *(f"-I{path}" for path in paths),
         "-iquote", source.parent, "-c", changed, "-o", changed.with_suffix(".o")],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return changed.with_suffix(".o")


def link(program, mutant, folder):
    parts = [HOST / f"obj/tests/model/{program}.o", mutant]
    parts += [path for path in (HOST / "model").glob("*/*.o") if path.name != mutant.name]
    parts += [
        path for path in sorted((HOST / "obj/tests/model").glob("*.o"))
        if not path.name.startswith("test_")
    ]
    output = folder / program
    subprocess.run(
        ["gcc", "-fsanitize=address,undefined", "-Wl,-S", *parts, HOST / "units.a", "-lcmocka", "-o", output],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return output


def run(program, until=None):
    """What it printed, whatever it does to itself; up to the line that has `until`, if any has."""
    process = subprocess.Popen(
        [program], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    timer = threading.Timer(TIMEOUT, process.kill)
    timer.start()
    output = ""
    with process:
        for line in process.stdout:
            output += line.decode(errors="replace")
            if until and until in output:
                break
        process.kill()
    timer.cancel()
    return output


def programs(mutation):
    about_queues = mutation.file.startswith(("virtio/queue", "virtio/interrupt"))
    return reversed(PROGRAMS) if about_queues else PROGRAMS


def judge(mutation):
    """None when the mutation was caught, else why not."""
    folder = OUT / mutation.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    expected = f"broken: {mutation.rule} {RULES[mutation.rule]}:"
    seen = set()
    try:
        mutant = compile_mutant(mutation, folder)
        for program in programs(mutation):
            output = run(link(program, mutant, folder), expected)
            if expected in output:
                return None
            seen |= set(re.findall(r"broken: ([\w-]+)", output))
    except (ValueError, subprocess.CalledProcessError) as error:
        return f"{error}\n{getattr(error, 'stderr', '') or ''}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return f"not {mutation.rule}, but {', '.join(sorted(seen)) or 'nothing at all'}"


def test_each_rule_has_a_mutation():
    assert set(RULES) == {mutation.rule for mutation in MUTATIONS}


def test_names_are_different():
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_rule_is_broken_without_one(program):
    """A rule that is named fails the program: the mutations are judged by that name alone."""
    if not (HOST / "tests" / program).exists():
        pytest.fail("the test programs are not built: run `make unit`")
    assert "broken: " not in run(HOST / "tests" / program)


def test_mutations(record_property):
    if not (HOST / "units.a").exists():
        pytest.fail("the test programs are not built: run `make unit`")
    with ThreadPoolExecutor(JOBS) as pool:
        missed = [
            f"{mutation.name} ({mutation.file}): {why}"
            for mutation, why in zip(MUTATIONS, pool.map(judge, MUTATIONS))
            if why
        ]
    verdict = f"caught {len(MUTATIONS) - len(missed)} of {len(MUTATIONS)}"
    record_property("mutations", verdict)
    print(verdict)
    assert not missed, verdict + "\n" + "\n".join(missed)
