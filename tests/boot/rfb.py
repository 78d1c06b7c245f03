# SPDX-License-Identifier: BSD-2-Clause
"""The window of a virtual machine as QEMU sees it: a VNC client that sets its size, and no more.

    with Window("/run/vnc.sock") as window:
        window.resize(800, 600)

RFB 3.8 (RFC 6143) with ExtendedDesktopSize; QEMU passes the size on to the head that the server
shows, and enables it.
"""

import socket
import struct

VERSION = b"RFB 003.008\n"
SECURITY_NONE = 1
ENCODING_RAW, ENCODING_EXTENDED_DESKTOP_SIZE = 0, -308
SET_ENCODINGS, SET_DESKTOP_SIZE = 2, 251


class Window:
    def __init__(self, path, timeout=20):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout)
        self._socket.connect(str(path))
        self._handshake()

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

    def _handshake(self):
        assert self._take(12) == VERSION
        self._socket.sendall(VERSION)
        kinds = self._take(self._take(1)[0])
        assert SECURITY_NONE in kinds, kinds
        self._socket.sendall(bytes((SECURITY_NONE,)))
        assert self._take(4) == bytes(4)
        self._socket.sendall(b"\1")  # shared
        self.size = struct.unpack(">HH", self._take(4))
        self._take(16)  # the pixel format
        self._take(struct.unpack(">I", self._take(4))[0])  # the name
        self._socket.sendall(
            struct.pack(
                ">BxHii", SET_ENCODINGS, 2, ENCODING_RAW, ENCODING_EXTENDED_DESKTOP_SIZE
            )
        )

    def resize(self, width, height):
        """Asks for this size; 0x0 unplugs the head."""
        screen = struct.pack(">IHHHHI", 0, 0, 0, width, height, 0)
        self._socket.sendall(struct.pack(">BxHHBx", SET_DESKTOP_SIZE, width, height, 1) + screen)
