"""What the guides show runs, and the keyboard map lists every key."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.layergraph import catalogue
from patchgrad.recorder.quantities import QUANTITIES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(autouse=True)
def tables_as_they_were() -> Iterator[None]:
    """What an example adds must not be there for other tests."""
    tables: tuple[dict[Any, Any], ...] = (catalogue.KINDS, catalogue.OWN, QUANTITIES)
    before = [dict(table) for table in tables]
    yield
    for table, entries in zip(tables, before, strict=True):
        table.clear()
        table.update(entries)


def examples(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / f"{page}.md").read_text(), re.DOTALL)


def known() -> dict[str, Any]:
    train = pg.datasets.digits()
    loader = pg.data.DataLoader(train, batch_size=32, shuffle=True)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10))
    session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters()))
    ideas = {"first_idea": pg.edit.bypass("relu1"), "second_idea": pg.edit.replace("relu1", nn.Tanh())}
    return {"pg": pg, "nn": nn, "optim": optim, "session": session, "model": model, **ideas}


@pytest.mark.parametrize("page", ["start", "guides", "extending"])
def test_the_examples_of_a_page_run(page: str) -> None:
    names = known()
    for code in examples(page):
        if "studio()" in code or "torch" in code:
            code = code.replace("session.studio()", "").replace("torch_model = pg.to_torch(model)", "")
            code = code.replace("model = pg.from_torch(torch_model)", "")
        exec(re.sub(r"steps=\d+", "steps=3", code), names)


@pytest.mark.parametrize("edit", re.findall(r"`(pg\.edit\..*?)`", (DOCS / "guides.md").read_text()))
def test_every_edit_of_the_table_can_be_read(edit: str) -> None:
    names = {"pg": pg, "nn": nn, "first": pg.edit.bypass("a"), "second": pg.edit.remove("a")}
    assert eval(edit, names).words


def test_the_keyboard_map_has_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(DOCS), *sys.path])
    from keyboard import page

    text = page.text()
    for command in json.loads((DOCS / "keyboard" / "keyboard.json").read_text()):
        assert command["label"] in text
        assert all(f"`{key}`" in text for key in command["keys"])


def prose_of(path: Path) -> str:
    """Of a tutorial's script only what is told, not its code."""
    text = path.read_text()
    if path.suffix == ".md":
        return text
    return "\n".join(line[2:] for line in text.splitlines() if re.match(r"# [^%-]", line))


def leads_somewhere(link: str, page: Path) -> bool:
    if "://" in link:
        address = urlsplit(link)
        return address.scheme == "https" and bool(re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", address.hostname or ""))
    place = link.partition("#")[0]
    made = "/made/" in place or place in ("keyboard-map.md", "coming-from-pytorch.md")
    return not place or made or (page.parent / place).exists()


def test_links_lead_out_by_https_and_inside_to_what_is_there() -> None:
    root = DOCS.parent
    pages = [*DOCS.glob("*.md"), *root.glob("*.md"), *(root / "notebooks").glob("*.py")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)\s]+)\)", prose_of(page))]
    assert len(links) > 10
    assert [(page.name, link) for page, link in links if not leads_somewhere(link, page)] == []


def test_tutorials_are_told_in_plain_words() -> None:
    """Short sentences and short words: 60 or more on the scale of reading ease, where a newspaper has about 50.

    Source: Flesch 1948, A new readability yardstick; 206.835 - 1.015 words/sentences - 84.6 syllables/words.
    """
    for path in (DOCS.parent / "notebooks").glob("*.py"):
        prose = re.sub(r"\(https?:[^)]*\)|`[^`]*`|[*_#|]", " ", prose_of(path))
        words = re.findall(r"[A-Za-z]+", prose)
        sentences = max(1, len(re.findall(r"[.!?:](\s|$)", prose)))
        syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
        ease = 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)
        assert ease >= 60, f"{path.name}: {ease:.0f}"
