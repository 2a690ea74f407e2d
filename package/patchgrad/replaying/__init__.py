"""Steps of training that are recorded once and then run again as a flat plan, without tensors, tape or modules.

``replayed.py`` decides when; ``recording.py`` notes what a step does, ``looking.py`` what it looks at; ``plan.py``
writes that as one function of bare arrays; ``guards.py`` holds what must be as it was.
"""

from patchgrad.replaying.replayed import Replayed, replay

__all__ = ["Replayed", "replay"]
