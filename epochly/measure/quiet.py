"""Waiting for a process to fall quiet after a call."""

from __future__ import annotations

import contextlib
import os
import time

QUIET_SHARE = 0.2
QUIET_STEP_S = 0.001
QUIET_LIMIT_S = 0.2


def settle() -> None:
    """Wait until threads that a library leaves spinning have gone to sleep."""
    with contextlib.suppress(OSError):
        if len(os.listdir("/proc/self/task")) == 1:
            return
    deadline = time.monotonic() + QUIET_LIMIT_S
    while time.monotonic() < deadline:
        before = time.process_time()
        time.sleep(QUIET_STEP_S)
        if time.process_time() - before < QUIET_SHARE * QUIET_STEP_S:
            return
