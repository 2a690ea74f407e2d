/** Gradient norm, activation spread and dead share of one layer, as soon as they are known. */
import { useCallback } from "react";
import { figure, percent } from "../../model/format";
import type { LayerStat } from "../../protocol/messages";
import { statOf } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";

const MANY_DEAD = 0.5;

export function StatStrip({ uid }: { readonly uid: string }) {
  const stat = useRead(useCallback((state: State) => statOf(state, uid), [uid]));
  if (!stat) return <span className="pg-strip" />;
  return (
    <span className="pg-strip" title={inWords(stat)}>
      {stat.gradientNorm !== null && (
        <span data-alarm={!Number.isFinite(stat.gradientNorm)}>∇ {figure(stat.gradientNorm)}</span>
      )}
      {stat.gradientNorm === null && stat.activationStd !== null && <span>σ {figure(stat.activationStd)}</span>}
      {stat.dead !== null && stat.dead > 0 && <span data-alarm={stat.dead > MANY_DEAD}>† {percent(stat.dead)}</span>}
    </span>
  );
}

function inWords(stat: LayerStat): string {
  return [
    `gradient norm ${figure(stat.gradientNorm)}`,
    `activation mean ${figure(stat.activationMean)}, std ${figure(stat.activationStd)}`,
    `update to weight ${figure(stat.updateRatio)}`,
    `dead units ${percent(stat.dead)}`,
  ].join("\n");
}
