"""What every test may rely on, however the tests were started."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Undo what ``nohup`` and a shell's ``&`` ignore, since processes inherit it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
