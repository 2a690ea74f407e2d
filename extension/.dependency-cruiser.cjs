// Who may import whom: each room only the rooms below it. The table stands in ARCHITECTURE.md.
const ROOMS = ["protocol", "model", "store", "commands", "view"];

const roomsAbove = (room) => [...ROOMS.slice(ROOMS.indexOf(room) + 1), "widgets", "lab"];

const layers = ROOMS.map((room) => ({
  name: `${room}-imports-only-rooms-below`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${roomsAbove(room).join("|")})/` },
}));

const TEST = "\\.test\\.tsx?$";

module.exports = {
  forbidden: [
    ...layers,
    {
      name: "widgets-and-lab-do-not-know-each-other",
      severity: "error",
      from: { path: "^src/(widgets|lab)/" },
      to: { path: "^src/(widgets|lab)/", pathNot: "^src/$1/" },
    },
    {
      name: "react-only-in-view-and-widgets",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(view|widgets)/" },
      to: { path: "(^|node_modules/)(react|react-dom|@types/react|@types/react-dom|@xyflow/react)(/|$)" },
    },
    {
      name: "jupyterlab-only-in-lab",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/lab/" },
      to: { path: "(^|node_modules/)@(jupyterlab|lumino)/" },
    },
    {
      name: "only-the-bridge-knows-anywidget",
      comment: "A type of the model that leaks out of bridge.ts ties every room to one widget framework.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(protocol/bridge\\.ts$|widgets/)" },
      to: { path: "(^|node_modules/)@anywidget/" },
    },
    {
      name: "plotly-only-in-the-plots-bundle",
      comment: "It weighs three times the rest: it may not slip into the bundle that paints the canvas.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/widgets/plots\\.ts$" },
      to: { path: "(^|node_modules/)plotly" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "nothing-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "only-tests-import-tests",
      severity: "error",
      from: { path: "^src/", pathNot: TEST },
      to: { path: `${TEST}|^node_modules/(vitest|happy-dom)/` },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
