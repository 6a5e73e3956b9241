"""What a backend must keep to, as tests that any distribution can run over its own.

.. code-block:: python

    import pytest
    from epochly.testing import CASES, check_backend

    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_my_backend_keeps_the_contract(case):
        check_backend("mine", case)
"""

from epochly.testing.cases import CASES, Case
from epochly.testing.contract import ContractError, check_backend

__all__ = ["CASES", "Case", "ContractError", "check_backend"]
