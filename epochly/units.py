"""Numbers as people read them."""

from __future__ import annotations

UNKNOWN = "-"
_TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB")


def digits(value: float) -> str:
    """Three significant digits, and all of them before the point: 12.3, 0.456, 1234."""
    if value >= 99.95:
        return f"{value:.0f}"
    if value >= 9.995:
        return f"{value:.1f}"
    if value >= 0.9995:
        return f"{value:.2f}"
    return f"{value:.3g}"


def seconds(value: float | None) -> str:
    """Seconds in the unit that suits them."""
    if value is None:
        return UNKNOWN
    for unit, name in _TIMES:
        if value >= 0.9995 * unit:
            return f"{digits(value / unit)} {name}"
    return "0 s" if value <= 0 else f"{digits(value / 1e-9)} ns"


def size(value: int | None) -> str:
    """Bytes in the binary unit that suits them."""
    if value is None:
        return UNKNOWN
    amount = float(value)
    for name in _SIZES[:-1]:
        if amount < 1023.5:
            return f"{amount:.0f} {name}" if name == "B" else f"{digits(amount)} {name}"
        amount /= 1024
    return f"{digits(amount)} {_SIZES[-1]}"


def ratio(value: float | None) -> str:
    """A speedup: 12.3x."""
    return UNKNOWN if value is None else f"{digits(value)}x"


def percent(value: float | None) -> str:
    """A fraction of 1 as per cent."""
    return UNKNOWN if value is None else f"{100 * value:.0f} %"


def count(value: int) -> str:
    """A whole number with a thin grouping: 12,345."""
    return f"{value:,}"
