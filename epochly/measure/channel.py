"""A private line between the command and one worker: JSON documents over a socket pair."""

from __future__ import annotations

import selectors
import socket
from json import dumps, loads
from typing import Any

# Unlike select, poll knows no highest descriptor; unlike epoll, it takes none.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class Channel:
    """One end of the line. Nothing but JSON crosses it, so no user class is loaded by reading.

    Parameters
    ----------
    connection : socket.socket
        A connected stream socket; the channel owns it.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = bytearray()

    def send(self, document: dict[str, Any]) -> None:
        """Send one document.

        Raises
        ------
        ConnectionError
            When the other end has gone.
        """
        self._socket.sendall(dumps(document).encode() + b"\n")

    def receive(self, timeout_s: float | None = None) -> dict[str, Any] | None:
        """Wait for one document.

        Parameters
        ----------
        timeout_s : float or None
            Seconds to wait; None waits for as long as it takes.

        Returns
        -------
        dict or None
            None when nothing whole arrived in time.

        Raises
        ------
        ConnectionError
            When the other end has gone.
        """
        while (end := self._buffer.find(b"\n")) < 0:
            if not self._readable(timeout_s):
                return None
            data = self._socket.recv(1 << 16)
            if not data:
                raise ConnectionResetError("the other end of the channel is closed")
            self._buffer += data
        document: dict[str, Any] = loads(self._buffer[:end])
        del self._buffer[: end + 1]
        return document

    def _readable(self, timeout_s: float | None) -> bool:
        with _Selector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            return bool(selector.select(timeout_s))

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
