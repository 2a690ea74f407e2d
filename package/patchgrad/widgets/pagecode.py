"""The code that runs in the page: built bundles, and the stub that asks for them once per page.

A widget that carried its whole code would send it with every view and every saved notebook. The
stub is a few hundred bytes; the first view on a page asks the kernel, all others find the promise.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from patchgrad.errors import ProtocolError
from patchgrad.protocol.messages import CodeName

STATIC = Path(__file__).parents[1] / "static"
FILES: dict[CodeName, str] = {"studio": "widget.js", "plots": "plots.js"}
HASH_LENGTH = 16

STUB = """\
const KEY = "__patchgrad_%(hash)s";
function load(model) {
  return (globalThis[KEY] ??= new Promise((resolve, reject) => {
    const requestId = "code-" + Math.random().toString(36).slice(2);
    const end = (settle, value) => {
      clearTimeout(timer);
      model.off("msg:custom", arrived);
      if (settle === reject) delete globalThis[KEY];
      settle(value);
    };
    const arrived = (message, buffers) => {
      if (message?.requestId !== requestId) return;
      if (message.type !== "code") return end(reject, new Error(message.title + ". " + message.hint));
      const url = URL.createObjectURL(new Blob([buffers[0]], { type: "text/javascript" }));
      import(url).then((code) => end(resolve, code), (error) => end(reject, error)).finally(() => URL.revokeObjectURL(url));
    };
    const timer = setTimeout(() => end(reject, new Error("The kernel did not answer. Is it busy? Run the cell again.")), 30000);
    model.on("msg:custom", arrived);
    model.send({ type: "ask-code", requestId, name: "studio" });
  }));
}
export default {
  async render(context) {
    try {
      return await (await load(context.model)).default.render(context);
    } catch (error) {
      context.el.textContent = "The studio could not be loaded. " + (error?.message ?? error);
    }
  },
};
"""  # noqa: E501  (JavaScript)


def stub() -> str:
    """The module of a few hundred bytes that loads the studio."""
    return STUB % {"hash": content_hash("studio")}


def code(name: CodeName) -> bytes:
    """A built bundle, UTF-8.

    Errors
        ProtocolError  if it was not built.
    """
    return _read(name, _stamp(name))


def content_hash(name: CodeName) -> str:
    """Of the bundle as it lies there now; ``missing`` if it was not built."""
    try:
        return hashlib.sha256(code(name)).hexdigest()[:HASH_LENGTH]
    except ProtocolError:
        return "missing"


def style() -> str:
    """The style sheet of the studio; empty if it was not built."""
    path = STATIC / "widget.css"
    return path.read_text("utf-8") if path.exists() else ""


def _stamp(name: CodeName) -> int:
    path = STATIC / FILES[name]
    if not path.exists():
        raise ProtocolError(
            "the code of the page was not built",
            got=f"no {path.name} in patchgrad/static",
            hint="in a checkout: make build; else install a released wheel",
        )
    return path.stat().st_mtime_ns


@lru_cache(4)
def _read(name: CodeName, _stamp: int) -> bytes:
    return (STATIC / FILES[name]).read_bytes()
