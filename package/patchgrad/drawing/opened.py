"""What of a step is shown: the boxes of all open groups, never more than a given number.

Of an open repeat one turn is shown, or those that were asked for, and a box for the turns between. Groups that would
make too many boxes stay closed, the outermost first to open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from patchgrad.recorder.groups import Child, Group


@dataclass(frozen=True, slots=True)
class Shown:
    """A box: an op, a closed group, or several turns of a repeat; ``frame`` is the open group around it.

    ``opens`` is the group that opens when this box is asked to; empty for an op.
    """

    id: str
    title: str
    label: str
    begin: int
    end: int
    frame: str | None
    opens: str
    group: Group | None


@dataclass(frozen=True, slots=True)
class Opened:
    """Boxes in the order of their ops; frames with their parents; and the groups that had no room to open."""

    boxes: tuple[Shown, ...]
    frames: dict[str, tuple[Group, str | None]]
    refused: tuple[str, ...]


def opened(root: Group, ids: tuple[str, ...], wanted: Collection[str], limit: int) -> Opened:
    """The boxes of ``root`` with the ``wanted`` groups open. ``ids`` are those of the ops."""
    count = len(_units(root, wanted))
    frames: dict[str, tuple[Group, str | None]] = {}
    refused: list[str] = []
    waiting: deque[tuple[Group, str | None]] = deque((unit, None) for unit in _groups(root, wanted))
    while waiting:
        group, around = waiting.popleft()
        if not _is_open(group, wanted):
            continue
        more = len(_units(group, wanted)) - 1
        if count + more > limit:
            refused.append(group.id)
            continue
        count += more
        frames[group.id] = (group, around)
        waiting.extend((unit, group.id) for unit in _groups(group, wanted))
    return Opened(tuple(_boxes(root, None, ids, wanted, frames)), frames, tuple(refused))


def _is_open(group: Group, wanted: Collection[str]) -> bool:
    """A turn is shown by itself only where it is to be seen."""
    if group.kind == "turn" or group.id in wanted:
        return True
    return group.kind == "loop" and any(turn.id in wanted for turn in group.children)


def _units(group: Group, wanted: Collection[str]) -> list[Child | tuple[int, int]]:
    """The children of an open group; of a repeat, stretches of turns as (first, last) between those that are open."""
    if group.kind != "loop":
        return [_plain(child) for child in group.children]
    chosen = [place for place, turn in enumerate(group.children) if turn.id in wanted] or [0]
    found: list[Child | tuple[int, int]] = []
    reached = 0
    for place in [*chosen, len(group.children)]:
        if place > reached:
            found.append((reached, place - 1))
        if place < len(group.children):
            found.append(_plain(group.children[place]))
        reached = place + 1
    return found


def _plain(child: Child) -> Child:
    """A turn of one entry is that entry."""
    while isinstance(child, Group) and child.kind == "turn" and len(child.children) == 1:
        child = child.children[0]
    return child


def _groups(group: Group, wanted: Collection[str]) -> Iterator[Group]:
    for unit in _units(group, wanted):
        if isinstance(unit, Group) and len(unit) > 1:
            yield unit


def _boxes(
    group: Group, frame: str | None, ids: tuple[str, ...], wanted: Collection[str], frames: Collection[str]
) -> Iterator[Shown]:
    for unit in _units(group, wanted):
        if isinstance(unit, tuple):
            yield _stretch(group, unit, frame)
        elif not isinstance(unit, Group):
            yield Shown(ids[unit], "", "", unit, unit + 1, frame, "", None)
        elif unit.id in frames:
            yield from _boxes(unit, unit.id, ids, wanted, frames)
        elif len(unit) == 1:
            yield Shown(ids[unit.begin], unit.title, unit.label, unit.begin, unit.end, frame, "", None)
        else:
            yield Shown(unit.id, unit.title, unit.label, unit.begin, unit.end, frame, unit.id, unit)


def _stretch(loop: Group, turns: tuple[int, int], frame: str | None) -> Shown:
    first, last = loop.children[turns[0]], loop.children[turns[1]]
    one = turns[0] == turns[1]
    title = f"turn {turns[0] + 1}" if one else f"turns {turns[0] + 1} to {turns[1] + 1}"
    label = loop.title if one else f"{loop.title} ×{turns[1] - turns[0] + 1}"
    return Shown(f"{first.id}-{turns[1]}", title, label, first.begin, last.end, frame, first.id, loop)
