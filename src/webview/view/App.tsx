import { useEffect, useRef } from "preact/hooks";
import type { PanelState } from "../../protocol/view.ts";
import { polite, urgent } from "../announcements.ts";
import { Icon } from "../icons.tsx";
import type { Waiting } from "../items.ts";
import { shortcutOf } from "../keys.ts";
import { t } from "../l10n.ts";
import { draft, post, state, transcript } from "../store.ts";
import { optionsOf, reply } from "./AskCard.tsx";
import { Composer } from "./Composer.tsx";
import { atEnd, followEnd, goToEnd } from "./follow.ts";
import { closePopup, openPopup } from "./Popup.tsx";
import { accept, answer } from "./Question.tsx";
import { Blocked, NoKey, Start } from "./Start.tsx";
import { Strips } from "./Strips.tsx";
import { Transcript } from "./Transcript.tsx";

export function App() {
  const current = state.value;
  useEffect(() => {
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  if (!current) return <div class="view" />;
  return (
    <div class="view">
      <div class="frame">
        {current.simulated ? <Simulated /> : null}
        <Body state={current} />
        <footer class="dock">
          <EndButton />
          <Strips />
          <Composer state={current} />
        </footer>
        <div class="sr" aria-live="assertive">
          {urgent.value}
        </div>
        <div class="sr" aria-live="polite">
          {polite.value}
        </div>
      </div>
    </div>
  );
}

function Body({ state: current }: { state: PanelState }) {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (scroller.current && content.current) return followEnd(scroller.current, content.current);
    return undefined;
  }, []);
  const empty = transcript.value.count.value === 0;
  return (
    <main class="body" ref={scroller}>
      <div class="column" ref={content}>
        {empty ? <Start state={current} /> : <Transcript />}
        {empty ? null : <Blocked state={current} />}
        {!empty && current.key.state === "none" ? <NoKey others={current.keys.length} /> : null}
      </div>
    </main>
  );
}

function Simulated() {
  return (
    <div class="simulated" role="note">
      <Icon name="info" />
      <span>{t("Simulated answers: no model is being asked")}</span>
    </div>
  );
}

function EndButton() {
  if (atEnd.value || transcript.value.count.value === 0) return null;
  return (
    <button type="button" class="btn sec toend" onClick={goToEnd}>
      <Icon name="end" />
      {t("Go to end")}
    </button>
  );
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  if (event.key === "Escape") {
    giveWay(event);
    return;
  }
  const waiting = transcript.value.waiting.value[0];
  if (waiting && picksOption(event, waiting)) return;
  const shortcut = shortcutOf(event);
  if (shortcut === "modes") {
    event.preventDefault();
    openPopup.value = openPopup.value === "modes" ? undefined : "modes";
    return;
  }
  if (!shortcut || !waiting || draft.value.trim() !== "") return;
  // A question of the model's cannot be accepted, only answered.
  if (waiting.asks.kind === "ask" && shortcut === "accept") return;
  event.preventDefault();
  if (shortcut === "reject" || waiting.asks.kind === "ask") answer(waiting.id, "deny");
  else accept(waiting.id, waiting.asks);
}

/** 1 to 9 pick an answer of a question, while nobody writes. */
function picksOption(event: KeyboardEvent, { id, asks }: Waiting): boolean {
  const { target, key } = event;
  if (asks.kind !== "ask" || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return false;
  if (target instanceof Element && target.matches("textarea,input,.pop *")) return false;
  const option = /^[1-9]$/.test(key) ? optionsOf(asks.options)[Number(key) - 1] : undefined;
  if (option === undefined) return false;
  event.preventDefault();
  reply(id, option);
  return true;
}

/** A popup first, then the task. */
function giveWay(event: KeyboardEvent): void {
  if (openPopup.value) closePopup();
  else if (state.value?.busy) post({ type: "stop" });
  else return;
  event.preventDefault();
}
