import type { Signal } from "@preact/signals";
import type { PanelState } from "../../protocol/view.ts";
import { anySees } from "../attachments.ts";
import { type Circumstance, labelOf, type Press, pressesFor, wordsOf } from "../failures.ts";
import { timeOfDay } from "../figures.ts";
import { Icon } from "../icons.tsx";
import type { Item, ItemOf } from "../items.ts";
import { t } from "../l10n.ts";
import { clockSkew, draft, focusRequests, post, state, transcript } from "../store.ts";
import { visible } from "../terminal.ts";
import { openModels } from "./ModelPicker.tsx";

/**
 * A failure: what happened, what to do, and the buttons for it. Only the last one is still to be acted on, and without
 * a key the note that asks for one comes first.
 */
export function Failure({ item, last }: { item: Signal<Item>; last: boolean }) {
  const { reason, message, retryAt, detail } = item.value as ItemOf<"error">;
  const current = state.value;
  const hasKey = current?.key.state !== "none";
  const given = current ? circumstancesOf(current) : [];
  const until = retryAt === undefined ? undefined : timeOfDay(retryAt, new Date(Date.now() + clockSkew.value));
  const trouble = { reason, detail, until, given };
  const { title, happened, advice } = wordsOf(trouble);
  const open = last && current?.busy === false && hasKey;
  return (
    <div class="note err" role="alert">
      <span class="row head">
        <Icon name="error" tone="err" />
        <span class="b">{title}</span>
      </span>
      <div>{happened}</div>
      {open ? <div>{advice}</div> : null}
      {message.trim() === "" || message.trim() === title ? null : (
        <div class="told">{t("Details: {0}", visible(message))}</div>
      )}
      <div class="row wrap">
        {open
          ? pressesFor(trouble).map((press, i) => <PressButton key={press} press={press} primary={i === 0} />)
          : null}
        <button type="button" class="btn quiet mut" onClick={() => post({ type: "command", name: "showLog" })}>
          {t("Show log")}
        </button>
      </div>
    </div>
  );
}

function circumstancesOf(current: PanelState): Circumstance[] {
  const window = current.models.find(({ id }) => id === current.model)?.contextWindow ?? Number.POSITIVE_INFINITY;
  const larger = current.models.some(({ contextWindow }) => contextWindow > window);
  return [
    ...(current.keys.length > 1 ? (["severalKeys"] as const) : []),
    ...(larger ? (["largerModel"] as const) : []),
    ...(anySees(current) ? (["seeingModel"] as const) : []),
  ];
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
    case "keys":
      post({ type: "command", name: press });
      break;
    case "newChat":
      post({ type: "newChat" });
      break;
    case "chooseModel":
      openModels("all");
      break;
    case "chooseSeeing":
      openModels("seeing");
      break;
    case "editMessage":
      takeBack();
      break;
    case "dropImages":
      post({ type: "dropImages" });
      break;
    case "searchOff":
      post({ type: "setWebSearch", on: false });
      goOn();
      break;
    case "goOn":
      goOn();
      break;
  }
}

function goOn(): void {
  if (state.value?.busy === false) post({ type: "send", text: t("Go on.") });
}

/** Puts the last message back into the composer, before what is written there. */
function takeBack(): void {
  const text = transcript.value.tasks.at(-1)?.user?.text ?? "";
  if (!draft.value.startsWith(text)) draft.value = draft.value.trim() === "" ? text : `${text}\n${draft.value}`;
  focusRequests.value += 1;
}
