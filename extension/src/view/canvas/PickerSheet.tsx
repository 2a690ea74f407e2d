/** What the kernel offers at a place, with a search: type, walk by arrows, choose by Enter or by a click. */
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { chooseOffer, closePicker } from "../../commands/pick";
import { accent } from "../../model/families";
import { count } from "../../model/format";
import { searchOffers } from "../../model/searchOffers";
import type { OfferView } from "../../protocol/messages";
import { kindOf } from "../../store/selectors";
import type { Picker, State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const WIDTH = 280;
const HEIGHT = 260;
const readPicker = (state: State) => state.picker;

export function PickerSheet() {
  const picker = useRead(readPicker);
  return picker && <Sheet key={picker.id} picker={picker} />;
}

function Sheet({ picker }: { readonly picker: Picker }) {
  const studio = useStudio();
  const catalogue = useRead(useCallback((state: State) => state.catalogue, []));
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const sheet = useRef<HTMLDivElement>(null);
  const offers = useMemo(() => searchOffers(picker.offers ?? [], catalogue, query), [picker, catalogue, query]);
  useEffect(() => sheet.current?.querySelector("input")?.focus({ preventScroll: true }), []);
  useEffect(() => {
    sheet.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const offer = offers[chosen];
    if (step && offers.length) setChosen((chosen + step + offers.length) % offers.length);
    else if (event.key === "Enter" && offer) void chooseOffer(studio, offer);
    else if (event.key === "Escape") closePicker(studio);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="pg-picker" role="dialog" aria-label={picker.title} style={placed(picker.at)} ref={sheet}>
      <h3>{picker.title}</h3>
      <input
        type="search"
        role="combobox"
        aria-label={picker.title}
        aria-expanded="true"
        aria-controls="pg-offers"
        aria-activedescendant={offers[chosen] ? `pg-offer-${chosen}` : undefined}
        placeholder="Search what fits"
        data-place="picker"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={(event) => !sheet.current?.contains(event.relatedTarget) && studio.store.dispatch(CLOSED)}
      />
      <div id="pg-offers" role="listbox" aria-label="What fits">
        {offers.map((offer, place) => (
          <Choice key={offer.kind} offer={offer} place={place} chosen={place === chosen} />
        ))}
      </div>
      {picker.offers === null && <p className="pg-hint">Asking the kernel what fits …</p>}
      {picker.offers !== null && offers.length === 0 && <p className="pg-hint">Nothing fits here.</p>}
    </div>
  );
}

const CLOSED = { type: "picker-closed" } as const;

interface ChoiceProps {
  readonly offer: OfferView;
  readonly place: number;
  readonly chosen: boolean;
}

function Choice({ offer, place, chosen }: ChoiceProps) {
  const studio = useStudio();
  const family = useRead(useCallback((state: State) => kindOf(state, offer.kind)?.family ?? "", [offer.kind]));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search field above has the keys
    <div
      id={`pg-offer-${place}`}
      className="pg-offer"
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      data-offer={offer.kind}
      style={{ "--pg-accent": accent(family) } as React.CSSProperties}
      onClick={() => chooseOffer(studio, offer)}
    >
      <strong>{offer.kind}</strong>
      <span className="pg-quiet">{cost(offer)}</span>
      {offer.text && <span className="pg-quiet pg-offer-text">{offer.text}</span>}
    </div>
  );
}

/** What is learned more, and what is computed more for a sample. */
function cost({ parameters, flops }: OfferView): string {
  if (!parameters && !flops) return "free";
  const words = [parameters && `${signed(parameters)} parameters`, flops && `${signed(flops)} FLOPs`];
  return words.filter(Boolean).join(", ");
}

function signed(number: number): string {
  return `${number > 0 ? "+" : "−"}${count(Math.abs(number))}`;
}

/** Within the canvas, whatever its size. */
function placed(at: Picker["at"]): React.CSSProperties {
  const { x, y } = at ?? { x: 60, y: 30 };
  return {
    left: `max(4px, min(${x}px, 100% - ${WIDTH + 8}px))`,
    top: `max(4px, min(${y}px, 100% - ${HEIGHT + 8}px))`,
    width: `min(${WIDTH}px, 100% - 8px)`,
    maxHeight: `min(${HEIGHT}px, 100% - 8px)`,
  };
}
