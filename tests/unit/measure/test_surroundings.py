"""A signal ends a run in order, and a second one does not disturb that."""

import os
import signal

import pytest

from epochly.measure.surroundings import terminable


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_interrupts_and_the_next_ones_are_ignored(number):
    before = signal.getsignal(number)
    tidied = False

    def run():
        nonlocal tidied
        with terminable():
            try:
                os.kill(os.getpid(), number)
            finally:
                os.kill(os.getpid(), number)
                os.kill(os.getpid(), signal.SIGTERM)
                tidied = True

    with pytest.raises(KeyboardInterrupt):
        run()
    assert tidied
    assert signal.getsignal(number) is before


def test_a_signal_that_was_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with terminable():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
