"""What the command says beside its results: errors and notes, always on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from epochly.errors import EpochlyError

_CONTROL = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)
}


def printable(text: str) -> str:
    """The text with control characters spelled out, so that user data cannot drive a terminal."""
    return text.translate(_CONTROL)


def note(text: str) -> None:
    """Write one remark."""
    sys.stderr.write(f"note: {printable(text)}\n")
    sys.stderr.flush()


def tell(error: EpochlyError) -> None:
    """Write an error: what happened, where, the remedy and its detail."""
    parts = [f"error: {error.what}"]
    if error.where:
        parts.append(_labelled("where", error.where))
    if error.remedy:
        parts.append(_labelled("remedy", error.remedy))
    if error.detail:
        parts.append(f"\n{error.detail.rstrip()}")
    sys.stderr.write(printable("\n".join(parts)) + "\n")
    sys.stderr.flush()


def _labelled(label: str, text: str) -> str:
    return f"  {label}: " + text.replace("\n", "\n    ")
