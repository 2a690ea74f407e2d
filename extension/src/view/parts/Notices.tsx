/** Receipts and refusals, over the canvas. A receipt leaves by itself; a refusal waits to be read. */
import { useEffect } from "react";
import type { Notice, State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { Icon } from "./Icon";

const RECEIPT_TIME = 8_000;
const REFUSAL_TIME = 30_000;
const readNotices = (state: State) => state.notices;

export function Notices() {
  const notices = useRead(readNotices);
  return (
    <div className="pg-notices">
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeCard({ notice }: { readonly notice: Notice }) {
  const { store } = useStudio();
  useEffect(() => {
    const leave = () => store.dispatch({ type: "notice-dismissed", id: notice.id });
    const timer = setTimeout(leave, notice.tone === "done" ? RECEIPT_TIME : REFUSAL_TIME);
    return () => clearTimeout(timer);
  }, [store, notice]);
  return (
    <div className="pg-notice" data-tone={notice.tone}>
      <div className="pg-notice-text">
        <strong>{notice.title}</strong>
        {notice.detail && <p>{notice.detail}</p>}
      </div>
      <button
        type="button"
        className="pg-button pg-small"
        aria-label="Dismiss"
        onClick={() => store.dispatch({ type: "notice-dismissed", id: notice.id })}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
