"""Time zones of the user's, which dates ask wherever they are shown or compared."""

from __future__ import annotations

from types import FunctionType

from epochly.code.effects import effects_of
from epochly.code.sharing import is_own
from epochly.loaded import loaded

_ASKED = ("utcoffset", "dst", "tzname", "fromutc")


def zone_with_effects() -> str | None:
    """A class of the user's below ``datetime.tzinfo`` that does more than tell, or None.

    Which dates have such a zone is not looked at, of which there may be very many.
    """
    datetime = loaded("datetime")
    todo: list[type] = [] if datetime is None else datetime.tzinfo.__subclasses__()
    while todo:
        cls = todo.pop()
        todo += type.__subclasses__(cls)
        for name in _ASKED if is_own(cls) else ():
            method = vars(cls).get(name)
            if method is None:
                continue
            if not isinstance(method, FunctionType):
                return f"{cls.__qualname__}.{name} is no plain method"
            effects = effects_of(method)
            for cause in (*effects.causes, *effects.notes):
                return f"{cls.__qualname__}.{name} has effects: {cause.what}"
    return None
