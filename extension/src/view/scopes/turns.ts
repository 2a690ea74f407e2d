/**
 * Draw turns: many plots share one page without blocking it. One plot is drawn per animation frame, each at
 * most once per `interval`, all together at most `share` of the time; a newer picture replaces the waiting one.
 */

export interface Clock {
  now(): number;
  /** Calls back before the next paint, `delay` milliseconds from now or later; returns its own undo. */
  later(delay: number, call: () => void): () => void;
}

export interface Turns {
  ask(id: string, draw: () => void): void;
  forget(id: string): void;
  stop(): void;
}

export interface Pace {
  readonly interval: number;
  readonly share: number;
  readonly onDrawn?: (id: string, milliseconds: number) => void;
}

export function drawTurns(clock: Clock, pace: Pace = { interval: 100, share: 0.3 }): Turns {
  const waiting = new Map<string, () => void>();
  const drawn = new Map<string, number>();
  let free = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;

  /** A plot that was not drawn yet does not wait. */
  const due = (id: string) => {
    const last = drawn.get(id);
    return last === undefined ? Number.NEGATIVE_INFINITY : Math.max(free, last + pace.interval);
  };

  function plan(): void {
    const next = earliest(waiting.keys(), due);
    if (next === null || cancel !== null) return;
    cancel = clock.later(Math.max(0, due(next) - clock.now()), take);
  }

  function take(): void {
    cancel = null;
    const next = earliest(waiting.keys(), due);
    if (next !== null && due(next) <= clock.now()) draw(next);
    plan();
  }

  function draw(id: string): void {
    const start = clock.now();
    const picture = waiting.get(id);
    waiting.delete(id);
    drawn.set(id, start);
    try {
      picture?.();
    } finally {
      const cost = clock.now() - start;
      free = start + cost / pace.share;
      pace.onDrawn?.(id, cost);
    }
  }

  return {
    ask(id, picture) {
      waiting.set(id, picture);
      plan();
    },
    forget(id) {
      waiting.delete(id);
      drawn.delete(id);
    },
    stop() {
      waiting.clear();
      cancel?.();
      cancel = null;
    },
  };
}

function earliest(ids: Iterable<string>, due: (id: string) => number): string | null {
  let found: string | null = null;
  for (const id of ids) if (found === null || due(id) < due(found)) found = id;
  return found;
}

/** The page's clock: a timer for the wait, then an animation frame (which a hidden page never gives). */
export function pageClock(): Clock {
  return {
    now: () => performance.now(),
    later(delay, call) {
      let frame = 0;
      const timer = setTimeout(() => {
        frame = requestAnimationFrame(call);
      }, delay);
      return () => {
        clearTimeout(timer);
        cancelAnimationFrame(frame);
      };
    },
  };
}
