"""What crosses the line between the command and a worker, as JSON values."""

from __future__ import annotations

from typing import Any

from epochly.code.libraries import in_library, own_folders
from epochly.errors import ISSUE_TRACKER, EpochlyError, in_words
from epochly.levels import Level
from epochly.workload import Limits, Tolerance, Workload


def workload_of(document: dict[str, Any]) -> Workload:
    """The workload that `dataclasses.asdict` took apart."""
    fields = dict(document)
    fields["tolerance"] = Tolerance(**fields["tolerance"])
    if fields["levels"] is not None:
        fields["levels"] = tuple(Level(number) for number in fields["levels"])
    # The gate's limits concern the command alone.
    fields["tags"], fields["limits"] = tuple(fields["tags"]), Limits()
    return Workload(**fields)


def described(error: BaseException, file: str | None) -> dict[str, Any]:
    """An exception as a reader wants it: its text with the innermost place in the user's code.

    Where a library raised, its own place follows. ``line`` is the user's where it lies in
    ``file``, the function's own, else None.
    """
    import traceback

    text, line = in_words(error), None
    frames = [
        frame
        for frame in reversed(traceback.extract_tb(error.__traceback__))
        if not frame.filename.startswith(own_folders())
    ]
    place = next((frame for frame in frames if not in_library(frame.filename)), None)
    if place is not None:
        line = place.lineno if place.filename == file else None
    places = [f"{frame.filename}:{frame.lineno}" for frame in (place, *frames[:1]) if frame]
    if places:
        text += f" (at {', from '.join(dict.fromkeys(places))})"
    return {"text": text, "line": line}


def defect(error: Exception) -> EpochlyError:
    """What to say of an exception that neither the user's code nor a backend meant to raise."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    return EpochlyError(
        f"a defect of epochly or of a backend: {in_words(error)}",
        where=f"{frame.filename}:{frame.lineno}",
        remedy=f"please report it at {ISSUE_TRACKER}",
        detail="".join(traceback.format_exception(error)),
    )


def refusal(error: EpochlyError) -> dict[str, Any]:
    """An error of ours, to be raised again on the other side."""
    kind = next(c.__name__ for c in type(error).__mro__ if c.__module__ == "epochly.errors")
    return {
        "type": kind,
        "what": error.what,
        "where": error.where,
        "remedy": error.remedy,
        "detail": error.detail,
        "line": getattr(error, "line", None),
    }
