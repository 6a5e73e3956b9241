"""``epochly backends``: what can run a function another way, and whether it can here."""

from __future__ import annotations

from epochly_cli import options as opt


def backends(
    output_format: opt.FormatOption = opt.Format.RICH, output: opt.TableOutputOption = None
) -> int:
    """List the backends: level, availability, reason, remedy and distribution."""
    from dataclasses import asdict

    from epochly.doctor import examine_backends
    from epochly_cli.output import destination
    from epochly_cli.render.table import Table

    where = destination(output_format, output, table=True)
    facts = examine_backends()
    table = Table(
        ("level", "backend", "state", "detail", "remedy", "from"),
        tuple(
            (
                "?" if fact.level is None else str(fact.level),
                fact.name,
                "available" if fact.available else "unavailable",
                fact.detail,
                fact.remedy,
                fact.distribution,
            )
            for fact in facts
        ),
    )
    where.write_table(
        table, {"schema": "epochly.backends/1", "backends": [asdict(fact) for fact in facts]}
    )
    return 0
