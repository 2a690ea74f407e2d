import { describe, expect, it } from "vitest";
import { SCOPES } from "./allScopes";
import { decades, logTicks, tickText, wantsLog } from "./axes";
import { smoothed, withCursor } from "./curves";
import { namesFit, numberTicks, shorten, slanted } from "./depth";
import { shares } from "./histogram";
import { sampleData } from "./sample";
import { csv, fileName } from "./save";
import { type Colours, type Figure, isReady, type ScopeData } from "./scope";
import { summary } from "./summary";

const COLOURS: Colours = {
  text: "#111",
  muted: "#555",
  grid: "#ddd",
  surface: "#fff",
  line: "#00f",
  second: "#f80",
  selected: "#ff0",
  band: "#efe",
  heat: ["#fff", "#888", "#000"],
};
const ROOM = { width: 600, height: 240 };

function draw(id: string, data: ScopeData) {
  const scope = SCOPES.find((one) => one.id === id);
  const figure = scope?.figure(data, COLOURS, ROOM);
  if (!figure) throw new Error(`${id} drew nothing`);
  return figure as unknown as { data: Record<string, never>[]; layout: Record<string, never> };
}

function without(data: ScopeData, name: string): ScopeData {
  const { [name]: _, ...arrays } = data.arrays;
  return { ...data, arrays };
}

function withValues(data: ScopeData, name: string, values: readonly number[]): ScopeData {
  return { ...data, arrays: { ...data.arrays, [name]: { shape: [values.length], data: Float64Array.from(values) } } };
}

describe("every scope", () => {
  it.each(SCOPES)("$id draws the sample and asks a question", (scope) => {
    expect(isReady(scope, sampleData())).toBe(true);
    expect(scope.figure(sampleData(), COLOURS, ROOM)?.data.length).toBeGreaterThan(0);
    expect(scope.question).toMatch(/\?$/);
  });

  it.each(SCOPES)("$id waits, without error, when one of its arrays is missing or has no number", (scope) => {
    for (const name of scope.needs) {
      expect(isReady(scope, without(sampleData(), name))).toBe(false);
      expect(isReady(scope, withValues(sampleData(), name, [Number.NaN, Number.NaN]))).toBe(false);
      expect(scope.figure(without(sampleData(), name), COLOURS, ROOM)).toBeNull();
    }
  });

  it.each(SCOPES)("$id draws sixty layers and one layer", (scope) => {
    expect(scope.figure(sampleData(60), COLOURS, ROOM)).not.toBeNull();
    expect(scope.figure(sampleData(1), COLOURS, ROOM)).not.toBeNull();
  });
});

describe("loss", () => {
  it("has a numbered flag and a line at the step of every edit", () => {
    const { data, layout } = draw("loss", sampleData());
    expect(data.at(-1)).toMatchObject({ x: [480, 1200], text: ["1", "2"] });
    expect(layout.shapes).toMatchObject([{ x0: 480 }, { x0: 1200 }]);
  });

  it("takes a log axis for a loss over decades and a plain one otherwise", () => {
    const short = withValues(sampleData(1, 3), "loss.value", [2, 1, 0.9]);
    expect(draw("loss", short).layout.yaxis).not.toHaveProperty("type");
    const long = withValues(sampleData(1, 3), "loss.value", [2, 0.1, 0.001]);
    expect(draw("loss", long).layout.yaxis).toMatchObject({ type: "log" });
    expect(wantsLog([2, -0.1])).toBe(false);
  });
});

