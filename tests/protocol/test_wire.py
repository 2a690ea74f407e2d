"""Messages are checked on arrival, whatever arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchgrad.errors import GraphError, ProtocolError
from patchgrad.layergraph.graph import PortRef
from patchgrad.protocol import wire
from patchgrad.protocol.messages import MAX_REQUEST_BYTES, RunView, Undo

BAD = {
    "no object": ["undo"],
    "nothing": None,
    "no type": {"requestId": "a"},
    "unknown type": {"type": "explode", "requestId": "a"},
    "a type that is no text": {"type": {"a": 1}, "requestId": "a"},
    "a field is missing": {"type": "undo"},
    "a field is of the wrong type": {"type": "run-command", "requestId": "a", "revision": "3", "command": {}},
    "a field is unknown": {"type": "undo", "requestId": "a", "force": True},
    "an unknown command": {"type": "run-command", "requestId": "a", "revision": 3, "command": {"type": "eval"}},
    "a choice that is not there": {"type": "transport", "requestId": "a", "action": "stop"},
    "not JSON": {"type": "undo", "requestId": object()},
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_a_bad_message_is_refused_with_what_was_got_and_wanted(content):
    with pytest.raises(ProtocolError) as error:
        wire.decode(content)
    assert error.value.got
    assert error.value.want


def test_an_oversized_message_is_refused_with_its_size():
    with pytest.raises(ProtocolError) as error:
        wire.decode({"type": "undo", "requestId": "a" * MAX_REQUEST_BYTES})
    assert error.value.got == f"{MAX_REQUEST_BYTES + 30:,} bytes"


def test_a_message_with_buffers_is_refused():
    with pytest.raises(ProtocolError, match="carries bytes"):
        wire.decode({"type": "undo", "requestId": "a"}, buffers=1)


def test_a_message_nested_too_deep_is_refused():
    content: dict = {"type": "undo", "requestId": "a"}
    content["deep"] = content_at = {}
    for _ in range(100_000):
        content_at["deep"] = content_at = {}
    with pytest.raises(ProtocolError):
        wire.decode(content)
    while content:  # taken apart by hand: a chain this long would overflow the stack when it is freed
        content = content.pop("deep", {})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
tags = st.sampled_from(["undo", "run-command", "transport", "open", "select", "ask-targets", "code", ""])
almost = st.fixed_dictionaries(
    {"type": tags},
    optional=dict.fromkeys(
        ("requestId", "revision", "command", "action", "steps", "nodes", "source", "version"), json_values
    ),
)


@given(json_values | almost)
def test_no_json_whatever_makes_anything_but_a_message_or_a_protocol_error(content):
    try:
        message = wire.decode(content)
    except ProtocolError:
        return
    assert type(message).__struct_config__.tag == content["type"]


@given(json_values | almost)
def test_a_request_id_is_read_only_where_it_can_be_answered(content):
    request_id = wire.request_id_of(content)
    assert request_id is None or (isinstance(request_id, str) and request_id == content["requestId"])


def test_a_request_id_that_is_too_long_is_not_answered():
    assert wire.request_id_of({"requestId": "a" * 65}) is None
    assert wire.request_id_of({"requestId": "a" * 64}) == "a" * 64


def test_a_refusal_tells_the_fields_of_the_error():
    port = PortRef("n1", "x")
    error = GraphError("a loop", where="fc1", got="g", want="w", hint="h", ports=(port,))
    assert wire.encode(wire.failed("r1", error)) == {
        "type": "failed",
        "requestId": "r1",
        "title": "a loop",
        "got": "g",
        "want": "w",
        "hint": "h",
        "where": "fc1",
        "ports": [{"node": "n1", "port": "x"}],
    }


def test_a_defect_is_told_as_one():
    assert wire.failed("r1", KeyError("n9")).title == "KeyError: 'n9'"


def test_a_number_that_is_not_finite_is_null_on_the_wire():
    assert wire.encode(RunView("fault", 3, loss=float("nan")))["loss"] is None


def test_a_good_message_is_decoded():
    assert wire.decode({"type": "undo", "requestId": "a"}) == Undo("a")
