"""``save`` and ``load``: state dicts, and nested plain data with tensors, in a file.

The format follows from the name: ``.safetensors``, ``.npz``, or PyTorch's own (``.pt``, ``.pth``, ``.bin``, ``.ckpt``);
``.patchgrad`` is a layer graph, with the weights of a module that was built from it.
No format runs code when it is loaded. A file is looked through before memory is taken, and is written whole or not
at all.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from patchgrad.errors import ArgumentError, DataError, DtypeError, FileError, near
from patchgrad.interop import npz, safetensors, torch_reader, torch_writer, trees
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.tensor import Tensor

FORMATS = {
    ".patchgrad": "patchgrad",
    ".safetensors": "safetensors", ".npz": "npz", ".pt": "torch", ".pth": "torch", ".bin": "torch", ".ckpt": "torch",
}  # fmt: skip
WANTED = "a name that ends in .safetensors, .npz, .pt, .pth or .patchgrad"


def save(obj: Any, f: Any, *, metadata: Mapping[str, str] | None = None) -> None:
    """Write ``obj`` to a file, in the format that its name asks for.

    Parameters
        obj       a state dict, or tensors, numbers and text in dictionaries, lists and tuples; for ``.patchgrad`` a
                  layer graph, or the module of one, with its weights
        f         a path, or a file open for writing (PyTorch's format)
        metadata  texts to be kept in a safetensors file; `load_metadata` reads them
    Errors
        ArgumentError  if the name has another ending.
        DataError      if ``obj`` holds something else: the place is named, and no file is left behind.
    """
    if hasattr(f, "write"):
        return torch_writer.write(f, obj)
    path = Path(os.fspath(f))
    kind = _format_of(path)
    if kind == "patchgrad":
        return _save_graph(path, obj)
    if metadata is not None and kind != "safetensors":
        raise ArgumentError(
            "only safetensors files keep metadata", got=str(path), hint="put it into the saved dictionary"
        )
    if metadata and not all(isinstance(text, str) for pair in metadata.items() for text in pair):
        raise ArgumentError("metadata is text by name", got=repr(dict(metadata)))
    write_whole(path, lambda file: _write(file, kind, obj, metadata or {}))
    return None


def _save_graph(path: Path, obj: Any) -> None:
    from patchgrad.interop.document import save_document

    graph = obj if isinstance(obj, LayerGraph) else getattr(obj, "graph", None)
    if not isinstance(graph, LayerGraph):
        raise ArgumentError(
            "a .patchgrad file holds a layer graph",
            got=type(obj).__name__,
            want="a LayerGraph, or the module of one",
            hint="pg.save(session.model, path), or pg.save(LayerGraph.from_module(model, x).build(), path)",
        )
    save_document(path, graph, None if obj is graph else obj)


def load(f: Any, map_location: Any = None, *, weights_only: bool = True) -> Any:
    """Read what `save` wrote, or what PyTorch, NumPy or a safetensors library did. Nothing in the file is run.

    A ``.patchgrad`` file gives a `Document`: its ``graph``, and ``build()`` for the module with its weights.

    Parameters
        f             a path, or a file open for reading
        map_location  device of the tensors; the CPU if left out, wherever they were when they were saved
        weights_only  True: files that need code to load are refused, always
    Errors
        DataError  if the file is damaged, hostile, or of another format; the path is named, nothing is half loaded.
    """
    if not weights_only:
        raise ArgumentError("a file is never allowed to run code", got="weights_only=False", hint="leave it out")
    try:
        data = _read(f)
    except (DataError, DtypeError) as error:
        error.within(_name_of(f))
        raise
    return data if map_location is None else _moved(data, map_location)


def load_metadata(f: Any) -> dict[str, str]:
    """The texts that were saved with a safetensors file."""
    with open(f, "rb") as file:
        try:
            _, notes = safetensors.read(file)
        except DataError as error:
            error.within(_name_of(f))
            raise
    return {name: text for name, text in notes.items() if name != trees.PLAN}


def _format_of(path: Path) -> str:
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise ArgumentError("the name of the file does not tell a format", got=str(path), want=WANTED)
    return kind


def _name_of(f: Any) -> str:
    return str(getattr(f, "name", type(f).__name__)) if hasattr(f, "read") else os.fspath(f)


def write_whole(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Write beside the place and move there, so that no reader ever sees half a file."""
    if not path.parent.is_dir():
        raise FileError(
            "the folder to save in is not there",
            got=str(path.parent),
            want="a folder",
            hint=f"Path({str(path.parent)!r}).mkdir(parents=True)",
        )
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        os.chmod(name, 0o666 & ~_mask())
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _mask() -> int:
    """What the user wants to be left out of the rights of new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write(file: BinaryIO, kind: str, obj: Any, metadata: Mapping[str, str]) -> None:
    if kind == "torch":
        return torch_writer.write(file, obj)
    arrays, plan = trees.take_apart(obj)
    if kind == "npz":
        return npz.write(file, arrays, plan)
    return safetensors.write(file, arrays, {**metadata, **({} if plan is None else {trees.PLAN: plan})})


def _read(f: Any) -> Any:
    if hasattr(f, "read"):
        return _of_format(f, _guess(f))
    kind = _format_of(Path(os.fspath(f)))
    try:
        if kind == "patchgrad":
            from patchgrad.interop.document import load_document

            return load_document(f)
        with open(f, "rb") as file:
            return _of_format(file, kind)
    except (FileNotFoundError, IsADirectoryError):
        raise no_file(Path(os.fspath(f))) from None


def no_file(path: Path) -> FileError:
    """There is no file at this path; near names of its folder are given."""
    if path.is_dir():
        return FileError("this is a folder and no file", got=str(path), want="a file", hint=", ".join(_names(path)))
    if not path.parent.is_dir():
        return FileError("there is no such folder", got=str(path.parent), want="a folder", hint="is the path right?")
    return FileError(
        "there is no such file",
        got=f"{path.name}, in the folder {path.parent.resolve().name}",
        want="a file that is there",
        hint=near(path.name, os.listdir(path.parent))
        or f"the folder has {', '.join(_names(path.parent)) or 'no file'}",
    )


def _names(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if Path(name).suffix in FORMATS)[:5]


def _guess(file: BinaryIO) -> str:
    """The format of an open file, which has no name to tell it."""
    start = file.read(9)
    file.seek(0)
    if start[:2] == b"PK" or start[:1] == b"\x80":
        return "npz" if start[:2] == b"PK" and _holds_arrays(file) else "torch"
    return "safetensors"


def _holds_arrays(file: BinaryIO) -> bool:
    from patchgrad.interop import zips

    return any(name.endswith(".npy") for name in zips.contents(file)[1])


def _of_format(file: BinaryIO, kind: str) -> Any:
    if kind == "torch":
        return torch_reader.read(file)
    if kind == "npz":
        arrays, plan = npz.read(file)
    else:
        arrays, notes = safetensors.read(file)
        plan = notes.get(trees.PLAN)
    return trees.put_together({name: Tensor(array) for name, array in arrays.items()}, plan)


def _moved(data: Any, where: Any) -> Any:
    """The data with its tensors on another device."""
    if isinstance(data, Tensor):
        return data.to(device=where)
    if isinstance(data, Mapping):
        return type(data)((key, _moved(value, where)) for key, value in data.items())  # type: ignore[call-arg]
    return type(data)(_moved(value, where) for value in data) if isinstance(data, (list, tuple)) else data
