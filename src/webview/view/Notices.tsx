import type { Signal } from "@preact/signals";
import type { FromView } from "../../protocol/view.ts";
import { labelOf, type Press, pressesFor, titleOf, wordsOf } from "../failures.ts";
import { Icon } from "../icons.tsx";
import type { Item, ItemOf } from "../items.ts";
import { t } from "../l10n.ts";
import { noticeWords, prefixBreakWords } from "../notes.ts";
import { draft, focusRequests, post, state, transcript } from "../store.ts";
import { visible } from "../terminal.ts";
import { openPopup } from "./Popup.tsx";
import { Row } from "./Row.tsx";
import { useElapsed } from "./seconds.ts";

export function Retry({ item }: { item: Signal<Item> }) {
  const value = item.value as ItemOf<"retry">;
  if (value.over) {
    const tries = value.attempt === 1 ? t("Tried again") : t("Tried again {0} times", value.attempt);
    return (
      <div class="steps">
        <Row icon="info" verb={tries} object={titleOf(value.reason)} />
      </div>
    );
  }
  return (
    <div class="note">
      <span class="row head">
        <Icon name="offline" />
        <span class="b">{titleOf(value.reason)}</span>
      </span>
      <div class="mut num">
        <Countdown from={value.at} delayMs={value.delayMs} attempt={value.attempt} />
      </div>
    </div>
  );
}

function Countdown({ from, delayMs, attempt }: { from: string; delayMs: number; attempt: number }) {
  const left = Math.ceil((delayMs - useElapsed(from, { live: true })) / 1000);
  return (
    <>
      {left > 0 ? t("Trying again in {0} s (attempt {1}).", left, attempt) : t("Trying again (attempt {0}).", attempt)}
    </>
  );
}

export function Notice({ item }: { item: Signal<Item> }) {
  const { reason } = item.value as ItemOf<"notice">;
  return (
    <div class="steps">
      <div class="step wrapped">
        <Icon name="info" />
        <span class="d">{noticeWords(reason)}</span>
      </div>
    </div>
  );
}

export function PrefixBreak({ item }: { item: Signal<Item> }) {
  return (
    <div class="steps">
      <div class="step wrapped">
        <Icon name="info" />
        <span class="d">{prefixBreakWords(item.value as ItemOf<"prefix_break">)}</span>
      </div>
    </div>
  );
}

type CommandName = Extract<FromView, { readonly type: "command" }>["name"];

/**
 * A failure: what happened, what to do, and the buttons for it. Only the last one is still to be acted on, and without
 * a key the note that asks for one comes first.
 */
export function Failure({ item, last }: { item: Signal<Item>; last: boolean }) {
  const { reason, message } = item.value as ItemOf<"error">;
  const { title, happened, advice } = wordsOf(reason);
  const open = last && state.value?.busy === false && state.value.key.state !== "none";
  return (
    <div class="note err" role="alert">
      <span class="row head">
        <Icon name="error" tone="err" />
        <span class="b">{title}</span>
      </span>
      <div>{happened}</div>
      {open ? <div>{advice}</div> : null}
      {message.trim() === "" ? null : <div class="told">{t("Details: {0}", visible(message))}</div>}
      <div class="row wrap">
        {open
          ? pressesFor(reason).map((press, i) => <PressButton key={press} press={press} primary={i === 0} />)
          : null}
        <button type="button" class="btn quiet mut" onClick={() => post({ type: "command", name: "showLog" })}>
          {t("Show log")}
        </button>
      </div>
    </div>
  );
}

function PressButton({ press, primary }: { press: Press; primary: boolean }) {
  return (
    <button type="button" class={primary ? "btn" : "btn sec"} onClick={() => act(press)}>
      {labelOf(press)}
    </button>
  );
}

function act(press: Press): void {
  switch (press) {
    case "setKey":
    case "openConsole":
      post({ type: "command", name: press });
      break;
    case "newChat":
      post({ type: "newChat" });
      break;
    case "chooseModel":
      openPopup.value = "models";
      break;
    case "editMessage":
      takeBack();
      break;
    case "goOn":
      if (state.value?.busy === false) post({ type: "send", text: t("Go on.") });
      break;
  }
}

/** Puts the last message back into the composer, before what is written there. */
function takeBack(): void {
  const text = transcript.value.tasks.at(-1)?.user?.text ?? "";
  if (!draft.value.startsWith(text)) draft.value = draft.value.trim() === "" ? text : `${text}\n${draft.value}`;
  focusRequests.value += 1;
}

export function CommandButton({ name, primary }: { name: CommandName; primary: boolean }) {
  return (
    <button type="button" class={primary ? "btn" : "btn sec"} onClick={() => post({ type: "command", name })}>
      {commandLabel(name)}
    </button>
  );
}

function commandLabel(name: CommandName): string {
  switch (name) {
    case "setKey":
    case "openConsole":
      return labelOf(name);
    case "manageTrust":
      return t("Manage trust");
    case "showLog":
      return t("Show log");
  }
}
