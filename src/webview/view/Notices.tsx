import type { Signal } from "@preact/signals";
import { retryWords } from "../failures.ts";
import { seconds } from "../figures.ts";
import { Icon } from "../icons.tsx";
import type { Item, ItemOf } from "../items.ts";
import { t } from "../l10n.ts";
import { isWarning, noticeWords, prefixBreakWords } from "../notes.ts";
import { post, state } from "../store.ts";
import { visible } from "../terminal.ts";
import { Row } from "./Row.tsx";
import { useElapsed } from "./seconds.ts";

/** Attempts after the first that a request gets. */
const RETRIES = 5;

export function Retry({ item }: { item: Signal<Item> }) {
  const value = item.value as ItemOf<"retry">;
  const { title, happened } = retryWords(value.reason);
  if (value.over) {
    const { attempt: tries } = value;
    const verb = tries === 1 ? t("Tried again") : t("Tried again {0} times", tries);
    return (
      <div class="steps">
        {tries === 0 ? <Row icon="info" verb={title} /> : <Row icon="info" verb={verb} object={title} />}
      </div>
    );
  }
  return (
    <div class="note">
      <span class="row head">
        <Icon name="offline" />
        <span class="b">{title}</span>
      </span>
      <div class="mut">{happened}</div>
      <div class="num">
        <Countdown from={value.at} delayMs={value.delayMs} attempt={value.attempt} />
      </div>
      <div class="row wrap">
        <button type="button" class="btn sec" onClick={() => post({ type: "stop" })}>
          {t("Stop trying")}
        </button>
      </div>
    </div>
  );
}

function Countdown({ from, delayMs, attempt }: { from: string; delayMs: number; attempt: number }) {
  const left = Math.ceil((delayMs - useElapsed(from, { live: true })) / 1000);
  return (
    <>
      {left > 0
        ? t("Trying again in {0} (attempt {1} of {2}).", seconds(left * 1000), attempt, RETRIES)
        : t("Trying again (attempt {0} of {1}).", attempt, RETRIES)}
    </>
  );
}

export function Notice({ item }: { item: Signal<Item> }) {
  const { reason, model, message = "" } = item.value as ItemOf<"notice">;
  const name = state.value?.models.find(({ id }) => id === model)?.name ?? model;
  const warns = isWarning(reason);
  return (
    <div class="steps">
      <div class="step wrapped">
        <Icon name={warns ? "warning" : "info"} tone={warns ? "warn" : undefined} />
        <span class="d">{noticeWords(reason, name)}</span>
      </div>
      {message.trim() === "" ? null : <div class="told">{t("Details: {0}", visible(message))}</div>}
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
