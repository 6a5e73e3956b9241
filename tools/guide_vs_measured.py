"""Write docs/guide-vs-measured.md from the JSON report of ``epochly bench --guide``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from epochly_fixtures.guide.expectations import EXPECTATIONS, Expectation

from epochly.recommend.gain import CLEAR_GAIN
from epochly.units import digits, seconds

LEVELS = (1, 2, 3, 4)
CORES_LEVEL = 3
RULES = f"""\
The guide is **wrong** about a workload where at least one of these holds:

1. Its level does not run it with the same result: it refuses, or returns something different, or
   finds nothing to change.
2. Another level is recommended, and the guide's does not come up to it: the 95 % interval of its
   speedup lies wholly below the other's, or below {CLEAR_GAIN:g}x where level 0 is recommended.
3. The interval lies wholly below or wholly above the range that the guide calls typical of the
   level. For level 3 this is asked only of machines with at least as many cores as the lower end
   of the range.
4. A level of which the guide warns pays all the same: the lower end of its interval is at least
   {CLEAR_GAIN:g}x.

Otherwise it is **not tested** where its level is not available on this machine or failed,
**not clear** where the measurement was too noisy for a recommendation, and **right** in all other
cases."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One workload: what the guide expects, and the report of what was measured.

    Parameters
    ----------
    expectation : Expectation
    report : Mapping
        A document of the schema ``epochly.report/1``.
    """

    expectation: Expectation
    report: Mapping[str, Any]

    def row(self, level: int) -> Mapping[str, Any] | None:
        """The row that stands for a level: its best, else one that tells more than absence."""
        rows = [row for row in self.report["levels"] if row["level"] == level]
        ranked = sorted(rows, key=lambda row: (not row["best"], row["status"] == "unavailable"))
        return ranked[0] if ranked else None

    @property
    def recommended(self) -> int | None:
        """The level recommended; None where it was too noisy to say."""
        level = self.report["recommendation"]["level"]
        return None if level is None else int(level)

    @property
    def tested(self) -> bool:
        """Whether the guide's level could show what it does; a failure shows nothing."""
        row = self.row(self.expectation.level)
        return row is not None and row["status"] in ("measured", "refused", "different")

    @property
    def in_reach(self) -> bool:
        """Whether this machine could show the speedup that the guide names."""
        cores = self.report["machine"]["cores"]
        return self.expectation.level != CORES_LEVEL or cores >= self.expectation.speedup[0]

    def faults(self) -> Iterator[str]:
        """In what the guide is wrong, by the rules."""
        level = self.expectation.level
        if level == 0:
            yield from self._beyond_plain()
        elif self.tested:
            row = self.row(level)
            assert row is not None
            yield from self._of_its_level(row)
        for warned in self.expectation.warned:
            other = self.row(warned)
            if other is not None and has_speedup(other) and other["speedup_low"] >= CLEAR_GAIN:
                yield f"level {warned}, of which it warns, reaches {speedup(other)}"

    @property
    def verdict(self) -> str:
        """Wrong, not tested, not clear, or right."""
        if any(self.faults()):
            return "wrong"
        if not self.tested:
            return "not tested"
        return "not clear" if self.recommended is None else "right"

    def _beyond_plain(self) -> Iterator[str]:
        if self.recommended:
            row = self.row(self.recommended)
            assert row is not None
            calls = row["breakeven_calls"]
            pays = f", paid for after {calls:,} calls" if calls is not None else ""
            yield f"level {self.recommended} reaches {speedup(row)}{pays}"

    def _of_its_level(self, row: Mapping[str, Any]) -> Iterator[str]:
        level, (low, high) = self.expectation.level, self.expectation.speedup
        if row["status"] == "refused":
            yield f"level {level} refuses it: {row['reason']}"
        elif row["status"] == "different":
            yield f"level {level} returns something different, {row['equality']['where']}"
        elif row["realized"]["level"] == 0:
            yield f"level {level} finds nothing to change and runs the plain function"
        if not has_speedup(row):
            return
        remarks = []
        if self.in_reach and row["speedup_high"] < low:
            remarks.append(f"less than {low:g}x")
        if self.in_reach and row["speedup_low"] > high:
            remarks.append(f"more than {high:g}x")
        remarks += self._better_than(row)
        if remarks:
            yield f"level {level} reaches {speedup(row)}, {' and '.join(remarks)}"

    def _better_than(self, row: Mapping[str, Any]) -> Iterator[str]:
        """The recommended level, where it beats this row beyond the noise."""
        other = self.row(self.recommended or 0)
        if self.recommended is None or other is None or self.recommended == row["level"]:
            return
        if self.recommended == 0 and row["speedup_high"] < CLEAR_GAIN:
            yield "not worth it, so level 0 is recommended"
        if self.recommended > 0 and row["speedup_high"] < other["speedup_low"]:
            yield f"less than level {self.recommended}, which reaches {speedup(other)}"


def has_speedup(row: Mapping[str, Any]) -> bool:
    """Whether a row has a speedup of its own level to judge."""
    return (
        row["status"] == "measured"
        and row["speedup_low"] is not None
        and row["realized"]["level"] == row["level"]
    )


def speedup(row: Mapping[str, Any]) -> str:
    """A speedup with its interval: 2.73x (2.51 to 2.89)."""
    low, high = digits(row["speedup_low"]), digits(row["speedup_high"])
    return f"{digits(row['speedup'])}x ({low} to {high})"


