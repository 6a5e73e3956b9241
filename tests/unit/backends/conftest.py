"""Worker processes stay for all tests, as they would in a program of many functions."""

import pytest
from epochly_backends.pool import Membership


@pytest.fixture(scope="session", autouse=True)
def kept_workers():
    membership = Membership()
    membership.executor(2)
    yield
    membership.end()
