"""What a notebook shows. The only room that knows anywidget and IPython, which are imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patchgrad.recorder.watch import Watch
    from patchgrad.session import Session
    from patchgrad.widgets.compute import ComputeWidget
    from patchgrad.widgets.studio import StudioWidget


def studio(session: Session, **settings: Any) -> StudioWidget:
    """The studio of a session. Settings as in `StudioWidget`: ``title``, ``embed``, ``pin``."""
    from patchgrad.widgets.studio import StudioWidget

    return StudioWidget(session, **settings)


def computation(watch: Watch, **settings: Any) -> ComputeWidget:
    """The live compute graph of a watched model. Settings as in `ComputeWidget`: ``embed``, ``pin``."""
    from patchgrad.widgets.compute import ComputeWidget

    return ComputeWidget(watch, **settings)
