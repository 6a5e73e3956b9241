"""Rows, profiles and facts as a run records them, made by hand."""

from dataclasses import replace

from epochly.code.accelerated import Request
from epochly.code.io_calls import IoCall
from epochly.levels import Level
from epochly.model import Equality, HotLine, LevelRow, Profile, Realized
from epochly.recommend.facts import Facts, LoopFact, Vectorized
from epochly.recommend.sizes import Size

BACKENDS = {0: "monitor", 1: "threads", 2: "numba", 3: "processes", 4: "cupy"}
SLEEP = IoCall("wait", 7, "time.sleep", True)


def row(level, speedup=1.0, *, call_s=0.02, **changes):
    """A row that was measured against a plain call of so many seconds."""
    level = Level(level)
    fields = {
        "level": level,
        "name": level.name.lower(),
        "backend": BACKENDS[level],
        "status": "measured",
        "realized": Realized(level, BACKENDS[level]),
        "median_s": call_s / speedup,
        "speedup": speedup,
        "speedup_low": 0.98 * speedup,
        "speedup_high": 1.02 * speedup,
        "first_call_s": call_s,
        "equality": Equality("identical"),
    }
    return LevelRow(**{**fields, **changes})


def ended(level, status, reason="", **changes):
    """A row that was not measured."""
    nothing = dict.fromkeys(("median_s", "speedup", "speedup_low", "speedup_high", "realized"))
    return replace(row(level), status=status, reason=reason, **{**nothing, **changes})


def profile(wall_s=0.02, wait=0.0, gil=None, native=None, hot=(), peak=None):
    lines = tuple(HotLine("shop.py", line, "f", share) for line, share in hot)
    return Profile(wall_s, wall_s * (1 - (wait or 0.0)), wait, gil, native, peak, lines)


def loop(kind="for", line=5, total=1000, mappable=False, why_not=None, depth=0):
    return LoopFact(kind, line, line + 2, depth, "f", total, total, True, mappable, why_not)


def array(elements, name="data", nbytes=None, origin="argument"):
    held = 8 * elements if nbytes is None else nbytes
    return Size(name, origin, 1, elements, elements, held, f"float64 ({elements},)")


def vectorized(line=5, in_loop=False):
    return Vectorized(line, "np.sum(...)", in_loop)


def facts(**fields):
    """Facts; `asks` is the level of the function's own decorator, in line 3."""
    asks = fields.pop("asks", None)
    if asks is not None:
        fields["request"] = Request(3, f"@epochly.optimize(level={asks})", asks)
    return Facts(**fields)
