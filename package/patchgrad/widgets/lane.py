"""Which way a message of the browser reaches us while a cell runs.

ipykernel 7.4 hands a widget's message to the loop that last sent on its comm: the main shell, which
is busy for as long as a cell trains. So we pin our comms to a kernel subshell of our own. That takes two
private names of ipykernel, both optional: where one is missing, the front end's subshell serves, and
where there is none either, only a session that trains in the background hears the browser.
"""

from __future__ import annotations

import concurrent.futures
import sys
import threading
from typing import Any

OWN = "own kernel subshell: the studio is live while a cell trains"
FRONT_END = "the front end's kernel subshell: the studio is live while a cell trains"
BACKGROUND = "the loop that runs the cells: the studio is live while session.start() trains, and between cells"

_lock = threading.Lock()
_subshell: str | None = None
PATIENCE = 3.0


def pin(comm: Any) -> bool:
    """Have the messages of ``comm`` handled by our own subshell; False where the kernel has none."""
    if not hasattr(comm, "_reply_subshell_for"):
        return False
    subshell = own_subshell()
    if subshell is None:
        return False
    comm._reply_subshell_for = lambda _data, _default: subshell
    return True


def own_subshell() -> str | None:
    """The id of the one subshell that all our widgets share, made on first use; None outside such a kernel."""
    global _subshell
    with _lock:
        if _subshell is None:
            _subshell = _created()
        return _subshell


def in_force(pinned: bool, thread: threading.Thread) -> str:
    """The way in words, from what was pinned and the thread in which the last message arrived."""
    if pinned:
        return OWN
    return BACKGROUND if thread is threading.main_thread() or not _in_jupyter() else FRONT_END


def _in_jupyter() -> bool:
    """Else a thread of its own is the host's loop, which waits for cells as a main shell does: marimo's apps."""
    return "ipykernel" in sys.modules


def _created() -> str | None:
    try:
        from IPython.core.getipython import get_ipython

        shell: Any = get_ipython()
        thread: Any = shell.kernel.shell_channel_thread
        future: concurrent.futures.Future[str] = concurrent.futures.Future()
        thread.io_loop.add_callback(lambda: future.set_result(thread.manager._create_subshell()))
        return future.result(PATIENCE)
    except Exception:  # whatever is missing or different, there is another way
        return None
