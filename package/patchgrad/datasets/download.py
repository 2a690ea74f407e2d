"""Files from the network: written beside their place, checked, and only then given their name."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import tempfile
import zlib
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from patchgrad.errors import DataError

CHUNK = 64 * 1024
TIMEOUT = 30.0


def place_of(name: str, folder: str | Path | None) -> Path:
    """Where the files of a data set lie: the folder given, else ``PATCHGRAD_DATA``/name or ~/.cache/patchgrad/name."""
    if folder is not None:
        return Path(folder)
    root = os.environ.get("PATCHGRAD_DATA")
    return (Path(root) if root else Path.home() / ".cache" / "patchgrad") / name


def download(url: str, target: Path, sha256: str, *, timeout: float = TIMEOUT, progress: bool = True) -> None:
    """Fetch ``url`` into ``target`` with a progress bar; ``target`` appears whole and checked, or not at all.

    Parameters
        url      https; plain http only from this machine
        timeout  seconds without an answer
    Errors
        DataError  if the address cannot be reached, the transfer breaks off, the hash is another, or the folder
                   cannot be written; and always where the environment has ``PATCHGRAD_OFFLINE``.
    """
    _check_address(url)
    number, part = _part(target)
    try:
        with os.fdopen(number, "wb") as file:
            _fetch(url, file, target.name, timeout, progress)
        check_hash(part, sha256, name=target.name)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _part(target: Path) -> tuple[int, Path]:
    """An open file beside the target, for what is not whole yet."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        raise DataError(
            f"{target.name} has no place: its folder cannot be written",
            where=str(target.parent),
            got=f"{type(error).__name__}: {error.strerror}",
            hint="name a folder that can be written: PATCHGRAD_DATA=folder in the environment, or folder=... here",
        ) from error
    return number, Path(name)


def check_hash(path: Path, sha256: str, *, name: str = "") -> None:
    """Raise DataError unless the file has this SHA-256."""
    with path.open("rb") as file:
        got = hashlib.file_digest(file, "sha256").hexdigest()
    if got != sha256:
        raise _another(path.with_name(name) if name else path, got, path.stat().st_size, sha256)


def read_text(path: Path, sha256: str) -> str:
    """The text of a file, packed (``.gz``) or not; its content, with line ends of one character, has this SHA-256."""
    try:
        packed = path.read_bytes()
        content = (gzip.decompress(packed) if path.suffix == ".gz" else packed).replace(b"\r\n", b"\n")
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path.name} is damaged", where=str(path), got=str(error), hint="delete the file and get it again"
        ) from error
    got = hashlib.sha256(content).hexdigest()
    if got != sha256:
        raise _another(path, got, len(content), sha256)
    return content.decode()


def _another(path: Path, got: str, size: int, want: str) -> DataError:
    return DataError(
        f"{path.name} is not the file it should be",
        where=str(path),
        got=f"sha256 {got}, {size} bytes",
        want=f"sha256 {want}",
        hint="delete the file and get it again; it may be truncated or from another source",
    )


def _check_address(url: str) -> None:
    if os.environ.get("PATCHGRAD_OFFLINE"):
        raise DataError(
            "nothing is downloaded while PATCHGRAD_OFFLINE is set",
            got=url,
            hint="fetch the file by hand and give its folder, or unset the variable",
        )
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return
    raise DataError("downloads go over https only", got=url, want="an address that begins with https://")


def _fetch(url: str, file: Any, name: str, timeout: float, progress: bool) -> None:
    from tqdm.auto import tqdm

    try:
        with urlopen(Request(url, headers={"User-Agent": "patchgrad"}), timeout=timeout) as answer:
            length = int(answer.headers.get("Content-Length") or 0) or None
            with tqdm(total=length, desc=name, unit="B", unit_scale=True, disable=not progress) as bar:
                received = _copy(answer, file, bar)
    except HTTPError as error:
        error.close()
        raise _broken(url, name, f"the server answers {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _broken(url, name, f"{type(error).__name__}: {error}") from error
    if length is not None and received != length:
        raise _broken(url, name, f"{received} of {length} bytes")


def _copy(answer: Any, file: Any, bar: Any) -> int:
    received = 0
    while chunk := answer.read(CHUNK):
        file.write(chunk)
        received += len(chunk)
        bar.update(len(chunk))
    return received


def _broken(url: str, name: str, got: str) -> DataError:
    return DataError(
        f"{name} could not be downloaded",
        where=url,
        got=got,
        hint="look at the connection and try again, or fetch the file by hand and give its folder",
    )
