/** A closer look at the selected layer: asked for here, computed at the next boundary, shown in a sheet. */
import { useState } from "react";
import { lookCloser } from "../../commands/look";
import type { AskLook } from "../../protocol/messages";
import { useStudio } from "../studioContext";

type Kind = AskLook["kind"];

const QUESTIONS: Readonly<Record<Kind, string>> = {
  "feature-maps": "What does each channel see?",
  filters: "What does each filter look for?",
  attention: "What attends to what?",
  embedding: "What lies near what?",
  saliency: "Which inputs matter?",
  worst: "Which examples are most wrong?",
  best: "Which examples are most right?",
  confusion: "Which classes are mistaken?",
};

export function Looks({ node }: { readonly node: string }) {
  const studio = useStudio();
  const [kind, setKind] = useState<Kind>("feature-maps");
  const [asked, setAsked] = useState(false);
  const look = async () => {
    setAsked(true);
    await lookCloser(studio, kind, node);
    setAsked(false);
  };
  return (
    <div className="pg-section">
      <h4>Closer look</h4>
      <div className="pg-looks">
        <select aria-label="Closer look" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
          {Object.entries(QUESTIONS).map(([known, question]) => (
            <option key={known} value={known}>
              {question}
            </option>
          ))}
        </select>
        <button type="button" className="pg-button pg-small" disabled={asked} onClick={() => void look()}>
          {asked ? "Asked …" : "Look"}
        </button>
      </div>
    </div>
  );
}
