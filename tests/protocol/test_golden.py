"""The golden file that both languages read."""

import json
import typing

import msgspec
import pytest

from patchgrad.layergraph.commands import AnyCommand
from patchgrad.protocol import messages, wire

from . import samples

GOLDEN = json.loads(samples.GOLDEN.read_text())


def test_the_golden_file_is_fresh():
    assert samples.golden() == GOLDEN, "run: python tests/protocol/samples.py"


@pytest.mark.parametrize("text", GOLDEN["fromBrowser"], ids=lambda text: text["type"])
def test_a_golden_request_decodes_to_the_sample_it_came_from(text):
    assert wire.decode(text) == samples.FROM_BROWSER[GOLDEN["fromBrowser"].index(text)]


@pytest.mark.parametrize("message", samples.FROM_KERNEL, ids=lambda message: type(message).__name__)
def test_a_message_of_the_kernel_survives_the_way(message):
    assert msgspec.convert(wire.encode(message), type=messages.FromKernel) == message


@pytest.mark.parametrize(
    ("union", "examples"),
    [
        (messages.FromBrowser, samples.FROM_BROWSER),
        (messages.FromKernel, samples.FROM_KERNEL),
        (AnyCommand, samples.COMMANDS),
    ],
    ids=["from browser", "from kernel", "commands"],
)
def test_every_member_of_the_union_has_a_sample(union, examples):
    assert {type(example) for example in examples} == set(typing.get_args(union))
