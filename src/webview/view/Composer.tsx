import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { PanelState } from "../../protocol/view.ts";
import { percent } from "../figures.ts";
import { Icon, Ring } from "../icons.tsx";
import { Composition, sends, shortcutOf } from "../keys.ts";
import { t } from "../l10n.ts";
import { draft, focusRequests, post, transcript } from "../store.ts";
import { goToEnd } from "./follow.ts";
import { ModelButton, ModelPopup } from "./ModelPicker.tsx";
import { ModeButton, ModePopup } from "./ModePicker.tsx";
import { openPopup } from "./Popup.tsx";
import { answer } from "./Question.tsx";
import { contextShare } from "./TaskFooter.tsx";

export function Composer({ state }: { state: PanelState }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const refused = useSignal(false);
  const focuses = focusRequests.value;
  useLayoutEffect(() => {
    const node = field.current;
    if (!node || focuses === 0) return;
    node.focus();
    node.setSelectionRange(node.value.length, node.value.length);
  }, [focuses]);
  const submit = () => {
    refused.value = !send(state);
  };
  return (
    <div class="composer">
      {openPopup.value === "modes" ? <ModePopup mode={state.mode} /> : null}
      {openPopup.value === "models" ? <ModelPopup state={state} /> : null}
      <div class="comp">
        <Field field={field} state={state} submit={submit} />
        <div class="tb">
          <ModeButton mode={state.mode} />
          <ModelButton state={state} />
          <span class="grow" />
          <ContextRing />
          <SendOrStop state={state} submit={submit} />
        </div>
      </div>
      <div class="hint" role="status">
        {refused.value && draft.value.trim() !== "" ? refusalWords(state) : ""}
      </div>
    </div>
  );
}

/** Sends what stands in the composer, or uses it to answer a question. False when that is not possible now. */
function send(state: PanelState): boolean {
  const text = draft.value.trim();
  if (text === "") return true;
  const waiting = transcript.value.waiting.value[0];
  if (waiting) answer(waiting.id, "deny", text);
  else if (state.busy || state.key.state === "none") return false;
  else post({ type: "send", text });
  draft.value = "";
  goToEnd();
  return true;
}

function refusalWords(state: PanelState): string {
  return state.key.state === "none"
    ? t("Add a key first; your text stays here.")
    : t("Still working: wait for the end or stop first. Your text stays here.");
}

function placeholder(state: PanelState): string {
  if (state.key.state === "none")
    return transcript.value.count.value > 0 ? t("Add a key to send") : t("Add a key to start");
  if (transcript.value.waiting.value.length > 0) return t("Answer above, or write what to do instead");
  if (state.busy) return t("Working. Write the next message, send it when this is done");
  return t("Ask MiMo");
}

interface FieldProps {
  field: { current: HTMLTextAreaElement | null };
  state: PanelState;
  submit: () => void;
}

function Field({ field, state, submit }: FieldProps) {
  const composition = useRef(new Composition());
  const onKeyDown = (event: KeyboardEvent) => {
    if (draft.value.trim() === "" && shortcutOf(event)) return;
    if (!sends(event) || composition.current.owns(event, event.timeStamp)) return;
    event.preventDefault();
    if (!event.repeat) submit();
  };
  return (
    <textarea
      ref={field}
      rows={1}
      dir="auto"
      aria-label={t("Message to MiMo")}
      placeholder={placeholder(state)}
      maxLength={1_000_000}
      spellcheck={false}
      value={draft.value}
      onInput={(event) => {
        draft.value = event.currentTarget.value;
      }}
      onKeyDown={onKeyDown}
      onCompositionStart={() => composition.current.start()}
      onCompositionEnd={(event) => composition.current.end(event.timeStamp)}
    />
  );
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

function SendOrStop({ state, submit }: { state: PanelState; submit: () => void }) {
  const waiting = transcript.value.waiting.value.length > 0;
  const ready = draft.value.trim() !== "" && state.key.state !== "none";
  return (
    <>
      {!state.busy || (waiting && ready) ? (
        <button
          type="button"
          class={ready ? "send" : "send idle"}
          aria-label={t("Send")}
          title={`${t("Send")} (Enter)`}
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
