# SPDX-License-Identifier: BSD-2-Clause
"""What some devices want on the host's side: a window to draw in, a process that is the device."""

import contextlib
import subprocess
import tempfile
import time
from pathlib import Path

# The arguments of memory that another process sees too.
SHARED_MEMORY = (
    "-object", "memory-backend-memfd,id=memory,size=512M,share=on",
    "-machine", "memory-backend=memory",
)  # fmt: skip


@contextlib.contextmanager
def x_server():
    """An X server of one's own: the value of DISPLAY."""
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        number = server.stdout.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.kill()
        server.wait()


@contextlib.contextmanager
def vhost_user_gpu(program):
    """
    QEMU's vhost-user-gpu, a GPU in a process of its own: the QEMU arguments of a chardev `vhost`.

    It takes a driver once: a second DRIVER_OK ends it (seen in 10.0.2: `assertion 'g->sock_fd ==
    -1' failed`). So firmware must not have driven the GPU before.
    """
    with tempfile.TemporaryDirectory(prefix="firstlight-") as folder:
        socket = Path(folder) / "gpu"
        process = subprocess.Popen(
            [str(program), f"--socket-path={socket}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for _ in range(200):
                if socket.exists() or process.poll() is not None:
                    break
                time.sleep(0.05)
            assert socket.exists(), f"{program} did not start"
            yield (*SHARED_MEMORY, "-chardev", f"socket,id=vhost,path={socket}")
        finally:
            process.kill()
            process.wait()
