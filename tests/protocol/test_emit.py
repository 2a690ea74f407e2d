"""The TypeScript types that are written from the structs."""

from typing import Any, Literal

import pytest

from patchgrad.protocol import emit


def test_the_written_file_is_fresh():
    assert emit.TARGET.read_text() == emit.typescript(), "run: python -m patchgrad.protocol.emit"


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (int, "number"),
        (float | None, "number | null"),
        (Literal["a", "b"], '"a" | "b"'),
        (tuple[str, ...], "readonly string[]"),
        (tuple[int | str, ...], "readonly (number | string)[]"),
        (tuple[float, float], "readonly [number, number]"),
        (dict[str, Any], "Readonly<Record<string, unknown>>"),
    ],
)
def test_an_annotation_has_its_typescript(annotation, expected):
    assert emit._type(annotation) == expected


def test_a_type_that_the_wire_has_not_is_refused():
    with pytest.raises(TypeError, match="no TypeScript type is known for"):
        emit._type(complex)


def test_writing_twice_changes_nothing(tmp_path):
    target = tmp_path / "deep" / "messages.ts"
    assert emit.main(target) == 1
    assert emit.main(target) == 0


def test_what_the_browser_may_leave_out_is_optional_and_what_the_kernel_sends_is_not():
    text = emit.typescript()
    assert "readonly steps?: number;" in text
    assert "readonly problemNode: string | null;" in text
