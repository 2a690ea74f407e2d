"""The machine code that runs a list of kernels by itself, and that by which other threads help it.

A list is an array of rows (kernel, arguments, parts). ``drive`` runs them in order; of a row with several parts, each
part is taken by whoever comes first, and nobody waits for a part that was not begun. ``assist`` takes parts until the
list is over. The two agree on a ticket, one word that says which row is open and which part is next: a helper that
wakes late finds another number in it and takes nothing. A helper without work pauses, then sleeps for longer and longer
moments, so that a busy machine loses nothing to it.
"""

from __future__ import annotations

import ctypes
import re
import sys
from functools import cache
from importlib import import_module
from typing import Any

ROW = 3
"""Words of a row."""
TICKET, DONE, OVER, COUNT, YIELD, NAP = 0, 8, 16, 24, 25, 26
"""Places in the words that ``drive`` and ``assist`` share; those that both write lie on lines of the cache apart."""
WORDS = 32
PAUSES = 400
"""So many pauses, some microseconds, before a thread that waits gives its processor away."""
NAP_MICROSECONDS = 40

TEXT = """
declare void @llvm.x86.sse2.pause()

define internal void @rest(i64 %tries, ptr %state, i64 %naps) #0 {
entry:
  %short = icmp ult i64 %tries, PAUSES
  br i1 %short, label %pause, label %longer
pause:
  PAUSE
  ret void
longer:
  %early = icmp ult i64 %tries, LONG
  %awake = icmp eq i64 %naps, 0
  %soon = or i1 %early, %awake
  br i1 %soon, label %give, label %sleep
give:
  %pyield = getelementptr i64, ptr %state, i64 YIELD
  %yield = load ptr, ptr %pyield
  %ignored = call i32 %yield()
  ret void
sleep:
  %pnap = getelementptr i64, ptr %state, i64 NAP
  %nap = load ptr, ptr %pnap
  %none = call i32 %nap(i32 MICROSECONDS)
  ret void
}

define void @drive(ptr %rows, i64 %first, i64 %last, ptr %state) #0 {
entry:
  %pdone = getelementptr i64, ptr %state, i64 DONE
  %pcount = getelementptr i64, ptr %state, i64 COUNT
  br label %next
next:
  %i = phi i64 [ %first, %entry ], [ %i1, %after ]
  %ended = icmp sge i64 %i, %last
  br i1 %ended, label %out, label %row
row:
  %at = mul i64 %i, 3
  %prow = getelementptr i64, ptr %rows, i64 %at
  %work = load ptr, ptr %prow
  %parg = getelementptr i64, ptr %prow, i64 1
  %arguments = load ptr, ptr %parg
  %ppart = getelementptr i64, ptr %prow, i64 2
  %parts = load i64, ptr %ppart
  %one = icmp eq i64 %parts, 1
  br i1 %one, label %alone, label %open
alone:
  call void %work(ptr %arguments, i64 0, i64 1)
  br label %after
open:
  store atomic i64 0, ptr %pdone seq_cst, align 8
  %count0 = load i64, ptr %pcount
  %count = add i64 %count0, 1
  store i64 %count, ptr %pcount
  %high = shl i64 %count, 32
  %middle = shl i64 %i, 8
  %ticket = or i64 %high, %middle
  store atomic i64 %ticket, ptr %state seq_cst, align 8
  br label %take
take:
  %mine = phi i64 [ 0, %open ], [ %mine1, %do ]
  %old = atomicrmw add ptr %state, i64 1 seq_cst
  %part = and i64 %old, 255
  %none = icmp uge i64 %part, %parts
  br i1 %none, label %wait, label %do
do:
  call void %work(ptr %arguments, i64 %part, i64 %parts)
  %mine1 = add i64 %mine, 1
  br label %take
wait:
  %tries = phi i64 [ 0, %take ], [ %tries1, %more ]
  %done = load atomic i64, ptr %pdone seq_cst, align 8
  %all = add i64 %done, %mine
  %ready = icmp uge i64 %all, %parts
  br i1 %ready, label %after, label %more
more:
  %tries1 = add i64 %tries, 1
  call void @rest(i64 %tries, ptr %state, i64 0)
  br label %wait
after:
  %i1 = add i64 %i, 1
  br label %next
out:
  ret void
}

define void @assist(ptr %rows, ptr %state) #0 {
entry:
  %pdone = getelementptr i64, ptr %state, i64 DONE
  %pover = getelementptr i64, ptr %state, i64 OVER
  br label %look
look:
  %tries = phi i64 [ 0, %entry ], [ 0, %did ], [ %tries1, %idle ]
  %over = load atomic i64, ptr %pover seq_cst, align 8
  %end = icmp ne i64 %over, 0
  br i1 %end, label %out, label %see
see:
  %ticket = load atomic i64, ptr %state seq_cst, align 8
  %part = and i64 %ticket, 255
  %middle = lshr i64 %ticket, 8
  %i = and i64 %middle, 16777215
  %at = mul i64 %i, 3
  %prow = getelementptr i64, ptr %rows, i64 %at
  %ppart = getelementptr i64, ptr %prow, i64 2
  %parts = load i64, ptr %ppart
  %left = icmp ult i64 %part, %parts
  %open = icmp ne i64 %ticket, 0
  %can = and i1 %left, %open
  br i1 %can, label %try, label %idle
try:
  %more = add i64 %ticket, 1
  %pair = cmpxchg ptr %state, i64 %ticket, i64 %more seq_cst seq_cst
  %won = extractvalue { i64, i1 } %pair, 1
  br i1 %won, label %do, label %idle
do:
  %work = load ptr, ptr %prow
  %parg = getelementptr i64, ptr %prow, i64 1
  %arguments = load ptr, ptr %parg
  call void %work(ptr %arguments, i64 %part, i64 %parts)
  %ignored = atomicrmw add ptr %pdone, i64 1 seq_cst
  br label %did
did:
  br label %look
idle:
  %tries1 = add i64 %tries, 1
  call void @rest(i64 %tries, ptr %state, i64 1)
  br label %look
out:
  ret void
}
"""


@cache
def driver() -> tuple[Any, Any]:
    """``drive(rows, first, last, state)`` and ``assist(rows, state)``; all but numbers are addresses."""
    machine = import_module("patchgrad.backend.native.compiled").machine()
    intel = "x86" in machine.target_machine.triple or "amd64" in machine.target_machine.triple
    text = TEXT if intel else TEXT.replace("declare void @llvm.x86.sse2.pause()\n", "")
    pause = "call void @llvm.x86.sse2.pause()" if intel else ""
    numbers = {"MICROSECONDS": NAP_MICROSECONDS, "LONG": PAUSES + 20, "PAUSES": PAUSES, "YIELD": YIELD, "NAP": NAP}
    for name, value in {**numbers, "DONE": DONE, "OVER": OVER, "COUNT": COUNT, "PAUSE": pause}.items():
        text = re.sub(rf"\b{name}\b", str(value), text)
    drive, assist = machine.addresses(f"driver {text}", lambda: machine.head + text, ("drive", "assist"))
    word, place = ctypes.c_ssize_t, ctypes.c_void_p
    return (
        ctypes.CFUNCTYPE(None, place, word, word, place)(drive),
        ctypes.CFUNCTYPE(None, place, place)(assist),
    )


@cache
def waits() -> tuple[int, int]:
    """Addresses of the system's functions that give the processor away, and that sleep for microseconds; 0, 0."""
    if sys.platform == "win32":
        return 0, 0
    library = ctypes.CDLL(None)
    return tuple(ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0 for name in ("sched_yield", "usleep"))  # type: ignore[return-value]
