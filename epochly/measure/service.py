"""A server that a workload needs: started on a free loopback port, waited for, and ended."""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import IO

from epochly.errors import UsageError
from epochly.measure import tree

PORT_VARIABLE = "EPOCHLY_SERVICE_PORT"
READY_S = 30.0
GRACE_S = 2.0


@contextlib.contextmanager
def running_service(
    command: str | None, directory: str, environment: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """Run a workload's service for the length of a block.

    Parameters
    ----------
    command : str or None
        As a shell would split it; ``EPOCHLY_SERVICE_PORT`` tells it where to listen. A first word
        ``python`` is the interpreter that runs now.
    directory : str
        Its current directory.
    environment : Mapping[str, str]
        Variables beyond those of the command.

    Yields
    ------
    dict
        Variables by which the workload finds the service; empty without one.

    Raises
    ------
    UsageError
        When it cannot be started, ends early or does not answer.
    """
    if command is None:
        yield {}
        return
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    found = {PORT_VARIABLE: str(port)}
    mark = f"service-{uuid.uuid4().hex}"
    with tempfile.TemporaryFile() as words:
        try:
            process = subprocess.Popen(
                _words_of(command),
                cwd=directory,
                env={**os.environ, **environment, **found, tree.RUN_VARIABLE: mark},
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
            _wait_until_it_answers(process, port, command, words)
            yield found
        finally:
            family = tree.identified(tree.descendants(process.pid))
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_S)
            process.kill()
            process.wait()
            tree.end_strays(mark, session=process.pid, family=family)


def _words_of(command: str) -> list[str]:
    first, *others = shlex.split(command) or [""]
    return [sys.executable if first in ("python", "python3") else first, *others]


def _wait_until_it_answers(
    process: subprocess.Popen[bytes], port: int, command: str, words: IO[bytes]
) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            words.seek(0)
            said = words.read().decode(errors="replace")
            raise UsageError(
                f"the service ended with status {process.returncode} before it answered",
                where=command,
                remedy=f"it must listen on 127.0.0.1, port ${PORT_VARIABLE}",
                detail=said[-2000:] or None,
            )
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=1.0),
        ):
            return
        time.sleep(0.02)
    raise UsageError(
        f"the service did not answer on port {port} within {READY_S:g} s",
        where=command,
        remedy=f"it must listen on 127.0.0.1, port ${PORT_VARIABLE}",
    )
