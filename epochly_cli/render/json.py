"""Documents as JSON text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def json_text(document: Mapping[str, Any]) -> str:
    """The document as strict JSON (no NaN), indented, with a final newline."""
    import json

    return json.dumps(document, indent=2, allow_nan=False) + "\n"
