#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Runs the fuzz targets that `make fuzz-build` built.

run.py fuzz [--seconds=S] [--jobs=N] [TARGET...]   each target for S seconds, N at a time; prints a
    table; the exit code is 1 when there were findings, which stay in build/fuzz/findings/TARGET
run.py corpus [TARGET...]   makes tests/fuzz/corpus anew: of the seeds and of what the runs so far
    found, the fewest and smallest inputs that reach as much
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import seeds
from targets import HERE, ROOT, TARGETS, kept

OUT = ROOT / "build/fuzz"
MAX_FINDINGS = 5  # of one target in one run
INPUT_SECONDS = 20  # an input that takes longer is a finding
MEMORY_MB = 1024
# Of the inputs kept with the sources.
CORPUS_BYTES = 20 << 10

COUNTERS = re.compile(r"\((\d+) inline 8-bit counters\)")
PROGRESS = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)/")
EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
COUNT = re.compile(r"^#(\d+)\s", re.MULTILINE)


class Run:
    """One target's run: restarted after a finding, until its time is over."""

    def __init__(self, name):
        self.name = name
        self.executions = self.edges = self.features = self.inputs = self.counters = 0
        self.seconds = 0.0
        self.findings = []
        self.work = OUT / "work" / name
        self.found = OUT / "findings" / name

    def command(self, seconds, seed_folder):
        target = TARGETS[self.name]
        dictionary = HERE / f"{self.name}.dict"
        for folder in (self.work, self.found):
            folder.mkdir(parents=True, exist_ok=True)
        return [
            OUT / self.name,
            f"-max_total_time={seconds}",
            f"-max_len={target.max_len}",
            f"-timeout={INPUT_SECONDS}",
            f"-rss_limit_mb={MEMORY_MB}",
            f"-artifact_prefix={self.found}/",
            "-use_value_profile=1",
            "-print_final_stats=1",
            *([f"-dict={dictionary}"] if dictionary.exists() else []),
            self.work,
            seed_folder,
            *kept(self.name),
        ]

    def read(self, log):
        if match := COUNTERS.search(log):
            self.counters = int(match[1])
        if progress := PROGRESS.findall(log):
            self.edges, self.features, self.inputs = map(int, progress[-1])
        executed = EXECUTED.search(log) or (COUNT.findall(log)[-1:] or [0])
        self.executions += int(executed[1] if hasattr(executed, "group") else executed[0])

    def fuzz(self, seconds):
        start = time.monotonic()
        before = set(self.found.glob("*"))
        with tempfile.TemporaryDirectory() as folder:
            seeds.write(self.name, Path(folder))
            for sample in TARGETS[self.name].sample_files():
                shutil.copy(sample, folder)
            while (left := seconds - (time.monotonic() - start)) >= 1:
                done = subprocess.run(
                    self.command(int(left), folder),
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
                log = done.stdout.decode(errors="replace")
                (OUT / f"{self.name}.log").write_text(log)
                self.read(log)
                self.findings = sorted(set(self.found.glob("*")) - before)
                if done.returncode == 0 or len(self.findings) >= MAX_FINDINGS:
                    break
                if not self.findings:
                    raise RuntimeError(f"{self.name} failed without a finding:\n{log[-2000:]}")
        self.seconds = time.monotonic() - start
        return self

    def row(self):
        speed = self.executions / self.seconds if self.seconds else 0
        return (
            f"{self.name:<13}{self.seconds:>8.0f}{self.executions:>12}{speed:>9.0f}"
            f"{self.edges:>8}{self.counters:>8}{self.features:>10}{self.inputs:>8}"
            f"{len(self.findings):>10}"
        )


HEADER = (
    f"{'target':<13}{'seconds':>8}{'executions':>12}{'per s':>9}"
    f"{'edges':>8}{'of':>8}{'features':>10}{'inputs':>8}{'findings':>10}"
)


def fuzz(names, seconds, jobs):
    print(HEADER, flush=True)
    runs = [Run(name) for name in names]
    with ThreadPoolExecutor(jobs) as pool:
        for run in pool.map(lambda run: run.fuzz(seconds), runs):
            print(run.row(), flush=True)
    findings = [(run.name, path) for run in runs for path in run.findings]
    for name, path in findings:
        print(f"finding: build/fuzz/{name} {path.relative_to(ROOT)}")
    return 1 if findings else 0


def trim(folder, fixed):
    """Drops the largest inputs until the folder is small; what is in `fixed` is there anyway."""
    files = sorted(folder.iterdir(), key=lambda path: (path.stat().st_size, path.name))
    total = 0
    for path in files:
        data = path.read_bytes()
        total += len(data)
        if data in fixed or total > CORPUS_BYTES:
            path.unlink()
            total -= len(data)


def make_corpus(name):
    target = TARGETS[name]
    corpus = HERE / "corpus" / name
    work = OUT / "work" / name
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made, merged = Path(folder) / "seeds", Path(folder) / "merged"
        made.mkdir()
        merged.mkdir()
        seeds.write(name, made)
        for sample in target.sample_files():
            shutil.copy(sample, made)
        subprocess.run(
            [
                OUT / name,
                "-merge=1",
                "-use_counters=0",
                f"-max_len={target.max_len}",
                *(merged, made, *kept(name), work),
            ],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        trim(merged, {sample.read_bytes() for sample in target.sample_files()})
        shutil.rmtree(corpus, ignore_errors=True)
        shutil.copytree(merged, corpus)
    files = list(corpus.iterdir())
    print(f"{name:<13}{len(files):>6} inputs{sum(f.stat().st_size for f in files):>8} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", 1)[0])
    parser.add_argument("what", choices=("fuzz", "corpus"))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    args = parser.parse_intermixed_args()
    names = args.targets or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        parser.error(f"unknown target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    if args.what == "fuzz":
        return fuzz(names, args.seconds, args.jobs)
    for name in names:
        make_corpus(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
