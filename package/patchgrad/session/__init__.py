"""A network that trains, and is edited between two steps."""

from patchgrad.session.log import Edit
from patchgrad.session.opening import SessionWarning
from patchgrad.session.session import Session

__all__ = ["Edit", "Session", "SessionWarning"]
