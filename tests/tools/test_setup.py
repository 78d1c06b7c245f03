# SPDX-License-Identifier: BSD-2-Clause
"""tools/setup.sh: silent where nothing is missing; where something is, it says what and why."""

import os
import re
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RELEASE = Path("/etc/os-release").read_text()
CODENAME = "ID=debian\n" in RELEASE and re.search(r"^VERSION_CODENAME=(\w+)$", RELEASE, re.M)[1]
BASICS = ("sh", "cut", "grep", "sed", "tr", "uname", "env")


def setup(*groups, path=None, root=ROOT, **environment):
    return subprocess.run(
        ["tools/setup.sh", *groups],
        cwd=root,
        env={**os.environ, **({"PATH": str(path)} if path else {}), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def bare(tmp_path):
    """A PATH with nothing on it but what every system has; commands can be added as scripts."""
    for name in BASICS:
        (tmp_path / name).symlink_to(shutil.which(name))
    return tmp_path


def add_command(folder, name, body):
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def processor_time():
    """Seconds that ended child processes have used: not what a busy machine lets them wait."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_silent_and_fast():
    times = []
    for _ in range(5):
        start = processor_time()
        done = setup("check", DISPLAY="", WAYLAND_DISPLAY="")
        times.append(processor_time() - start)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert min(times) < 0.3, times


def test_unknown_group():
    done = setup("bild")
    assert done.returncode != 0 and "unknown group bild" in done.stderr


def test_not_debian(bare):
    """Without apt-get: the packages, each with its reason, and an end."""
    add_command(bare, "id", "echo 0")
    done = setup("build", "clang", path=bare)
    assert done.returncode != 0
    for package in ("gcc-aarch64-linux-gnu", "binutils-aarch64-linux-gnu", "clang"):
        lines = [line for line in done.stderr.splitlines() if line.split()[:1] == [package]]
        assert len(lines) == 1 and len(lines[0].split()) > 2, done.stderr
    assert "this is not Debian" in done.stderr


RECORD = 'echo "$(basename "$0") $*" >>"$LOG"'


@pytest.fixture
def debian(bare):
    """Debian without compilers, where apt-get only records what it is asked for."""
    (bare / "basename").symlink_to(shutil.which("basename"))
    add_command(bare, "apt-get", f"{RECORD}\nexit ${{FAILS:-0}}")
    return bare


@pytest.mark.skipif(not CODENAME, reason="this is not Debian")
class TestDebian:
    def test_root(self, debian):
        add_command(debian, "id", "echo 0")
        log = debian / "log"
        done = setup("clang", path=debian, LOG=str(log))
        assert done.returncode == 0, done.stderr
        assert "clang" in done.stderr and "second compiler" in done.stderr
        assert log.read_text().splitlines() == [
            "apt-get update -q",
            "apt-get install -q -y --no-install-recommends clang",
        ]

    def test_sudo(self, debian):
        add_command(debian, "id", "echo 1000")
        add_command(debian, "sudo", f'{RECORD}\nexec "$@"')
        log = debian / "log"
        done = setup("clang", "unit", path=debian, LOG=str(log))
        assert done.returncode == 0, done.stderr
        lines = log.read_text().splitlines()
        assert lines[:2] == ["sudo apt-get update -q", "apt-get update -q"]
        assert lines[2].startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get install ")
        assert lines[3] == "apt-get install -q -y --no-install-recommends clang gcc"

    def test_no_sudo(self, debian):
        add_command(debian, "id", "echo 1000")
        log = debian / "log"
        done = setup("clang", path=debian, LOG=str(log))
        assert done.returncode != 0
        assert "as root: apt-get" in done.stderr and not log.exists()

    def test_failure(self, debian):
        add_command(debian, "id", "echo 0")
        done = setup("clang", path=debian, LOG=str(debian / "log"), FAILS="100")
        assert done.returncode != 0


APT_GET = f"""{RECORD}
case "$*" in
*indextargets*) echo "http://mirror.example/debian/ stable {CODENAME} main" ;;
*download*) : >one.deb && : >two.deb && exit ${{FAILS:-0}} ;;
esac"""


@pytest.mark.skipif(not CODENAME, reason="this is not Debian")
class TestUnpacked:
    """Packages of another suite, into a project of the test's own."""

    @pytest.fixture
    def project(self, debian):
        for name in ("mkdir", "rm", "mv", "sort"):
            (debian / name).symlink_to(shutil.which(name))
        add_command(debian, "apt-get", APT_GET)
        add_command(debian, "dpkg", 'case "$1" in -x) mkdir -p usr ;; *) echo amd64 ;; esac')
        add_command(debian, "id", "echo 0")
        project = debian / "project"
        (project / "tools").mkdir(parents=True)
        shutil.copy(ROOT / "tools/setup.sh", project / "tools")
        return project

    def run(self, project, **more):
        log = project.parent / "log"
        done = setup("matrix", path=project.parent, root=project, LOG=str(log), **more)
        return done, log.read_text()

    def test_the_machines_own_mirror(self, project):
        done, log = self.run(project)
        assert done.returncode == 0, done.stderr
        suite = f"{CODENAME}-backports"
        sources = (project / "build/deps/apt" / suite / "sources.list").read_text()
        assert sources.endswith(f"] http://mirror.example/debian/ {suite} main\n")
        assert "download qemu-system-arm qemu-system-x86 qemu-system-common" in log
        assert [file.name for file in (project / "build/deps/matrix/qemu").iterdir()] == ["usr"]
        (project.parent / "log").write_text("")
        done, log = self.run(project)
        assert done.returncode == 0 and "download qemu-system" not in log

    def test_not_on_the_mirror(self, project):
        done, _ = self.run(project, FAILS="100")
        assert done.returncode != 0
        assert "could not be unpacked: does the mirror have" in done.stderr
        assert not (project / "build/deps/matrix/qemu").exists()
        assert not (project / "build/deps/matrix/u-boot").exists()
