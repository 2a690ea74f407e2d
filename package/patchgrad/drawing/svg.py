"""A picture as one self-contained SVG text: no scripts, no outside fonts, safe against hostile names.

Works where pages sanitise: colours stand in attributes, no ``foreignObject``, no identifiers that
could clash. Dark pages get a style sheet (``palette.py``). The text is the same in every run.
"""

from __future__ import annotations

from patchgrad.drawing.diagram import Box, DiagramNode, Point
from patchgrad.drawing.palette import LIGHT, accent, style_sheet
from patchgrad.drawing.picture import NodeText, Picture
from patchgrad.drawing.text import fitted, text_width

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"
TITLE_SIZE = 13.0
TEXT_SIZE = 11.0
SIDE = 12.0
MARGIN = 16.0
ARROW = 7.0
CORNER = 8.0


def svg(picture: Picture) -> str:
    """Draw a picture. Width and height are those of the layout, in pixels."""
    layout = picture.layout
    bounds = _bounds(picture)
    parts = [
        _opening(picture, bounds),
        *(_frame(box, picture.frames[name]) for name, box in layout.frames.items()),
        *(_edge(layout.routes[edge.id]) for edge in picture.diagram.edges),
        *(_node(layout.boxes[name], node, picture.nodes[name]) for name, node in picture.diagram.nodes.items()),
        *_labels(picture),
        "</svg>",
    ]
    return "\n".join(parts)


def escaped(text: str) -> str:
    """Text for an XML document: markup escaped, characters that XML forbids replaced."""
    allowed = "".join(letter if _is_xml(letter) else "\ufffd" for letter in text)
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        allowed = allowed.replace(mark, entity)
    return allowed


def _is_xml(letter: str) -> bool:
    code = ord(letter)
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _opening(picture: Picture, bounds: Box) -> str:
    size = f'width="{_n(bounds.width)}" height="{_n(bounds.height)}"'
    view = f"{_n(bounds.x)} {_n(bounds.y)} {_n(bounds.width)} {_n(bounds.height)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="patchgrad-picture" {size} viewBox="{view}" role="img" '
        f'aria-label="{escaped(picture.title)}" font-family="{FONT}" font-size="{_n(TEXT_SIZE)}">\n'
        f"<title>{escaped(picture.title)}</title><desc>{escaped(picture.description)}</desc>\n"
        f"<style>{style_sheet()}</style>\n"
        f'<rect class="pg-paper" x="{_n(bounds.x)}" y="{_n(bounds.y)}" {size} rx="8" fill="{LIGHT["paper"]}"/>'
    )


def _bounds(picture: Picture) -> Box:
    """All boxes, frames and routes, with a margin."""
    layout = picture.layout
    boxes = [*layout.boxes.values(), *layout.frames.values()]
    points = [point for route in layout.routes.values() for point in route]
    xs = [0.0, *(box.x - MARGIN for box in boxes), *(x - MARGIN for x, _ in points)]
    ys = [0.0, *(box.y - MARGIN for box in boxes), *(y - MARGIN for _, y in points)]
    right = max([layout.width, *(box.right + MARGIN for box in boxes), *(x + MARGIN for x, _ in points)])
    bottom = max([layout.height, *(box.bottom + MARGIN for box in boxes), *(y + MARGIN for _, y in points)])
    return Box(min(xs), min(ys), right - min(xs), bottom - min(ys))


def _frame(box: Box, text: NodeText) -> str:
    title = fitted(text.title, TEXT_SIZE, box.width - 2 * SIDE)
    return (
        f'<rect class="pg-frame" {_rect(box)} rx="10" fill="{LIGHT["frame"]}" stroke="{LIGHT["border"]}" '
        f'stroke-dasharray="5 4"/>{_text(box.x + SIDE, box.y + 19, title, "quiet", TEXT_SIZE, bold=True)}'
    )


def _node(box: Box, node: DiagramNode, text: NodeText) -> str:
    """A box: accent bar, name, kind with settings, parameters; ports as small circles."""
    room = box.width - 2 * SIDE
    middle = box.y + box.height / 2
    name, kind, note = text.lines()
    last = "problem" if text.problem else "quiet"
    lines = [(name, TITLE_SIZE, "text"), (kind, TEXT_SIZE, "quiet"), (note, TEXT_SIZE, last)]
    shown = [line for line in lines if line[0]]
    start = middle - 8.5 * (len(shown) - 1) + 4
    dashes = ' stroke-dasharray="4 3"' if "bypassed" in text.marks else ""
    parts = [
        f'<g class="pg-node"><title>{escaped(_spoken(text))}</title>'
        f'<rect class="pg-box" {_rect(box)} rx="7" fill="{LIGHT["box"]}" stroke="{LIGHT["border"]}"{dashes}/>',
        f'<rect x="{_n(box.x)}" y="{_n(box.y + 7)}" width="4" height="{_n(box.height - 14)}" rx="2" '
        f'fill="{accent(text.family)}"/>',
    ]
    for n, (line, size, colour) in enumerate(shown):
        y = start + 17 * n
        parts.append(_text(box.x + SIDE, y, fitted(line, size, room), colour, size, bold=n == 0))
    parts += [_port(box.x, box.y + node.input_offset(port)) for port in node.inputs]
    parts += [_port(box.right, box.y + node.output_offset(port)) for port in node.outputs]
    return "".join(parts) + "</g>"


