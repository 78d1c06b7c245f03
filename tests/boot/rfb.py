# SPDX-License-Identifier: BSD-2-Clause
"""The window of a virtual machine as QEMU sees it: a VNC client that sets its size, and is given
the cursor.

    with Window("/run/vnc.sock") as window:
        window.resize(800, 600)
    with Window("/run/vnc.sock", [CURSOR_WITH_ALPHA]) as window:
        hot_spot, image = window.cursor()

RFB 3.8 (RFC 6143) with ExtendedDesktopSize; QEMU passes the size on to the head that the server
shows, and enables it.
"""

import socket
import struct

from PIL import Image

VERSION = b"RFB 003.008\n"
SECURITY_NONE = 1
RAW, EXTENDED_DESKTOP_SIZE, CURSOR_WITH_ALPHA = 0, -308, -314
SET_ENCODINGS, SET_DESKTOP_SIZE = 2, 251


class Window:
    def __init__(self, path, encodings=(RAW, EXTENDED_DESKTOP_SIZE), timeout=20):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout)
        self._socket.connect(str(path))
        self._handshake()
        self._socket.sendall(
            struct.pack(f">BxH{len(encodings)}i", SET_ENCODINGS, len(encodings), *encodings)
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def _take(self, count):
        data = b""
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            if not piece:
                raise ConnectionError("the VNC server has closed the connection")
            data += piece
        return data

    def _unpack(self, layout):
        return struct.unpack(layout, self._take(struct.calcsize(layout)))

    def _handshake(self):
        assert self._take(12) == VERSION
        self._socket.sendall(VERSION)
        kinds = self._take(self._take(1)[0])
        assert SECURITY_NONE in kinds, kinds
        self._socket.sendall(bytes((SECURITY_NONE,)))
        assert self._take(4) == bytes(4)
        self._socket.sendall(b"\1")  # shared
        self.size = self._unpack(">HH")
        self._take(16)  # the pixel format
        self._take(*self._unpack(">I"))  # the name

    def resize(self, width, height):
        """Asks for this size; 0x0 unplugs the head."""
        screen = struct.pack(">IHHHHI", 0, 0, 0, width, height, 0)
        self._socket.sendall(struct.pack(">BxHHBx", SET_DESKTOP_SIZE, width, height, 1) + screen)

    def cursor(self):
        """(x, y) of the hot spot, and an RGBA image. CURSOR_WITH_ALPHA alone was asked for."""
        message, _ = self._unpack(">BxH")
        assert message == 0, f"message {message} is no update"
        x, y, width, height, encoding = self._unpack(">HHHHi")
        assert encoding == CURSOR_WITH_ALPHA, f"encoding {encoding} was not asked for"
        assert self._unpack(">i") == (RAW,)
        pixels = self._take(4 * width * height)
        return (x, y), Image.frombytes("RGBA", (width, height), pixels, "raw", "BGRA")
