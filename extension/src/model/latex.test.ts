import { expect, test } from "vitest";
import { type Mark, marksOf } from "./latex";

const written = (mark: Mark | string): string =>
  typeof mark === "string" ? mark : `<${mark.tag}>${mark.children.map(written).join("")}</${mark.tag}>`;
const drawn = (latex: string) => marksOf(latex).map(written).join("");

test("fractions, roots and scripts stand where LaTeX puts them", () => {
  expect(drawn("\\frac{x}{2}")).toBe("<mfrac><mrow><mi>x</mi></mrow><mrow><mn>2</mn></mrow></mfrac>");
  expect(drawn("\\sqrt 2")).toBe("<msqrt><mn>2</mn></msqrt>");
  expect(drawn("w_i^2")).toBe("<msubsup><mi>w</mi><mi>i</mi><mn>2</mn></msubsup>");
  expect(drawn("\\sum_i x")).toBe("<munder><mo>∑</mo><mi>i</mi></munder><mi>x</mi>");
  expect(drawn("\\int_0^\\infty")).toBe("<msubsup><mo>∫</mo><mn>0</mn><mi>∞</mi></msubsup>");
});

test("words keep their spaces, brackets grow, and what is unknown is shown as it is written", () => {
  expect(drawn("x \\text{ if } y")).toBe("<mi>x</mi><mtext>\u00a0if\u00a0</mtext><mi>y</mi>");
  expect(drawn("\\left(a\\right)")).toBe("<mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow>");
  expect(marksOf("\\left(a\\right)")[0]?.children[0]).toHaveProperty("attributes.stretchy", "true");
  expect(drawn("\\strange + 0.25")).toBe("<mtext>\\strange</mtext><mo>+</mo><mn>0.25</mn>");
});
