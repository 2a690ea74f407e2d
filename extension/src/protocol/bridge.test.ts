import { afterEach, describe, expect, it, vi } from "vitest";
import { connectKernel, type WidgetModel } from "./bridge";
import type { Frame, FromKernel, GraphView } from "./messages";

type Listener = (content: unknown, buffers?: DataView[]) => void;

function fakeModel() {
  const listeners = new Map<string, Set<Listener>>();
  const sent: { type: string; requestId?: string }[] = [];
  const of = (event: string) => listeners.get(event) ?? new Set<Listener>();
  const model: WidgetModel = {
    send: (content) => sent.push(content as { type: string }),
    on: (event, listener) => listeners.set(event, of(event).add(listener as unknown as Listener)),
    off: (event, listener) => of(event).delete(listener as unknown as Listener),
  };
  const emit = (content: unknown, buffers?: DataView[], event = "msg:custom") => {
    for (const listener of of(event)) listener(content, buffers);
  };
  return { model, sent, emit, count: () => of("msg:custom").size };
}

function setUp() {
  const fake = fakeModel();
  let next = 0;
  const newId = () => {
    next += 1;
    return `r${next}`;
  };
  const kernel = connectKernel(fake.model, { newId, patience: 1000 });
  return { ...fake, kernel };
}

const done = (requestId: string): FromKernel => ({ type: "done", requestId });
const GRAPH = { type: "graph-view", revision: 4 } as GraphView;

afterEach(() => vi.useRealTimers());

describe("requests", () => {
  it("are numbered, sent, and answered by the reply with their number", async () => {
    const { kernel, sent, emit } = setUp();
    const first = kernel.ask({ type: "undo" });
    const second = kernel.ask({ type: "redo" });
    expect(sent).toEqual([
      { type: "undo", requestId: "r1" },
      { type: "redo", requestId: "r2" },
    ]);
    emit(done("r2"));
    emit(done("r1"));
    expect([(await first).requestId, (await second).requestId]).toEqual(["r1", "r2"]);
  });

  it("are answered once: a second reply and one for another view change nothing", async () => {
    const { kernel, emit } = setUp();
    const answer = kernel.ask({ type: "undo" });
    emit(done("somebody-else"));
    emit(done("r1"));
    emit({ type: "failed", requestId: "r1", title: "late" });
    expect((await answer).type).toBe("done");
  });

  it("that nobody answers end as Failed, in words", async () => {
    vi.useFakeTimers();
    const { kernel } = setUp();
    const answer = kernel.ask({ type: "undo" });
    vi.advanceTimersByTime(1000);
    expect(await answer).toMatchObject({ type: "failed", title: "The kernel has not answered for 1 s." });
  });

  it("that cannot be sent end as Failed with the reason", async () => {
    const { kernel, model } = setUp();
    model.send = () => {
      throw new Error("comm is closed");
    };
    expect(await kernel.ask({ type: "undo" })).toMatchObject({
      type: "failed",
      hint: expect.stringContaining("comm is closed"),
    });
  });

  it("still open are answered when the view closes, and the model is let go", async () => {
    const { kernel, count } = setUp();
    const answer = kernel.ask({ type: "undo" });
    kernel.close();
    expect((await answer).type).toBe("failed");
    expect(count()).toBe(0);
  });

  it("for code bring its bytes", async () => {
    const { kernel, emit } = setUp();
    const answer = kernel.ask({ type: "ask-code", name: "plots" });
    emit({ type: "code", requestId: "r1", name: "plots", hash: "h" }, [new DataView(Uint8Array.of(7, 8).buffer)]);
    const reply = await answer;
    expect(reply.type === "code" && reply.bytes.getUint8(1)).toBe(8);
  });
});

describe("the state lane", () => {
  it("reaches every listener until it stops listening", () => {
    const { kernel, emit } = setUp();
    const [one, two] = [vi.fn(), vi.fn()];
    const stop = kernel.listen(one);
    kernel.listen(two);
    emit(GRAPH);
    stop();
    emit(GRAPH);
    expect([one.mock.calls.length, two.mock.calls.length]).toEqual([1, 2]);
  });

  it("passes over what it does not know", () => {
    const { kernel, emit } = setUp();
    const listener = vi.fn();
    kernel.listen(listener);
    for (const content of [null, "text", {}, { type: "surprise" }, { method: "update" }]) emit(content);
    expect(listener).not.toHaveBeenCalled();
  });

  it("reads the arrays of a frame even where the buffer starts at an odd byte", () => {
    const { kernel, emit } = setUp();
    const listener = vi.fn();
    kernel.listen(listener);
    const memory = new Uint8Array(3 + 16);
    new DataView(memory.buffer).setFloat64(3 + 8, 2.5, true);
    const arrays = { "loss.value": { dtype: "float64", shape: [1], offset: 8 } } as const;
    emit({ type: "frame", number: 1, arrays } as unknown as Frame, [new DataView(memory.buffer, 3, 16)]);
    expect(listener.mock.calls[0]?.[1]["loss.value"]).toEqual({ shape: [1], data: Float64Array.of(2.5) });
  });
});

it("tells that the connection may have changed, until nobody listens", () => {
  const { kernel, emit } = setUp();
  const listener = vi.fn();
  const stop = kernel.watchConnection(listener);
  emit(undefined, undefined, "comm_live_update");
  emit(undefined, undefined, "comm:close");
  stop();
  emit(undefined, undefined, "comm_live_update");
  expect(listener).toHaveBeenCalledTimes(2);
});
