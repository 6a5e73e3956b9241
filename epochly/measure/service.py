"""A server that a workload needs: started on a free loopback port, waited for, and ended."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from epochly.errors import UsageError
from epochly.measure import tree

PORT_VARIABLE = "EPOCHLY_SERVICE_PORT"
_PORT = re.compile(rf"\$(?:{PORT_VARIABLE}\b|\{{{PORT_VARIABLE}\}})")
READY_S = 30.0
GRACE_S = 2.0
DYING_S = 0.5
LONGEST_WORDS, LONGEST_LINE = 2000, 200


@dataclass(frozen=True, slots=True)
class Service:
    """A server that runs.

    Parameters
    ----------
    command : str
    port : int
    process : subprocess.Popen
    words : file
        What it writes to standard error.
    """

    command: str
    port: int
    process: subprocess.Popen[bytes]
    words: IO[bytes]

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which the workload finds it."""
        return {PORT_VARIABLE: str(self.port)}

    def answers(self) -> bool:
        """Whether something takes connections on its port."""
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=1.0),
        ):
            return True
        return False

    def end(self) -> str | None:
        """How it ended, if it did; one that went to the background has not."""
        if self.answers():
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            # Its port closes a moment before it is gone.
            self.process.wait(DYING_S)
        status = self.process.returncode
        if status is None:
            return None
        said = self.said()
        last = f", last saying: {said.splitlines()[-1].strip()[:LONGEST_LINE]}" if said else ""
        return f"the service {tree.how_it_ended(status)} in the middle of the run{last}"

    def said(self) -> str | None:
        """The end of what it wrote to standard error."""
        size = os.fstat(self.words.fileno()).st_size
        found = os.pread(self.words.fileno(), LONGEST_WORDS, max(0, size - LONGEST_WORDS))
        return found.decode(errors="replace").strip() or None


@contextlib.contextmanager
def running_service(
    command: str | None, directory: str, environment: Mapping[str, str]
) -> Iterator[Service | None]:
    """Run a workload's service for the length of a block.

    Parameters
    ----------
    command : str or None
        As a shell would split it; ``EPOCHLY_SERVICE_PORT`` tells it where to listen, as a variable
        or as ``$EPOCHLY_SERVICE_PORT`` in the command. A first word ``python`` is the interpreter
        that runs now.
    directory : str
        Its current directory.
    environment : Mapping[str, str]
        Variables beyond those of the command.

    Yields
    ------
    Service or None
        None without a command.

    Raises
    ------
    UsageError
        When it cannot be started, ends early or does not answer.
    """
    if command is None:
        yield None
        return
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    mark = f"service-{uuid.uuid4().hex}"
    with tempfile.TemporaryFile() as words:
        try:
            process = subprocess.Popen(
                _words_of(command, port),
                cwd=directory,
                env={
                    **os.environ,
                    **environment,
                    PORT_VARIABLE: str(port),
                    tree.RUN_VARIABLE: mark,
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
                start_new_session=True,
                preexec_fn=tree.belong_to_parent,
            )
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the service cannot be started: {error}",
                where=command,
                remedy="give a command that runs in the folder of epochly.yaml",
            ) from error
        try:
            service = Service(command, port, process, words)
            _wait_until_it_answers(service)
            yield service
        finally:
            family = tree.identified(tree.descendants(process.pid))
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_S)
            process.kill()
            process.wait()
            tree.end_strays(mark, session=process.pid, family=family)


def _words_of(command: str, port: int) -> list[str]:
    """The words of a command; nothing but the port is put in for a variable, as no shell runs."""
    words = [_PORT.sub(str(port), word) for word in shlex.split(command) or [""]]
    return [sys.executable if words[0] in ("python", "python3") else words[0], *words[1:]]


def _wait_until_it_answers(service: Service) -> None:
    remedy = f"it must listen on 127.0.0.1, port ${PORT_VARIABLE}"
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        status = service.process.poll()
        if status is not None:
            raise UsageError(
                f"the service {tree.how_it_ended(status)} before it answered",
                where=service.command,
                remedy=remedy,
                detail=service.said(),
            )
        if service.answers():
            return
        time.sleep(0.02)
    raise UsageError(
        f"the service did not answer on port {service.port} within {READY_S:g} s",
        where=service.command,
        remedy=remedy,
        detail=service.said(),
    )
