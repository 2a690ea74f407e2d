"""One page for each topic of mistakes: how people come to it, what they wrote, what they are told, and the cure."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

from tests.errors import harness

HEAD = """# When something is refused

Every error says what cannot be done, then in up to four lines

got
: what came in, in your own names

want
: what would have been accepted

try
: what to do about it

in
: the layer, the cell and the line, with the expression underlined

The same parts are fields of the exception: `error.got`, `error.want`, `error.hint`, `error.where`, `error.source`. All
are subclasses of `patchgrad.errors.PatchgradError`, and of the exception that Python would raise: `ShapeError` of
`ValueError`, `GradError` of `RuntimeError`, `UnknownNameError` of `AttributeError`. What is refused changes nothing:
tensors, weights and optimizers stand as before.

These are {count} mistakes that people make, with the message that each gets.

```{{toctree}}
:maxdepth: 1

{topics}
```
"""


def write(folder: Path) -> None:
    """Write all pages into ``folder``, which holds nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / f"{name}.md").write_text(text)


def pages() -> dict[str, str]:
    """Text of every page by name."""
    count = sum(len(harness.mistakes(topic)) for topic in harness.TOPICS)
    index = HEAD.format(count=count, topics="\n".join(harness.TOPICS))
    return {"index": index, **{topic: _page(topic) for topic in harness.TOPICS}}


def _page(topic: str) -> str:
    mistakes = harness.mistakes(topic)
    title = inspect.getdoc(inspect.getmodule(next(iter(mistakes.values()))))
    kept = harness.snapshots(topic)
    parts = [_entry(name, mistake, kept[name]) for name, mistake in mistakes.items()]
    return "\n".join([f"# {str(title).rstrip('.')}\n", *parts])


def _entry(name: str, mistake: Callable[[], Any], message: str) -> str:
    words = name.replace("_", " ")
    return "\n".join(
        [
            f"## {words[0].upper()}{words[1:]}\n",
            f"{_prose(inspect.getdoc(mistake) or '')}\n",
            f"```python\n{_code(mistake)}\n```\n",
            f"```text\n{message}\n```\n",
            f"**Cure:** {'; '.join(_cure(message))}\n",
        ]
    )


def _prose(text: str) -> str:
    """Text with the marks of docstrings as those of Markdown."""
    return text.replace("``", "`")


def _code(mistake: Callable[[], Any]) -> str:
    """The lines of the function below its docstring."""
    body = inspect.getsource(mistake).split('"""', 2)[2]
    return dedent(body).strip()


def _cure(message: str) -> Iterator[str]:
    """What the message wants, and what it says one can try."""
    for label, word in (("try", "try"), ("want", "give")):
        found = re.search(rf"^  {label:<5} (.*)$", message, flags=re.MULTILINE)
        if found:
            yield f"{word} `` {found[1]} ``" if "`" in found[1] else f"{word} `{found[1]}`"
