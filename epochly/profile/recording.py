"""Recordings for other viewers: written by py-spy, and freed of our own frames."""

from __future__ import annotations

import html
import json
import re
from typing import Any, Literal

from epochly.profile.stacks import (
    is_start,
    is_worker,
    is_worker_process,
    of_everything,
    read_stacks,
    write_stacks,
)

Kind = Literal["flamegraph", "speedscope", "collapsed"]
_FORMATS: dict[Kind, str] = {
    "flamegraph": "flamegraph",
    "speedscope": "speedscope",
    "collapsed": "raw",
}
_TITLE = re.compile(r'(<text id="title"[^>]*>)[^<]*(</text>)')


def options(kind: Kind) -> tuple[str, ...]:
    """What makes ``py-spy record`` write it, child processes followed."""
    return ("--idle", "--subprocesses", "--format", _FORMATS[kind])


def cleaned(kind: Kind, text: str, title: str) -> str:
    """A recording without the frames of the worker that made the calls.

    A flamegraph is a finished drawing and keeps them, at its root.

    Parameters
    ----------
    kind : str
    text : str
        As py-spy wrote it.
    title : str
        What was recorded.
    """
    if kind == "collapsed":
        return write_stacks(of_everything(read_stacks(text)))
    if kind == "flamegraph":
        named = html.escape(title)
        return _TITLE.sub(lambda match: f"{match[1]}{named}{match[2]}", text, count=1)
    document = json.loads(text)
    frames = list(enumerate(document["shared"]["frames"]))
    starts = {number for number, frame in frames if is_start(frame["name"], frame["file"])}
    loops = {number for number, frame in frames if is_worker(frame["name"], frame["file"])}
    processes = {number for number, frame in frames if is_worker_process(frame["name"])}
    profiles = [_without(profile, starts, loops, processes) for profile in document["profiles"]]
    document["profiles"] = [profile for profile in profiles if profile["samples"]]
    document["activeProfileIndex"] = 0 if document["profiles"] else None
    document["name"] = title
    return json.dumps(document)


def _without(
    profile: dict[str, Any], starts: set[int], loops: set[int], named: set[int]
) -> dict[str, Any]:
    """A thread's samples above a frame of ``starts``, without those of a worker's own loop."""
    kept = []
    for sample, weight in zip(profile["samples"], profile["weights"], strict=True):
        start = next((place + 1 for place, frame in enumerate(sample) if frame in starts), None)
        if start is None and not loops.isdisjoint(sample):
            continue
        shown = [frame for frame in sample[start or 0 :] if frame not in named]
        if shown:
            kept.append((shown, weight))
    return {
        **profile,
        "samples": [sample for sample, _ in kept],
        "weights": [weight for _, weight in kept],
        "startValue": 0.0,
        "endValue": sum(weight for _, weight in kept),
    }
