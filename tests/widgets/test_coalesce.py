"""State is sent seldom enough, and the newest is never lost."""

import threading

from patchgrad.widgets.coalesce import Coalesce


def test_the_first_request_is_sent_at_once_and_many_after_it_become_one():
    sent, second = [], threading.Event()

    def send():
        sent.append(1)
        if len(sent) == 2:
            second.set()

    lane = Coalesce(send, period=0.05)
    lane.request()
    assert sent == [1]
    for _ in range(100):
        lane.request()
    assert second.wait(30)
    lane.close()
    assert len(sent) == 2


def test_nothing_is_sent_after_the_end():
    sent = []
    lane = Coalesce(lambda: sent.append(1), period=0.01)
    lane.request()
    lane.request()
    lane.close()
    lane.request()
    assert sent in ([1], [1, 1])
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer) and not thread.daemon]
