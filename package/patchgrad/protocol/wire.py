"""From bytes of the browser to a message, and back: validated on arrival, plain JSON on the way out.

It knows no widget and no session. Read next: ``messages.py`` (what there is to say).
"""

from __future__ import annotations

from typing import Any

import msgspec

from patchgrad.errors import PatchgradError, ProtocolError
from patchgrad.layergraph.graph import PortRef
from patchgrad.protocol.messages import MAX_REQUEST_BYTES, Failed, FromBrowser, FromKernel

MAX_REQUEST_ID = 64


def decode(content: Any, buffers: int = 0) -> FromBrowser:
    """A message from the browser, checked in full.

    Parameters
        content   parsed JSON as it arrived, nothing is trusted
        buffers   how many binary buffers came with it; no message of the browser has any
    Errors
        ProtocolError  if it is too large, no message, of an unknown type, or has a wrong field.
    """
    size = _size(content)
    if size > MAX_REQUEST_BYTES:
        raise ProtocolError(
            "a message from the browser is too large",
            got=f"{size:,} bytes",
            want=f"at most {MAX_REQUEST_BYTES:,} bytes",
            hint="send large settings as several edits",
        )
    if buffers:
        raise ProtocolError("a message from the browser carries bytes", got=f"{buffers} buffers", want="none")
    return _convert(content)


def request_id_of(content: Any) -> str | None:
    """The id under which an answer is awaited, read even where the rest of the message is broken."""
    request_id = content.get("requestId") if isinstance(content, dict) else None
    return request_id if isinstance(request_id, str) and 0 < len(request_id) <= MAX_REQUEST_ID else None


def encode(message: FromKernel) -> dict[str, Any]:
    """Plain JSON for the wire: only dict, list, str, int, float, bool and None; a number that is not finite is None."""
    return msgspec.json.decode(msgspec.json.encode(message, enc_hook=str))


def failed(request_id: str, error: BaseException) -> Failed:
    """The refusal that tells the browser what ``error`` says, field by field."""
    if isinstance(error, PatchgradError):
        return Failed(
            request_id, error.title, error.got, error.want, error.hint, error.where, ports=_ports(error.ports)
        )
    return Failed(request_id, f"{type(error).__name__}: {error}", hint="this is a defect: the kernel's log has more")


def _ports(ports: tuple[Any, ...]) -> tuple[Any, ...]:

    return tuple(port for port in ports if isinstance(port, PortRef))


def _size(content: Any) -> int:
    try:
        return len(msgspec.json.encode(content))
    except (TypeError, ValueError, RecursionError) as error:
        raise ProtocolError("a message from the browser is not JSON", got=str(error), want="an object") from None


def _convert(content: Any) -> FromBrowser:
    try:
        return msgspec.convert(content, type=FromBrowser)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ProtocolError(
            "a message from the browser is not understood",
            got=f"{_type_of(content)}: {error}",
            want="a message of this version of patchgrad",
            hint="reload the page, so that browser and kernel speak the same version",
        ) from None


def _type_of(content: Any) -> str:
    tag = content.get("type") if isinstance(content, dict) else None
    return repr(tag)[:40] if tag is not None else f"a {type(content).__name__} without a type"
