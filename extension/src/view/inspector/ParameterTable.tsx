/** Parameters of the selected layer with their statistics, and further facts in words. */
import { useCallback } from "react";
import { figure } from "../../model/format";
import type { ParameterView } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";

export function ParameterTable({ uid }: { readonly uid: string }) {
  const inspected = useRead(
    useCallback((state: State) => (state.inspected?.node === uid ? state.inspected : null), [uid]),
  );
  if (!inspected) return null;
  const facts = Object.entries(inspected.facts);
  return (
    <>
      {inspected.parameters.length > 0 && (
        <div className="pg-section">
          <h4>Parameters</h4>
          {inspected.parameters.map((parameter) => (
            <Parameter key={parameter.name} parameter={parameter} />
          ))}
        </div>
      )}
      {facts.length > 0 && (
        <div className="pg-section">
          <h4>Now</h4>
          <dl className="pg-facts">
            {facts.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </>
  );
}

function Parameter({ parameter }: { readonly parameter: ParameterView }) {
  const { name, shape, dtype, mean, std, norm, gradientNorm, updateRatio, trainable } = parameter;
  return (
    <div className="pg-parameter">
      <p>
        <code>{name}</code>{" "}
        <span className="pg-quiet">
          ({shape.join(", ")}) {dtype}
        </span>
        {!trainable && <span className="pg-quiet"> · not trained</span>}
      </p>
      <dl className="pg-numbers">
        <Statistic label="mean" value={mean} />
        <Statistic label="std" value={std} />
        <Statistic label="norm" value={norm} />
        <Statistic label="gradient" value={gradientNorm} />
        <Statistic label="update" value={updateRatio} />
      </dl>
    </div>
  );
}

function Statistic({ label, value }: { readonly label: string; readonly value: number | null }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{figure(value)}</dd>
    </div>
  );
}
