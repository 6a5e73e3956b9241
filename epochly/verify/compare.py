"""Whether two outcomes are the same, how far apart they are, and where they differ first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from epochly.call import Equality
from epochly.verify.difference import DifferenceError, differ
from epochly.verify.outcome import Outcome
from epochly.verify.values import ValueComparison
from epochly.workload import Tolerance

NONDETERMINISTIC = "nondeterministic: only type, shape and dtype were compared"


def compare(
    expected: Outcome, actual: Outcome, tolerance: Tolerance, *, shape_only: bool = False
) -> Equality:
    """Compare what two calls did.

    Parameters
    ----------
    expected, actual : Outcome
    tolerance : Tolerance
    shape_only : bool
        Compare only types, shapes and dtypes of the results: for a function that disagrees
        with itself.

    Returns
    -------
    Equality
    """
    comparison = ValueComparison(tolerance, shape_only)
    try:
        _outcomes(comparison, expected, actual)
    except DifferenceError as difference:
        return Equality("different", where=str(difference))
    if shape_only:
        return Equality("unchecked", where=NONDETERMINISTIC)
    if comparison.unseen is not None:
        return Equality("unchecked", where=f"nothing can be seen of {comparison.unseen}")
    drift = comparison.drift
    if drift.seen:
        # Next to zero, or past the largest number, the distance itself overflows.
        ulp, rel = (n if math.isfinite(n) else None for n in (drift.max_ulp, drift.max_rel))
        return Equality("close", ulp, rel)
    return Equality("identical", 0.0, 0.0)


def _outcomes(comparison: ValueComparison, expected: Outcome, actual: Outcome) -> None:
    _raised(comparison, expected, actual)
    comparison.values(expected.value, actual.value, "result")
    if comparison.shape_only:
        return
    alone = expected.unchanged & actual.unchanged
    for root, word in (
        ("arguments", "arguments[{!r}]"),
        ("globals", "global {}"),
        ("cells", "cell {}"),
    ):
        before, after = getattr(expected, root), getattr(actual, root)
        for name in _common(before, after):
            if (root, name) not in alone:
                comparison.values(before[name], after[name], word.format(name))
    if expected.printed != actual.printed:
        differ("printed", "not the same text")
    if expected.random != actual.random:
        differ("random state", "the generator of `random` is elsewhere in its stream")
    _numpy_random(expected.numpy_random, actual.numpy_random)
    if expected.aliases != actual.aliases:
        odd = sorted(set(expected.aliases) ^ set(actual.aliases))[0]
        differ("alias", f"only {'level 0' if odd in expected.aliases else 'it'} has: {odd}")


def _raised(comparison: ValueComparison, expected: Outcome, actual: Outcome) -> None:
    one, two = expected.raised, actual.raised
    if (one is None) != (two is None) or (one and two and one.kind != two.kind):
        kinds = [raised.kind if raised else "no exception" for raised in (one, two)]
        differ("exception", f"{kinds[1]} instead of {kinds[0]}")
    if one is not None and two is not None and not comparison.shape_only:
        comparison.values(one.args, two.args, "exception.args")
        comparison.values(dict(one.attributes), dict(two.attributes), "exception.__dict__")


def _numpy_random(expected: Any, actual: Any) -> None:
    if expected is None or actual is None:
        return
    same = all(
        bool((one == two).all()) if hasattr(one, "all") else one == two
        for one, two in zip(expected, actual, strict=True)
    )
    if not same:
        differ("np.random state", "the generator of `np.random` is elsewhere in its stream")


def _common(one: Mapping[Any, Any], two: Mapping[Any, Any]) -> list[Any]:
    return [name for name in one if name in two]
