"""After how many calls a level has paid back its first call."""

from __future__ import annotations

import math


def breakeven_calls(first_call_s: float, median_s: float, baseline_s: float) -> int | None:
    """The smallest number of calls whose total with the level is at most the total without.

    With the level, n calls take ``first_call_s + (n - 1) * median_s``; without,
    ``n * baseline_s``.

    Parameters
    ----------
    first_call_s, median_s, baseline_s : float
        Seconds of the level's first call, of its later calls, and of a plain call.

    Returns
    -------
    int or None
        None when it never pays back.
    """
    gain = baseline_s - median_s
    if gain <= 0:
        return None
    if first_call_s <= baseline_s:
        return 1
    return max(1, math.ceil((first_call_s - median_s) / gain))
