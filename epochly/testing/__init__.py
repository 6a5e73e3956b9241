"""What a backend must keep to, as tests that any distribution can run over its own.

.. code-block:: python

    import pytest
    from epochly.testing import CASES, check_backend

    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_my_backend_keeps_the_contract(case):
        check_backend("mine", case)
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from epochly.testing.cases import CASES, Case
    from epochly.testing.contract import ContractError, check_backend

__all__ = ["CASES", "Case", "ContractError", "check_backend"]

_HOME = {
    "CASES": "epochly.testing.cases",
    "Case": "epochly.testing.cases",
    "ContractError": "epochly.testing.contract",
    "check_backend": "epochly.testing.contract",
}


def __getattr__(name: str) -> Any:
    # pytest loads this package for its plugin, in every session.
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(home), name)
