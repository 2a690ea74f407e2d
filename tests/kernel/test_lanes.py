"""A widget's message is handled while a cell runs: by our own subshell, and by that of the front end."""

import pytest

from patchgrad.widgets import lane

SETUP = """
import time
from patchgrad.protocol.messages import Done
from patchgrad.widgets.bridge import BridgeWidget

class Echo(BridgeWidget):
    heard = False
    def receive(self, message, answer):
        self.heard = True
        answer(Done(message.request_id))

echo = Echo(pin={pin})
"""
UNPINNED = "echo.comm._reply_subshell_for = lambda data, default: default"
BUSY = """
end = time.monotonic() + {seconds}
while not echo.heard and time.monotonic() < end:
    sum(range(1000))
print(echo.heard, echo.lane)
"""


@pytest.mark.parametrize(
    ("pin", "subshell", "expected"),
    [(True, False, lane.OWN), (True, True, lane.OWN), (False, True, lane.FRONT_END)],
    ids=["own subshell", "own subshell though the front end names another", "the front end's subshell"],
)
def test_a_message_is_answered_while_a_cell_runs(front_end, pin, subshell, expected):
    if subshell:
        front_end.use_subshell()
    front_end.run(SETUP.format(pin=pin) + ("" if pin else UNPINNED))
    comm = front_end.widget()
    cell = front_end.start(BUSY.format(seconds=30))
    assert front_end.ask(comm, {"type": "undo"})["type"] == "done"
    assert front_end.finish(cell) == f"True {expected}\n"


def test_without_any_subshell_the_message_waits_for_the_end_of_the_cell_and_the_widget_says_so(front_end):
    front_end.run(SETUP.format(pin=False))
    comm = front_end.widget()
    cell = front_end.start(BUSY.format(seconds=1))
    assert front_end.ask(comm, {"type": "undo"})["type"] == "done"
    assert front_end.finish(cell) == f"False {lane.BACKGROUND}\n"


def test_bad_messages_are_answered_or_counted_and_never_end_the_thread(front_end):
    front_end.run(SETUP.format(pin=True))
    comm = front_end.widget()
    for content in ("text", None, [1], {"type": 7}, {"type": "undo"}, {"type": "frame-seen", "number": "x"}):
        front_end.send(comm, content)
    front_end.send(comm, {"type": "undo", "requestId": "withbytes"}, buffers=[b"abc"])
    assert front_end.answer(comm, "withbytes")["type"] == "failed"
    unknown = front_end.ask(comm, {"type": "explode"})
    assert (unknown["type"], unknown["title"]) == ("failed", "a message from the browser is not understood")
    assert front_end.ask(comm, {"type": "undo"})["type"] == "done"
    assert front_end.run("print(echo.refused)") == "8\n"


def test_an_oversized_message_is_refused_with_its_size(front_end):
    front_end.run(SETUP.format(pin=True))
    reply = front_end.ask(front_end.widget(), {"type": "undo", "junk": "a" * 300_000})
    assert (reply["type"], reply["want"]) == ("failed", "at most 262,144 bytes")


def test_the_first_view_asks_for_the_code_and_gets_it_or_the_reason(front_end):
    front_end.run(SETUP.format(pin=True))
    reply = front_end.ask(front_end.widget(), {"type": "ask-code", "name": "studio"})
    assert reply["type"] in ("code", "failed")
    assert reply["type"] == "code" or "was not built" in reply["title"]
