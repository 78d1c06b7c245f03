# SPDX-License-Identifier: BSD-2-Clause
"""
Every input that is kept, corpora and past findings, through its fuzz target, built with gcc and its
sanitizers and without libFuzzer. An input's file is the last line but the report's.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import seeds  # noqa: E402
from targets import HERE, ROOT, TARGETS, kept  # noqa: E402

PROGRAMS = ROOT / "build/host/fuzz"
TIMEOUT = 100
CORPUS_LIMIT = 200 << 10


def replay(name, *paths):
    program = PROGRAMS / name
    assert program.exists(), f"{program} is not there: run `make replay`"
    return subprocess.run(
        [program, *paths],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT,
    )


@pytest.mark.parametrize("name", TARGETS)
def test_replay(name, tmp_path):
    seeds.write(name, tmp_path)
    paths = [*kept(name), *TARGETS[name].sample_files()]
    paths += [tmp_path] if any(tmp_path.iterdir()) else []
    done = replay(name, *paths)
    text = done.stdout.decode(errors="replace")
    assert done.returncode == 0, text[-4000:]
    files = [f for path in paths for f in (path.rglob("*") if path.is_dir() else [path])]
    assert re.search(rf"^{len([f for f in files if f.is_file()])} inputs$", text, re.MULTILINE)


def test_every_target_is_listed():
    assert sorted(TARGETS) == sorted(path.stem[5:] for path in HERE.glob("fuzz_*.c"))
    for path in [*(HERE / "corpus").iterdir(), *(HERE / "findings").glob("*/")]:
        assert path.name in TARGETS


def test_corpora_are_small():
    files = [path for path in HERE.rglob("*/*/*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < CORPUS_LIMIT
    for name, target in TARGETS.items():
        assert all(f.stat().st_size <= target.max_len for f in (HERE / "corpus" / name).iterdir())


def test_an_input_that_is_not_there():
    done = replay("edid", "tests/fuzz/nothing")
    assert done.returncode == 1 and b"0 inputs" in done.stdout
