"""Repeats in sequences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchgrad.recorder.repeats import repeats


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("abcd", []),
        ("aab", [(0, 1, 2)]),
        ("abababc", [(0, 2, 3)]),
        ("xabcabcyabcabcabc", [(1, 3, 2), (8, 3, 3)]),
        ("xabab abab", [(1, 2, 2), (6, 2, 2)]),
    ],
)
def test_the_shortest_period_that_repeats_is_found_everywhere(text: str, found: list[tuple[int, int, int]]) -> None:
    assert repeats([ord(letter) for letter in text]) == found


@given(st.lists(st.integers(0, 2), max_size=30))
def test_a_repeat_is_a_repeat_and_none_overlap(tokens: list[int]) -> None:
    reached = 0
    for begin, period, turns in repeats(tokens):
        assert begin >= reached
        assert turns >= 2
        reached = begin + period * turns
        assert tokens[begin:reached] == tokens[begin : begin + period] * turns


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5), st.integers(2, 6), st.lists(st.integers(4, 6), max_size=3))
def test_no_repeat_is_overlooked(body: list[int], turns: int, around: list[int]) -> None:
    assert repeats([*around, *body * turns, *around])


def test_a_repeat_that_does_not_count_hides_no_longer_one() -> None:
    tokens = [1, 1, 2, 1, 1, 2]
    assert repeats(tokens, lambda run: run[1] > 1) == [(0, 3, 2)]
