"""The Python end of the wire answers exactly once, whatever its receiver does."""

import pytest

from patchgrad.protocol.messages import Done
from patchgrad.widgets import lane
from patchgrad.widgets.bridge import BridgeWidget


class Echo(BridgeWidget):
    """Does what the test says with each message."""

    def __init__(self, behave):
        self.sent = []
        super().__init__()
        self._behave = behave

    def receive(self, message, answer):
        self._behave(message, answer)

    def send(self, content, buffers=None):
        self.sent.append(content)


def twice(message, answer):
    answer(Done(message.request_id))
    answer(Done(message.request_id))


def answers_and_fails(message, answer):
    answer(Done(message.request_id))
    raise ValueError("after the answer")


def fails(message, answer):
    raise ValueError("before the answer")


@pytest.mark.parametrize(("behave", "kind"), [(twice, "done"), (answers_and_fails, "done"), (fails, "failed")])
def test_a_request_is_answered_exactly_once(behave, kind):
    echo = Echo(behave)
    echo._arrived(echo, {"type": "undo", "requestId": "r1"}, [])
    assert [(reply["type"], reply["requestId"]) for reply in echo.sent] == [(kind, "r1")]


def test_outside_a_kernel_there_is_no_subshell_and_the_lane_says_so():
    assert lane.own_subshell() is None
    assert Echo(twice).lane == lane.BACKGROUND


def test_a_comm_without_the_private_name_is_not_pinned():
    assert lane.pin(object()) is False