def _spoken(text: NodeText) -> str:
    parts = (text.title, text.kind, text.summary, text.note, *text.marks, text.problem)
    return ", ".join(part for part in parts if part)


def _port(x: float, y: float) -> str:
    return (
        f'<circle class="pg-port" cx="{_n(x)}" cy="{_n(y)}" r="3" fill="{LIGHT["box"]}" '
        f'stroke="{LIGHT["edge"]}" stroke-width="1.25"/>'
    )


def _edge(route: tuple[Point, ...]) -> str:
    x, y = route[-1]
    end = (x - 3.0, y)
    arrow = f"M{_n(end[0])} {_n(y)}l{_n(-ARROW)} {_n(-ARROW / 2)}v{_n(ARROW)}z"
    return (
        f'<path class="pg-edge" d="{path((*route[:-1], (end[0] - ARROW / 2, y)))}" fill="none" '
        f'stroke="{LIGHT["edge"]}" stroke-width="1.5"/><path class="pg-arrow" d="{arrow}" fill="{LIGHT["edge"]}"/>'
    )


def path(route: tuple[Point, ...]) -> str:
    """SVG path data of a route: level and upright pieces straight with round corners, the others curved."""
    x, y = route[0]
    parts = [f"M{_n(x)} {_n(y)}"]
    for place, (to_x, to_y) in enumerate(route[1:], 1):
        middle = (x + to_x) / 2
        if x != to_x and y != to_y:
            parts.append(f"C{_n(middle)} {_n(y)} {_n(middle)} {_n(to_y)} {_n(to_x)} {_n(to_y)}")
        else:
            parts.append(_straight((x, y), (to_x, to_y), route[place + 1] if place + 1 < len(route) else None))
        x, y = to_x, to_y
    return "".join(parts)


def _straight(start: Point, corner: Point, after: Point | None) -> str:
    """A line to ``corner``, and around it if the next piece is a line at a right angle."""
    to_corner = f"L{_n(corner[0])} {_n(corner[1])}"
    if after is None or not _right_angle(start, corner, after):
        return to_corner
    into, out = _towards(corner, start), _towards(corner, after)
    return f"L{_n(into[0])} {_n(into[1])}Q{_n(corner[0])} {_n(corner[1])} {_n(out[0])} {_n(out[1])}"


def _right_angle(start: Point, corner: Point, after: Point) -> bool:
    level, upright = start[1] == corner[1], start[0] == corner[0]
    return (level and corner[0] == after[0]) or (upright and corner[1] == after[1])


def _towards(here: Point, there: Point) -> Point:
    """The point at the corner's radius, at most half way."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    length = abs(dx) + abs(dy)
    share = min(CORNER, length / 2) / length if length else 0.0
    return here[0] + dx * share, here[1] + dy * share


def _labels(picture: Picture) -> list[str]:
    """What travels, written once where it leaves its port."""
    drawn: dict[tuple[str, str], str] = {}
    for edge in picture.diagram.edges:
        label = picture.edges.get(edge.id, "")
        if label and (edge.source, edge.source_port) not in drawn:
            (x, y), (_, next_y) = picture.layout.routes[edge.id][:2]
            below = 0 < y - next_y < 2 * TEXT_SIZE
            drawn[edge.source, edge.source_port] = _label(x + 8, y + (14 if below else -5), label)
    return list(drawn.values())


def _label(x: float, y: float, label: str) -> str:
    return (
        f'<text class="pg-label pg-quiet" x="{_n(x)}" y="{_n(y)}" fill="{LIGHT["quiet"]}" stroke="{LIGHT["paper"]}" '
        f'stroke-width="3" paint-order="stroke" textLength="{_n(text_width(label, TEXT_SIZE))}" '
        f'lengthAdjust="spacingAndGlyphs">{escaped(label)}</text>'
    )


def _text(x: float, y: float, text: str, colour: str, size: float, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text class="pg-{colour}" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" '
        f'fill="{LIGHT[colour]}"{weight}>{escaped(text)}</text>'
    )


def _rect(box: Box) -> str:
    return f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'


def _n(value: float) -> str:
    """A length with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
