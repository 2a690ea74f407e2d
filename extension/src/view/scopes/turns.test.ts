import { describe, expect, it } from "vitest";
import { type Clock, drawTurns } from "./turns";

/** A clock that moves only when told; drawing takes the time that the test says. */
function handClock() {
  let time = 0;
  let planned: { at: number; call: () => void } | null = null;
  const clock: Clock = {
    now: () => time,
    later(delay, call) {
      planned = { at: time + delay, call };
      return () => {
        planned = null;
      };
    },
  };
  return {
    clock,
    spend: (milliseconds: number) => {
      time += milliseconds;
    },
    runUntil(end: number) {
      while (planned && planned.at <= end) {
        const { at, call } = planned;
        planned = null;
        time = Math.max(time, at);
        call();
      }
      time = Math.max(time, end);
    },
    idle: () => planned === null,
  };
}

describe("draw turns", () => {
  it("draw one plot at most ten times a second, always the newest picture", () => {
    const { clock, runUntil } = handClock();
    const turns = drawTurns(clock);
    const drawn: number[] = [];
    for (let time = 0; time < 1000; time += 10) {
      turns.ask("loss", () => drawn.push(time));
      runUntil(time + 10);
    }
    expect(drawn.length).toBeLessThanOrEqual(11);
    expect(drawn.length).toBeGreaterThanOrEqual(9);
    runUntil(2000);
    expect(drawn.at(-1)).toBe(990);
  });

  it("leave the page at least seventy per cent of the time after the first round, however slow the plots are", () => {
    const { clock, runUntil, spend } = handClock();
    const turns = drawTurns(clock, { interval: 100, share: 0.3 });
    let busy = 0;
    const slow = () => {
      spend(60);
      busy += 60;
    };
    for (let time = 0; time < 6000; time += 50) {
      for (const id of ["a", "b", "c", "d", "e"]) turns.ask(id, slow);
      runUntil(time + 50);
    }
    const firstRound = 5 * 60;
    expect((busy - firstRound) / clock.now()).toBeLessThan(0.32);
    expect(busy).toBeGreaterThan(firstRound);
  });

  it("draw a plot that is seen for the first time at once, whatever the others cost", () => {
    const { clock, runUntil, spend } = handClock();
    const turns = drawTurns(clock);
    const drawn: string[] = [];
    for (const id of ["a", "b", "c"]) {
      turns.ask(id, () => {
        spend(200);
        drawn.push(id);
      });
    }
    runUntil(650);
    expect(drawn).toEqual(["a", "b", "c"]);
  });

  it("let every waiting plot have its turn", () => {
    const { clock, runUntil, spend } = handClock();
    const turns = drawTurns(clock);
    const counts = { a: 0, b: 0, c: 0 };
    for (let time = 0; time < 3000; time += 20) {
      for (const id of ["a", "b", "c"] as const)
        turns.ask(id, () => {
          spend(40);
          counts[id] += 1;
        });
      runUntil(time + 20);
    }
    const shares = Object.values(counts);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  });

  it("go on after a picture that fails", () => {
    const { clock, runUntil } = handClock();
    const turns = drawTurns(clock);
    const drawn: string[] = [];
    turns.ask("bad", () => {
      throw new Error("no room");
    });
    turns.ask("good", () => drawn.push("good"));
    expect(() => runUntil(10)).toThrow("no room");
    turns.ask("good", () => drawn.push("good"));
    runUntil(1000);
    expect(drawn).toContain("good");
  });

  it("draw nothing that was forgotten, and nothing after the end", () => {
    const { clock, runUntil, idle } = handClock();
    const turns = drawTurns(clock);
    const drawn: string[] = [];
    turns.ask("hidden", () => drawn.push("hidden"));
    turns.forget("hidden");
    runUntil(500);
    turns.ask("shown", () => drawn.push("shown"));
    turns.stop();
    expect(idle()).toBe(true);
    runUntil(1000);
    expect(drawn).toEqual([]);
  });
});
