/** Which step is shown, and how: live, one that was kept, all of them together, or two compared. */
import { compareSteps, keepStep, showBackward, showStep, showUnion } from "../../commands/computation";
import { count, exact } from "../../model/format";
import { size, work } from "../../model/quantities";
import type { State } from "../../store/state";
import { Icon } from "../parts/Icon";
import { useRead, useStudio } from "../studioContext";

const readGraph = (state: State) => state.compute.graph;
const readStand = (state: State) => state.compute.stand;
const readBackward = (state: State) => state.compute.backward;
const readWalk = (state: State) => state.compute.walk;

export function ComputeBar() {
  return (
    <div className="pg-compute-bar" role="toolbar" aria-label="Step of the computation">
      <Modes />
      <Steps />
      <Directions />
      <WalkButton />
      <Totals />
    </div>
  );
}

function Modes() {
  const studio = useStudio();
  const { mode, live } = useRead(readGraph);
  const { step, steps } = useRead(readStand);
  const first = steps[0];
  return (
    <fieldset className="pg-choice" aria-label="What is shown">
      <Choice on={live} title="Follow the training" text="Live" choose={() => showStep(studio, null)} />
      <Choice
        on={mode === "step" && !live}
        title="One of the steps that were kept"
        text="Step"
        choose={() => showStep(studio, step)}
      />
      <Choice
        on={mode === "union"}
        title="All kept steps in one picture: which branch ran how often"
        text="All steps"
        choose={() => showUnion(studio)}
      />
      <Choice
        on={mode === "difference"}
        title="How two steps differ"
        text="Compare"
        choose={() => first !== undefined && compareSteps(studio, steps.at(-1) ?? step, first)}
      />
    </fieldset>
  );
}

function Choice(props: { on: boolean; text: string; title: string; choose: () => unknown }) {
  return (
    <button type="button" className="pg-button" aria-pressed={props.on} title={props.title} onClick={props.choose}>
      {props.text}
    </button>
  );
}

function Steps() {
  const studio = useStudio();
  const { mode, live, against } = useRead(readGraph);
  const { step, steps, every } = useRead(readStand);
  if (mode === "union") return <output className="pg-quiet">{count(steps.length)} steps in one</output>;
  if (mode === "difference" && against !== null)
    return (
      <>
        <Step label="from" step={against} onStep={(next) => compareSteps(studio, step, next)} />
        <Step label="to" step={step} onStep={(next) => compareSteps(studio, next, against)} />
      </>
    );
  if (live)
    return (
      <>
        <output>{step < 0 ? "no step yet" : `step ${exact(step)}`}</output>
        {every > 1 && (
          <span className="pg-quiet" title="So rarely that looking keeps within its share of the time">
            one look in {count(every)} steps
          </span>
        )}
      </>
    );
  return <Step label="step" step={step} onStep={(next) => showStep(studio, next)} />;
}

interface StepProps {
  readonly label: string;
  readonly step: number;
  readonly onStep: (step: number) => unknown;
}

/** A slider over the steps that were kept. */
function Step({ label, step, onStep }: StepProps) {
  const { steps } = useRead(readStand);
  const at = steps.filter((one) => one <= step).length - 1;
  return (
    <label className="pg-scrub">
      {label}
      <input
        type="range"
        min={0}
        max={Math.max(steps.length - 1, 0)}
        value={Math.max(at, 0)}
        aria-valuetext={`step ${step}`}
        onChange={(event) => onStep(steps[Number(event.target.value)] ?? step)}
      />
      <output>{count(step)}</output>
    </label>
  );
}

function Directions() {
  const studio = useStudio();
  const backward = useRead(readBackward);
  return (
    <fieldset className="pg-choice" aria-label="Direction">
      <Choice on={!backward} text="Forward" title="The forward pass" choose={() => showBackward(studio, false)} />
      <Choice
        on={backward}
        text="Backward"
        title="Where gradients came back, and what that took"
        choose={() => showBackward(studio, true)}
      />
    </fieldset>
  );
}

function WalkButton() {
  const studio = useStudio();
  const walk = useRead(readWalk);
  return (
    <button
      type="button"
      className="pg-button"
      disabled={walk === "waiting"}
      title="Keep the next step with all its values, and walk through it op by op"
      onClick={() => keepStep(studio)}
    >
      <Icon name="step" />
      <span>Walk</span>
    </button>
  );
}

function Totals() {
  const { ops, flops, kept } = useRead(readGraph);
  const parts = [`${count(ops)} ops`, work(flops), kept > 0 && `${size(kept)} kept for backward`];
  return <output className="pg-quiet pg-totals">{ops > 0 && parts.filter(Boolean).join(" · ")}</output>;
}
