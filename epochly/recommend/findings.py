"""What is known of a function before it runs, each fact in a sentence for a reader."""

from __future__ import annotations

from epochly.code.io_calls import IoCall
from epochly.levels import Level
from epochly.model import Confidence, Finding, Profile
from epochly.recommend.facts import LARGE_ELEMENTS, LoopFact, Vectorized
from epochly.recommend.sizes import Size
from epochly.units import count, size

_WAITS = {
    "file": "reads or writes a file",
    "network": "waits for the network",
    "database": "waits for a database",
    "process": "waits for another process",
    "wait": "sleeps or waits",
}


def about_loop(loop: LoopFact) -> Finding:
    """A loop with how deep it lies, how often it turns, and whether its items are independent."""
    where = "" if loop.depth == 0 else f", {loop.depth + 1} deep"
    if loop.trips is None:
        turns = "turns an unknown number of times"
    else:
        turns = f"turns {count(loop.trips)} times"
        if loop.total is not None and loop.total != loop.trips:
            turns += f", {count(loop.total)} in all"
    is_comprehension = loop.kind == "comprehension"
    what = "a comprehension" if is_comprehension else f"a `{loop.kind}` loop"
    text = f"{what}{where} in {loop.function} {turns}"
    kind = "comprehension" if is_comprehension else "loop"
    if loop.mappable:
        text += "; its items may run side by side"
        return Finding(kind, Level.CORES, loop.line, text, "high")
    if loop.why_not:
        text += f"; not side by side: {loop.why_not}"
    return Finding(kind, Level.COMPILE, loop.line, text, "medium")


def about_io(call: IoCall) -> Finding:
    """A call that waits, and for what."""
    confidence: Confidence = "high" if call.known else "medium"
    seems = "" if call.known else ", by its name"
    message = f"{call.what} {_WAITS[call.kind]}{seems}"
    return Finding(f"io-{call.kind}", Level.THREADS, call.line, message, confidence)


def about_size(data: Size) -> Finding:
    """What a call works on."""
    held = "" if data.nbytes is None else f", {size(data.nbytes)}"
    origin = {"argument": "argument", "outside": "reads", "made": "makes"}[data.origin]
    level = Level.GPU if data.elements >= LARGE_ELEMENTS else None
    return Finding("size", level, data.line, f"{origin} {data.name}: {data.text}{held}", "high")


def about_vectorized(part: Vectorized) -> Finding:
    """Array work that leaves nothing to compile, and something for a card."""
    confidence: Confidence = "low" if part.in_loop else "medium"
    message = f"{part.text} works on whole arrays in one step already"
    return Finding("vectorized", Level.GPU, part.line, message, confidence)


def about_memory(profile: Profile | None) -> tuple[Finding, ...]:
    """How much memory a plain call's process held at most, where that is known."""
    if profile is None or profile.peak_memory_bytes is None:
        return ()
    message = f"the process of a plain call held {size(profile.peak_memory_bytes)} at most"
    return (Finding("allocation", None, None, message, "high"),)
