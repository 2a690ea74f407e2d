"""The catalogue as the palettes show it: one ``KindView`` per kind of layer that a person may add."""

from __future__ import annotations

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.blocks import BLOCKS
from patchgrad.layergraph.fields import Field
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.own import offered
from patchgrad.layergraph.templates import TEMPLATES
from patchgrad.protocol.messages import FieldView, KindView, TemplateView


def kind_views() -> tuple[KindView, ...]:
    """All kinds that can be added, in the order of the palette."""
    return tuple(kind_view(kind) for kind in catalogue.kinds().values() if kind.addable)


def palette_views() -> tuple[KindView, ...]:
    """The same, and those classes of the notebook that may be put in."""
    return (*kind_views(), *map(kind_view, offered()))


def template_views() -> tuple[TemplateView, ...]:
    """Several layers at once, as entries of the palette: those saved by the user first."""
    entries = (BLOCKS | TEMPLATES).items()
    return tuple(TemplateView(name, words, fragment.text, name in BLOCKS) for name, (words, fragment) in entries)


def kind_view(kind: LayerKind) -> KindView:
    """One entry of a palette. ``source`` is empty for what is no layer of ``nn`` (the graph's own input and output)."""
    return KindView(
        kind=kind.name,
        family=kind.family,
        help=kind.help,
        inputs=kind.inputs,
        outputs=kind.outputs,
        fields=tuple(field_view(field) for field in kind.fields),
        source=kind.source(kind.settings({})) if kind.layer else "",
    )


def field_view(field: Field) -> FieldView:
    """One setting. Pairs and shapes are edited as text, so their default is text too: ``(3, 3)``."""
    return FieldView(
        name=field.name,
        type=field.view_type,
        default=str(field.default) if isinstance(field.default, tuple) else field.default,
        minimum=field.minimum,
        maximum=field.maximum,
        choices=field.choices,
        optional=field.optional,
        help=field.help,
    )
