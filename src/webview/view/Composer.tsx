import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { PanelState } from "../../protocol/view.ts";
import { polite } from "../announcements.ts";
import { attachments, imageTrouble, letGo, reading, sees, wireImages } from "../attachments.ts";
import { percent } from "../figures.ts";
import { Icon, Ring } from "../icons.tsx";
import { t } from "../l10n.ts";
import { draft, focusRequests, post, transcript } from "../store.ts";
import { reply } from "./AskCard.tsx";
import { AttachButton, Attachments, BlindHint, DropTarget } from "./Attachments.tsx";
import { Field } from "./Field.tsx";
import { goToEnd } from "./follow.ts";
import { ModelButton, ModelPopup } from "./ModelPicker.tsx";
import { ModeButton, ModePopup } from "./ModePicker.tsx";
import { openPopup } from "./Popup.tsx";
import { answer } from "./Question.tsx";
import { contextShare } from "./TaskFooter.tsx";
import { forgetSwitch, SearchButton, switchedWords } from "./WebSearch.tsx";

export function Composer({ state }: { state: PanelState }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const refused = useSignal<Refused | undefined>(undefined);
  const focuses = focusRequests.value;
  useLayoutEffect(() => {
    const node = field.current;
    if (!node || focuses === 0) return;
    node.focus();
    node.setSelectionRange(node.value.length, node.value.length);
  }, [focuses]);
  const submit = () => {
    refused.value = send(state);
  };
  return (
    <div class="composer">
      {openPopup.value === "modes" ? <ModePopup mode={state.mode} /> : null}
      {openPopup.value === "models" ? <ModelPopup state={state} /> : null}
      <div class="comp">
        <DropTarget />
        <Attachments />
        <Field field={field} placeholder={placeholder(state)} submit={submit} />
        <div class="tb">
          <AttachButton state={state} />
          <ModeButton mode={state.mode} />
          <ModelButton state={state} />
          <SearchButton state={state} />
          <span class="grow" />
          <ContextRing />
          <SendOrStop state={state} submit={submit} />
        </div>
      </div>
      <Hint state={state} refused={refused.value} />
    </div>
  );
}

/** Why a message was not sent. It stays in the composer. */
type Refused = "noKey" | "blind" | "reading";

/** Sends what stands in the composer, or uses it to answer a question; while a task runs the host queues it. */
function send(state: PanelState): Refused | undefined {
  const text = draft.value.trim();
  const waiting = transcript.value.waiting.value[0];
  if (waiting && text !== "") {
    if (waiting.asks.kind === "ask") reply(waiting.id, text);
    else answer(waiting.id, "deny", text);
    draft.value = "";
    goToEnd();
    return undefined;
  }
  if (reading.value > 0) return "reading";
  const images = wireImages();
  if (text === "" && images.length === 0) return undefined;
  if (state.key.state === "none") return "noKey";
  if (images.length > 0 && !sees(state)) return "blind";
  post({ type: "send", text, ...(images.length > 0 ? { images } : {}) });
  if (state.busy) polite.value = t("Queued: it is read with the next step");
  letGo(text);
  forgetSwitch();
  draft.value = "";
  goToEnd();
  return undefined;
}

/** One line under the composer: what keeps a message from being sent, else what a switch costs. */
function Hint({ state, refused }: { state: PanelState; refused: Refused | undefined }) {
  const blind = attachments.value.length > 0 && !sees(state);
  return (
    <div class="hint" role="status">
      {blind ? <BlindHint state={state} /> : hintWords(state, refused)}
    </div>
  );
}

function hintWords(state: PanelState, refused: Refused | undefined): string {
  if (imageTrouble.value !== "") return imageTrouble.value;
  const empty = draft.value.trim() === "" && attachments.value.length === 0;
  if (refused === "noKey" && !empty && state.key.state === "none") return t("Add a key first; your text stays here.");
  if (reading.value > 0) return t("Reading the image…");
  return switchedWords(state);
}

function placeholder(state: PanelState): string {
  if (state.key.state === "none")
    return transcript.value.count.value > 0 ? t("Add a key to send") : t("Add a key to start");
  const waiting = transcript.value.waiting.value[0];
  if (waiting?.asks.kind === "ask") return t("Write an answer");
  if (waiting) return t("Answer above, or write what to do instead");
  if (state.busy) return t("Message for the next step");
  return t("Ask MiMo");
}

function ContextRing() {
  const share = contextShare();
  const label = t("Context {0}", percent(share, 1));
  return (
    <span class="ib ctx" title={label}>
      <Ring share={share} label={label} />
    </span>
  );
}

/** The arrow queues while a task runs, the square stops it. */
function SendOrStop({ state, submit }: { state: PanelState; submit: () => void }) {
  const filled = draft.value.trim() !== "" || attachments.value.length > 0;
  const ready = filled && state.key.state !== "none" && (attachments.value.length === 0 || sees(state));
  const queues = state.busy && transcript.value.waiting.value.length === 0;
  const label = queues ? t("Queue") : t("Send");
  return (
    <>
      {!state.busy || ready ? (
        <button
          type="button"
          class={ready ? "send" : "send idle"}
          aria-label={label}
          title={`${label} (Enter)`}
          aria-disabled={!ready}
          onClick={submit}
        >
          <Icon name="arrowUp" />
        </button>
      ) : null}
      {state.busy ? (
        <button
          type="button"
          class="send stop"
          aria-label={t("Stop")}
          title={`${t("Stop")} (Esc)`}
          onClick={() => post({ type: "stop" })}
        >
          <Icon name="stop" />
        </button>
      ) : null}
    </>
  );
}
