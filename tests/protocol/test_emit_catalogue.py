"""The layers of the palettes, written from the one catalogue."""

import msgspec
import pytest

from patchgrad import nn
from patchgrad.layergraph import catalogue
from patchgrad.protocol import emit_catalogue
from patchgrad.protocol.kinds import kind_views
from patchgrad.protocol.messages import KindView


def test_the_written_file_is_fresh():
    assert emit_catalogue.TARGET.read_text() == emit_catalogue.catalogue_json(), (
        "run: python -m patchgrad.protocol.emit_catalogue"
    )


def test_writing_twice_changes_nothing(tmp_path):
    target = tmp_path / "catalogue.json"
    assert emit_catalogue.main(target) == 1
    assert emit_catalogue.main(target) == 0


def test_the_file_holds_every_kind_that_a_person_may_add():
    written = msgspec.json.decode(emit_catalogue.TARGET.read_bytes(), type=tuple[KindView, ...])
    assert [view.kind for view in written] == [kind.name for kind in catalogue.kinds().values() if kind.addable]


@pytest.mark.parametrize("view", [view for view in kind_views() if view.source], ids=lambda view: view.kind)
def test_the_text_for_a_cell_is_a_line_that_makes_the_layer(view):
    layer = eval(view.source, {"nn": nn})
    assert type(layer).__name__ == view.kind


def test_only_the_ends_of_the_graph_have_no_text_for_a_cell():
    assert [view.kind for view in kind_views() if not view.source] == ["Input", "Output"]