describe("plots by depth", () => {
  it("give one bar per layer with its uid for clicks, the selected one in its own colour", () => {
    const { data } = draw("gradients", { ...sampleData(3), chosen: ["u1"] });
    expect(data[0]).toMatchObject({
      customdata: ["u0", "u1", "u2"],
      marker: { color: ["#00f", "#ff0", "#00f"] },
    });
  });

  it("keep no place for a layer that has no such number", () => {
    const { data, layout } = draw("gradients", withValues(sampleData(3), "gradient.norm", [0.1, Number.NaN, 0.3]));
    expect(data[0]).toMatchObject({ customdata: ["u0", "u2"], y: [0.1, 0.3] });
    expect(layout.xaxis).toMatchObject({ ticktext: ["fc1", "fc3"] });
  });

  it("refuse values that do not fit the layers", () => {
    expect(SCOPES[1]?.figure(withValues(sampleData(3), "gradient.norm", [1, 2]), COLOURS, ROOM)).toBeNull();
  });

  it("show the update ratio itself, though the frame brings its logarithm", () => {
    const { data } = draw("updates", withValues(sampleData(2), "update.ratio", [-3, -2]));
    expect(data[0]?.y).toEqual([0.001, 0.01]);
  });

  it("mark a negative mean hollow and lay a mean of zero on the floor, without stretching the axis for it", () => {
    const { data, layout } = draw("activations", withValues(sampleData(3), "activation.mean", [0.5, -0.25, 0]));
    expect(data[1]).toMatchObject({ y: [0.5, 0.25, 0.1] });
    expect(layout.yaxis).toMatchObject({ range: [-1, 1] });
    expect(data[1]?.marker).toMatchObject({ color: ["#f80", "#fff", "#f80"] });
  });

  it("keep whole decades, so that the axis stands still while values tremble", () => {
    expect(decades([0.015, 0.5])).toEqual(decades([0.02, 0.6]));
    expect(decades([0, Number.NaN])).toEqual([-1, 1]);
    const [low, high] = decades([1]);
    expect(high - low).toBeGreaterThanOrEqual(2);
  });

  it("write plain numbers at the ticks of a log axis, more of them where it is short", () => {
    expect(logTicks([-3, 1]).map(tickText)).toEqual(["0.001", "0.01", "0.1", "1", "10"]);
    expect(logTicks([-0.5, 0.4]).map(tickText)).toEqual(["0.5", "1", "2"]);
    expect(logTicks([-12, 6]).map(tickText)).toHaveLength(7);
    expect([1e-6, 5e-7, 1e4].map(tickText)).toEqual(["10<sup>-6</sup>", "5·10<sup>-7</sup>", "10<sup>4</sup>"]);
  });

  it("give numbers in place of names that would not fit", () => {
    const names = Array.from({ length: 60 }, (_, index) => `encoder.layers.${index}.fc`);
    expect(namesFit(names, 600)).toBe(false);
    expect(namesFit(names.slice(0, 6), 600)).toBe(true);
    expect(numberTicks(60, 600)).toMatchObject({
      ticktext: ["1", "5", "10", "15", "20", "25", "30", "35", "40", "45", "50", "55", "60"],
    });
    expect(slanted(names, 600)).toBe(true);
    expect(slanted(["fc1", "fc2"], 600)).toBe(false);
    expect(shorten("encoder.layers.0.fc1")).toBe("…0.fc1");
    expect(shorten("a_name_without_dots")).toBe("…ithout_dots");
    expect(shorten("fc1")).toBe("fc1");
  });
});

describe("histogram", () => {
  it("shows the share of each step; empty bins and steps stay empty", () => {
    expect(
      shares([
        [1, 0],
        [3, 0],
      ]),
    ).toEqual([
      [0.25, Number.NaN],
      [0.75, Number.NaN],
    ]);
  });
});

describe("histogram's ends", () => {
  const small = (): ScopeData => {
    const plain = without(sampleData(1), "histogram.zeros");
    const heat = withValues(withValues(plain, "histogram.step", [0, 5]), "histogram.exponent", [-2, -1]);
    return withValues(heat, "histogram.counts", [1, 2, 3, 4]);
  };
  const labels = (data: ScopeData) =>
    (draw("histogram", data).layout.yaxis as unknown as { ticktext: string[] }).ticktext;

  it("zeros have a band of their own below, numbers that are none above, both only where they occur", () => {
    expect(labels(small())).toEqual(["2<sup>-2</sup>", "2<sup>-1</sup>"]);
    const broken = withValues(withValues(small(), "histogram.zeros", [5, 0]), "histogram.lost", [0, 1]);
    expect(labels(broken)).toEqual(["0", "2<sup>-2</sup>", "2<sup>-1</sup>", "∞, NaN"]);
    expect(draw("histogram", broken).data[0]?.y).toEqual([-4, -2, -1, 1]);
    expect(labels(withValues(small(), "histogram.zeros", [0, 0]))).toHaveLength(2);
  });

  it("reads counts step by step", () => {
    expect(draw("histogram", small()).data[0]?.z).toEqual([
      [1 / 3, 3 / 7],
      [2 / 3, 4 / 7],
    ]);
  });
});

