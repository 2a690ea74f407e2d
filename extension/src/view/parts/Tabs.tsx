/** On a narrow field: one thing at a time. */
import type { KeyboardEvent } from "react";
import type { Panel, State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const TABS: readonly (Panel | "canvas")[] = ["canvas", "palette", "inspector", "scopes", "log", "history", "findings"];
const readTab = (state: State) => state.layout.tab;

export function Tabs() {
  const { store } = useStudio();
  const chosen = useRead(readTab);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = TABS[(TABS.indexOf(chosen) + step + TABS.length) % TABS.length] ?? "canvas";
    store.dispatch({ type: "tab-chosen", tab: next });
    event.currentTarget.parentElement?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
    event.preventDefault();
  };
  return (
    <div className="pg-tabs" role="tablist" aria-label="Parts of the studio">
      {TABS.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          data-tab={tab}
          aria-selected={tab === chosen}
          tabIndex={tab === chosen ? 0 : -1}
          onClick={() => store.dispatch({ type: "tab-chosen", tab })}
          onKeyDown={onKeyDown}
        >
          {tab[0]?.toUpperCase() + tab.slice(1)}
        </button>
      ))}
    </div>
  );
}
