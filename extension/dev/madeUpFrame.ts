/** A frame of made-up curves and figures. */
import type { ArrayView, Frame, GraphView, RunView } from "../src/protocol/messages";

export function makeFrame(number: number, run: RunView, graph: GraphView): { frame: Frame; buffer: DataView } {
  const count = 200;
  const steps = Float64Array.from({ length: count }, (_, index) => index * 4);
  const values = Float64Array.from(steps, (step) => 2.3 * Math.exp(-step / 250) + 0.2 + 0.05 * Math.sin(step));
  const depth = Float64Array.from(graph.nodes, (_, index) => -1 - 0.3 * index);
  const series = {
    "loss.step": steps,
    "loss.value": values,
    "loss.smooth": values,
    "gradient.norm": depth,
    "activation.mean": depth,
    "activation.std": depth,
    "update.ratio": depth,
  };
  const arrays: Record<string, ArrayView> = {};
  const bytes = new Float64Array(3 * count + 4 * depth.length);
  let at = 0;
  for (const [name, data] of Object.entries(series)) {
    arrays[name] = { dtype: "float64", shape: [data.length], offset: at * 8 };
    bytes.set(data, at);
    at += data.length;
  }
  const stats = graph.nodes.map((node, index) => ({
    uid: node.uid,
    gradientNorm: node.parameters ? 10 ** (-1 - 0.3 * index) : null,
    activationMean: 0.1,
    activationStd: 0.93,
    updateRatio: 0.001,
    dead: node.kind === "ReLU" ? 0.62 : null,
  }));
  const frame: Frame = {
    type: "frame",
    number,
    run,
    arrays,
    layers: graph.nodes.map((node) => node.uid),
    names: graph.nodes.map((node) => node.name),
    flags: [{ number: 1, step: 210, label: "conv1" }],
    stats,
    selected: null,
    shown: "",
    plan: "",
  };
  return { frame, buffer: new DataView(bytes.buffer) };
}
