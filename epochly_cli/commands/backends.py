"""``epochly backends``: what can run a function another way, and whether it can here."""

from __future__ import annotations

from epochly_cli import options as opt


def backends(
    output_format: opt.FormatOption = opt.Format.RICH, output: opt.TableOutputOption = None
) -> int:
    """List the backends and whether they can be used here."""
    from dataclasses import asdict

    from epochly.doctor import examine_backends
    from epochly_cli.output import TABLE_ENDINGS, destination
    from epochly_cli.render.table import Table

    where = destination(output_format, output, endings=TABLE_ENDINGS)
    facts = examine_backends()
    table = Table(
        ("level", "backend", "state", "from", "detail"),
        tuple(
            (
                "?" if fact.level is None else str(fact.level),
                fact.name,
                "available" if fact.available else "unavailable",
                fact.distribution,
                f"{fact.detail}\nremedy: {fact.remedy}" if fact.remedy else fact.detail,
            )
            for fact in facts
        ),
    )
    where.write_table(
        table, {"schema": "epochly.backends/1", "backends": [asdict(fact) for fact in facts]}
    )
    return 0
