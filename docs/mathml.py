"""Formulas as MathML, which browsers draw themselves: no script, nothing fetched, read aloud by screen readers."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)


def plain(formula: str) -> str:
    """The formula without what docutils does not know: spacing classes, and dots that choose their height."""
    return re.sub(r"\\math(?:bin|rel)\{((?:[^{}]|\\.)*)\}", r"\1", formula).replace(r"\dots", r"\ldots")


def _written(node: Any, as_block: bool) -> str:
    try:
        return tex2mathml(plain(node.astext()), as_block=as_block)
    except MathError as error:
        logger.warning("the formula %r cannot be drawn: %s", node.astext(), error, location=node)
        return node.astext()


def _inline(page: Any, node: Any) -> None:
    page.body.append(_written(node, as_block=False))
    raise nodes.SkipNode


def _block(page: Any, node: Any) -> None:
    page.body.append(f'<div class="math">{_written(node, as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True}
