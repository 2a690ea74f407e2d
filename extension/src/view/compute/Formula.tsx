/** A formula of an op, drawn by the browser. */
import { createElement, Fragment, type ReactNode, useMemo } from "react";
import { type Mark, marksOf } from "../../model/latex";

export function Formula({ latex }: { readonly latex: string }) {
  const marks = useMemo(() => marksOf(latex), [latex]);
  return (
    <div className="pg-formula" title={latex}>
      {createElement("math", { display: "block" }, createElement("mrow", null, ...marks.map(drawn)))}
    </div>
  );
}

function drawn(mark: Mark | string): ReactNode {
  if (typeof mark === "string") return createElement(Fragment, null, mark);
  return createElement(mark.tag, mark.attributes ?? null, ...mark.children.map(drawn));
}