describe("the scopes in words", () => {
  it("tell the loss and the ends of the network", () => {
    const data = withValues(withValues(sampleData(3), "loss.value", [0.4567]), "gradient.norm", [
      Number.NaN,
      0.02,
      0.3,
    ]);
    expect(summary(data).slice(0, 3)).toEqual([
      { label: "Loss at step 1995", value: "0.457" },
      { label: "Gradient, first layer (fc2)", value: "0.02" },
      { label: "Gradient, last layer (fc3)", value: "0.3" },
    ]);
  });
});

describe("over time", () => {
  it("the selected layer's line is strong, others are faint, and its colour tells the depth", () => {
    const lines = draw("overtime", { ...sampleData(3), chosen: ["u1"], smooth: false }).data as unknown as {
      name: string;
      opacity: number;
      customdata: string[];
      line: { width: number; color: string };
    }[];
    expect(lines.slice(0, 3).map((line) => [line.opacity, line.line.width])).toEqual([
      [0.25, 1.5],
      [1, 3.5],
      [0.25, 1.5],
    ]);
    expect(lines[0]?.customdata).toEqual(["u0", "u0", "u0"]);
    expect(new Set(lines.slice(0, 3).map((line) => line.line.color)).size).toBe(3);
  });

  it("smooths, and keeps the raw lines where there are few", () => {
    expect(draw("overtime", sampleData(3)).data).toHaveLength(2 * 3 + 1);
    expect(draw("overtime", sampleData(200)).data).toHaveLength(200 + 1);
    expect(smoothed([1, 1, Number.NaN, 1])).toEqual([1, 1, Number.NaN, 1]);
  });
});

describe("the linked cursor", () => {
  it("stands in every plot over steps but the one with the pointer", () => {
    const data = { ...sampleData(), cursor: { step: 40, from: "loss" } };
    const marked = SCOPES.filter((scope) => {
      const shapes = withCursor(scope, data, {}, COLOURS).shapes as { x0: number }[] | undefined;
      return shapes?.some((shape) => shape.x0 === 40);
    });
    expect(marked.map((scope) => scope.id)).toEqual(["histogram", "overtime"]);
  });
});

it("the log scale follows the numbers until it is chosen by hand", () => {
  const short = withValues(sampleData(1, 3), "loss.value", [2, 1, 0.9]);
  const type = (log: boolean | null) =>
    (draw("loss", { ...short, log }).layout.yaxis as unknown as { type?: string }).type;
  expect([type(null), type(true), type(false)]).toEqual([undefined, "log", undefined]);
});

describe("files", () => {
  const figure = (id: string) => draw(id, sampleData(2, 20)) as unknown as Figure;

  it("numbers have a row for each point, or for each cell of a map", () => {
    const rows = csv(figure("gradients")).split("\n");
    expect([rows[0], rows.length]).toEqual(["trace,x,y", 4]);
    expect(csv(figure("histogram")).split("\n")[0]).toBe("x,y,value");
    expect(csv({ data: [{ name: 'a "b", c', x: [1], y: [Number.NaN] }], layout: {} })).toBe(
      'trace,x,y\n"a ""b"", c",1,\n',
    );
  });

  it("are named by the question", () => {
    expect(fileName("Does the gradient reach the first layer?", "png")).toBe(
      "does-the-gradient-reach-the-first-layer.png",
    );
  });
});
