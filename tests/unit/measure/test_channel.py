"""One JSON document a line over a real socket pair."""

import os
import resource
import socket

import pytest

from epochly.measure.channel import Channel


@pytest.fixture
def ends():
    pair = [Channel(end) for end in socket.socketpair()]
    yield pair
    for channel in pair:
        channel.close()


def test_documents_arrive_whole_and_in_order(ends):
    here, there = ends
    sent = [{"n": number, "text": "line\nbreak é"} for number in range(20)]
    for document in sent:
        here.send(document)
    assert [there.receive() for _ in sent] == sent


def test_nothing_in_time_is_none(ends):
    assert ends[0].receive(0.01) is None


def test_half_a_document_is_kept_until_the_rest_comes():
    left, right = socket.socketpair()
    channel = Channel(right)
    left.sendall(b'{"a": ')
    assert channel.receive(0.01) is None
    left.sendall(b'1}\n{"b": 2}\n')
    assert channel.receive() == {"a": 1}
    assert channel.receive() == {"b": 2}
    left.close()
    with pytest.raises(ConnectionError):
        channel.receive()
    channel.close()


def test_a_descriptor_that_select_could_not_hold_is_waited_for():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2000:
        pytest.skip(f"this machine allows {hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    left, right = socket.socketpair()
    high = os.dup2(right.fileno(), 1500)
    right.close()
    channel = Channel(socket.socket(fileno=high))
    try:
        assert channel.receive(0.01) is None
        left.sendall(b'{"a": 1}\n')
        assert channel.receive(1.0) == {"a": 1}
    finally:
        channel.close()
        left.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
