"""Training steps of seven networks, in patchgrad and in its peers. Read ``workloads.py`` first, then ``contest.py``."""
