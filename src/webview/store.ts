import { batch, effect, signal } from "@preact/signals";
import type { FromView, PanelState, ToView, ViewEvent } from "../protocol/view.ts";
import { announceEvents, announceState } from "./announcements.ts";
import { forgetAllSent, forgetSent } from "./attachments.ts";
import { type Channel, openChannel, type ViewApi } from "./channel.ts";
import { forgetChoices, forgetWanted } from "./choices.ts";
import { applyEvents, createTranscript, type Transcript } from "./transcript.ts";

/** What the panel shows. `state` is undefined until the host has spoken. */
export const state = signal<PanelState | undefined>(undefined);
export const transcript = signal<Transcript>(createTranscript());
/** What stands in the composer. Kept by VS Code, so that it outlives the page, and by the host, so that it outlives
 * the view. */
export const draft = signal("");
/** Rises when the composer should take the cursor. */
export const focusRequests = signal(0);
/** The host's clock minus this page's: they can be different machines. */
export const clockSkew = signal(0);

let channel: Channel | undefined;

export function post(message: FromView): void {
  channel?.post(message);
}

export function connect(api: ViewApi): void {
  draft.value = storedDraft(api.getState());
  channel = openChannel(api, receive);
  effect(() => api.setState({ draft: draft.value }));
  const told = tellDraft();
  document.addEventListener("visibilitychange", () => told.now());
  post({ type: "ready" });
}

const DRAFT_PAUSE_MS = 300;

/** Tells the host of the draft, once typing pauses; at once when it was sent or emptied. */
function tellDraft(): { now(): void } {
  let known = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    clearTimeout(timer);
    const text = draft.peek();
    if (text === known) return;
    known = text;
    post({ type: "draft", text });
  };
  effect(() => {
    const text = draft.value;
    clearTimeout(timer);
    if (text === "") now();
    else timer = setTimeout(now, DRAFT_PAUSE_MS);
  });
  return { now };
}

function storedDraft(stored: unknown): string {
  if (typeof stored !== "object" || stored === null || !("draft" in stored)) return "";
  return typeof stored.draft === "string" ? stored.draft : "";
}

function receive(message: ToView): void {
  switch (message.type) {
    case "snapshot":
      batch(() => {
        const next = createTranscript();
        forgetWanted();
        applyEvents(next, message.events);
        if (next.tasks[0]?.startedAt !== transcript.value.tasks[0]?.startedAt) {
          forgetChoices();
          forgetAllSent();
        }
        if (message.draft && draft.value === "") draft.value = message.draft;
        state.value = message.state;
        transcript.value = next;
      });
      break;
    case "events":
      noteClock(message.events);
      applyEvents(transcript.value, message.events);
      announceEvents(transcript.value, message.events);
      for (const event of message.events) {
        if (event.type === "user" && event.images) forgetSent(event.text, event.images.length);
      }
      break;
    case "state":
      announceState(state.value, message.state);
      state.value = message.state;
      break;
    case "focusComposer":
      if (message.text) draft.value = `${message.text}${draft.value}`;
      focusRequests.value += 1;
      break;
  }
}

function noteClock(events: readonly ViewEvent[]): void {
  const at = events.at(-1)?.at;
  const time = at === undefined ? Number.NaN : Date.parse(at);
  if (!Number.isNaN(time)) clockSkew.value = time - Date.now();
}
