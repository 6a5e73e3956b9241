"""``epochly doctor``: what of this machine bears on the levels."""

from __future__ import annotations

from epochly_cli import options as opt


def doctor(
    output_format: opt.FormatOption = opt.Format.RICH, output: opt.TableOutputOption = None
) -> int:
    """Check what of this machine bears on the levels."""
    from dataclasses import asdict

    from epochly.doctor import examine
    from epochly_cli.output import TABLE_ENDINGS, destination
    from epochly_cli.render.table import Table

    where = destination(output_format, output, endings=TABLE_ENDINGS)
    facts = examine()
    table = Table(
        ("about", "state", "found"),
        tuple(
            (
                fact.name,
                fact.state,
                f"{fact.value}\nremedy: {fact.remedy}" if fact.remedy else fact.value,
            )
            for fact in facts
        ),
    )
    where.write_table(
        table, {"schema": "epochly.doctor/1", "facts": [asdict(fact) for fact in facts]}
    )
    return 0
