/** Line icons, drawn in the text's colour on a 16 × 16 field. */
const PATHS = {
  play: "M5 3.5v9l7-4.5z",
  pause: "M5 3.5v9M11 3.5v9",
  step: "M4 3.5v9l6-4.5zM12.5 3.5v9",
  undo: "M6 3 2.8 6.2 6 9.4M3 6.2h6.2a3.6 3.6 0 0 1 0 7.2H6.5",
  redo: "M10 3l3.2 3.2L10 9.4M13 6.2H6.8a3.6 3.6 0 0 0 0 7.2h2.7",
  palette: "M2.5 3h4.5v4.5H2.5zM9 3h4.5v4.5H9zM2.5 9.5H7V13H2.5zM11.2 9v5M8.7 11.5h5",
  inspector: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11M5 3v3M10.5 6.5v3M7 10v3",
  log: "M3 3.5h10M3 6.5h10M3 9.5h7M3 12.5h5",
  scopes: "M2.5 2.5v11h11M4.5 10.5l2.5-4 2.5 2 3.5-5",
  history:
    "M4 3.5v9M4 8.5c5 0 7-1 7-4M2.8 3.5a1.2 1.2 0 1 0 2.4 0 1.2 1.2 0 1 0-2.4 0M9.8 3.5a1.2 1.2 0 1 0 2.4 0 1.2 1.2 0 1 0-2.4 0M2.8 12.5a1.2 1.2 0 1 0 2.4 0 1.2 1.2 0 1 0-2.4 0",
  finding: "M8 2 1.8 13.5h12.4zM8 6.2v3.6M8 11.6v.1",
  numbers: "M3 13V9.5M6.3 13V5M9.7 13V7.5M13 13V3",
  rewind: "M8 4.5 3.5 8 8 11.5zM13 4.5 8.5 8l4.5 3.5zM2.5 4v8",
  mark: "M4.5 2.5h7v11L8 10.5l-3.5 3z",
  compare: "M8 2.5v11M2.5 4.5h3.5v7H2.5zM10 4.5h3.5v7H10z",
  code: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  keys: "M1.8 4.5h12.4v7.5H1.8zM4 7h.1M6.6 7h.1M9.3 7h.1M12 7h.1M5 9.7h6",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  map: "M2.5 3h11v10h-11zM8.5 8.5h3.5v3H8.5z",
  connect:
    "M2.5 4a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0M10.5 12a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0M5.5 4H9c1.5 0 2 1 2 2v4.5",
  search: "M3 7a4 4 0 1 0 8 0 4 4 0 1 0-8 0M10 10l3.5 3.5",
  swap: "M3 5.5h9l-2.5-2.5M13 10.5H4l2.5 2.5",
  tint: "M8 2.5c2.5 3 4 4.8 4 7a4 4 0 0 1-8 0c0-2.2 1.5-4 4-7zM8 13.5v-8",
  feeds: "M2.5 3.5h3l3 4.5h5M2.5 12.5h3l3-4.5M11.5 6l2 2-2 2",
  row: "M2.5 8h11M3.5 5h3v6h-3zM9.5 5h3v6h-3z",
  column: "M8 2.5v11M5 3.5h6v3H5zM5 9.5h6v3H5z",
  lock: "M4 7.5h8V13H4zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3",
  bypass: "M1.5 11h3c1.5 0 1.5-6 3.5-6s2 6 3.5 6h3",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5",
  copy: "M5.5 5.5h7.5v7.5H5.5zM3 10.5V3h7.5",
  close: "M4 4l8 8M12 4l-8 8",
  fold: "M4 6l4 4 4-4",
  unfold: "M6 4l4 4-4 4",
  left: "M10 4 6 8l4 4",
  right: "M6 4l4 4-4 4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="pg-icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