def cell(row: Mapping[str, Any] | None) -> str:
    """What became of a level, in a few words."""
    if row is None:
        return "-"
    if row["status"] != "measured":
        return str(row["status"])
    if row["realized"]["level"] == 0:
        return "ran at level 0"
    if row["speedup_low"] is None:
        return "too few samples"
    equality = row["equality"]["verdict"]
    return speedup(row) if equality == "identical" else f"{speedup(row)}, {equality}"


def judged(document: Mapping[str, Any]) -> list[Judgement]:
    """Every workload of a list of reports beside its expectation, in the guide's order.

    Raises
    ------
    ValueError
        When a report is of no workload of the guide.
    """
    reports = {report["workload"]: report for report in document["reports"]}
    unknown = reports.keys() - {one.workload for one in EXPECTATIONS}
    if unknown or not reports:
        what = ", ".join(sorted(map(str, unknown))) or "an empty list"
        raise ValueError(f"no workloads of the guide: {what}")
    return [
        Judgement(one, reports[one.workload]) for one in EXPECTATIONS if one.workload in reports
    ]


def page(judgements: Sequence[Judgement]) -> str:
    """The page as Markdown."""
    verdicts = [one.verdict for one in judgements]
    kinds = ("wrong", "right", "not clear", "not tested")
    counts = ", ".join(f"{verdicts.count(kind)} {kind}" for kind in kinds)
    missing = len(EXPECTATIONS) - len(judgements)
    parts = [
        "# The guide, and what was measured",
        "`make guide` writes this page: it runs a workload for every case of the public level\n"
        "selection guide (`epochly bench --guide`) and sets the guide's expectation beside the\n"
        "result. Figures are of one machine; run it on yours.",
        _machine(judgements[0].report),
        f"Of {len(judgements)} workloads the guide is: {counts}."
        + (f" {missing} more were not measured in this run." if missing else ""),
        f"## Rules\n\n{RULES}",
        "## Verdicts\n\n" + _verdicts(judgements),
        "## Where the guide is wrong\n\n" + _faults(judgements),
        "## Every level\n\nSpeedup over plain Python with its 95 % interval; results are identical "
        "unless it says otherwise.\n\n" + _levels(judgements),
        "## Sizes\n\nThese are smaller here than in the guide, so that a call takes less than a "
        "second. At the guide's size:\n\n" + _sizes(judgements),
    ]
    return "\n\n".join(parts) + "\n"


def _machine(report: Mapping[str, Any]) -> str:
    machine = report["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return (
        f"Measured on {report['created'][:10]}: {machine['implementation']} {machine['python']}, "
        f"{machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_bytes'] / 2**30:.0f} GiB, {machine['gpu'] or 'no GPU'}; {packages}."
    )


def _verdicts(judgements: Sequence[Judgement]) -> str:
    rows = []
    for one in judgements:
        level, (low, high) = one.expectation.level, one.expectation.speedup
        said = f"level {level}, {low:g} to {high:g}x" if level else "level 0"
        measured = cell(one.row(level)) if level else "-"
        row = one.row(level)
        if row is not None and has_speedup(row) and not one.in_reach:
            measured += f"; {low:g}x is out of reach of {one.report['machine']['cores']} cores"
        base = one.row(0)
        plain = seconds(base["median_s"] if base is not None else None)
        rows.append(
            (
                one.expectation.workload,
                one.expectation.place,
                plain,
                said,
                measured,
                _level(one.recommended),
                one.verdict,
            )
        )
    heads = ("workload", "in the guide", "plain call", "guide expects", "that level here")
    return _table((*heads, "recommended", "the guide is"), rows)


def _faults(judgements: Sequence[Judgement]) -> str:
    lines = [
        f"- **{one.expectation.workload}** ({one.expectation.place}): {'; '.join(faults)}."
        for one in judgements
        if (faults := list(one.faults()))
    ]
    return "\n".join(lines) or "Nowhere in this run."


def _levels(judgements: Sequence[Judgement]) -> str:
    rows = [
        (
            one.expectation.workload,
            *(cell(one.row(level)) for level in LEVELS),
            _level(one.recommended),
        )
        for one in judgements
    ]
    heads = ("1 threads", "2 compile", "3 cores", "4 gpu")
    return _table(("workload", *heads, "recommended"), rows)


def _sizes(judgements: Sequence[Judgement]) -> str:
    lines = []
    for one in judgements:
        sizes = ", ".join(f"{name}={size:_}" for name, size in one.expectation.size.items())
        target = one.report["target"]["spec"]
        made = f"{target.partition(':')[2]}_inputs({sizes})"
        if sizes:
            lines.append(f'epochly bench {target} --args "*{made}[0]"')
    return "\n".join(["```console", *lines, "```"])


def _level(level: int | None) -> str:
    return "too noisy to say" if level is None else f"level {level}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str]) -> int:
    """Write the page: the report to read, and the file to write."""
    if len(arguments) != 2:
        print("usage: guide_vs_measured.py REPORT.json PAGE.md", file=sys.stderr)
        return 2
    source, target = map(Path, arguments)
    try:
        document = json.loads(source.read_text(encoding="utf-8"))
        text = page(judged(document))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"error: {source} is no report of the guide's workloads: {error}", file=sys.stderr)
        print(f"  remedy: epochly bench --guide --output {source}", file=sys.stderr)
        return 2
    target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
