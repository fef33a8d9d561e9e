import type { Signal } from "@preact/signals";
import type { ErrorReason } from "../../agent/errors.ts";
import type { FromView } from "../../protocol/view.ts";
import { credits, thin } from "../figures.ts";
import { Icon } from "../icons.tsx";
import type { Item, ItemOf } from "../items.ts";
import { t } from "../l10n.ts";
import { post, state } from "../store.ts";
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

function noticeWords(reason: string): string {
  switch (reason) {
    case "max_turns":
      return t("Paused: this task reached its limit of requests. Send a message to go on.");
    case "max_credits":
      return t("Paused: this task reached its limit of credits. Send a message to go on.");
    default:
      return t(reason);
  }
}

export function PrefixBreak({ item }: { item: Signal<Item> }) {
  const { reason, tokens, credits: cost } = item.value as ItemOf<"prefix_break">;
  const why = reason === "model_switch" ? t("Another model starts with an empty cache") : t("The cache starts anew");
  return (
    <div class="steps">
      <div class="step wrapped">
        <Icon name="info" />
        <span class="d num">
          {t("{0}: {1} tokens are read in full once, about {2}.", why, thin(tokens), credits(cost))}
        </span>
      </div>
    </div>
  );
}

type CommandName = Extract<FromView, { readonly type: "command" }>["name"];

/** A failure: what happened, why, and what to press. */
export function Failure({ item, last }: { item: Signal<Item>; last: boolean }) {
  const { reason, message } = item.value as ItemOf<"error">;
  const idle = state.value?.busy === false;
  const command = COMMANDS[reason];
  return (
    <div class="note err" role="alert">
      <span class="row head">
        <Icon name="error" tone="err" />
        <span class="b">{titleOf(reason)}</span>
      </span>
      <div class="mut told">{message}</div>
      <div>{adviceFor(reason)}</div>
      <div class="row wrap">
        {command ? <CommandButton name={command} primary={last} /> : null}
        {last && idle && GOES_ON.has(reason) ? (
          <button
            type="button"
            class={command ? "btn sec" : "btn"}
            onClick={() => post({ type: "send", text: t("Go on.") })}
          >
            {t("Go on")}
          </button>
        ) : null}
        <button type="button" class="btn quiet mut" onClick={() => post({ type: "command", name: "showLog" })}>
          {t("Show log")}
        </button>
      </div>
    </div>
  );
}

export function CommandButton({ name, primary }: { name: CommandName; primary: boolean }) {
  return (
    <button type="button" class={primary ? "btn" : "btn sec"} onClick={() => post({ type: "command", name })}>
      {labelOf(name)}
    </button>
  );
}

function labelOf(name: CommandName): string {
  switch (name) {
    case "setKey":
      return t("Add key");
    case "openConsole":
      return t("Open console");
    case "manageTrust":
      return t("Manage trust");
    case "showLog":
      return t("Show log");
  }
}

const COMMANDS: Partial<Record<ErrorReason, CommandName>> = {
  auth: "setKey",
  pairing: "setKey",
  balance: "openConsole",
  quota: "openConsole",
  region: "openConsole",
  risk: "openConsole",
};

/** Failures after which the same task can simply go on. */
const GOES_ON: ReadonlySet<ErrorReason> = new Set([
  "rate",
  "server",
  "network",
  "stalled",
  "cut",
  "not_a_stream",
  "malformed",
  "truncated",
  "repetition",
]);

function titleOf(reason: ErrorReason): string {
  switch (reason) {
    case "auth":
      return t("The key was refused");
    case "pairing":
      return t("This key belongs to another address");
    case "balance":
      return t("The balance is used up");
    case "quota":
      return t("Token Plan used up");
    case "rate":
      return t("Too many requests");
    case "region":
      return t("Not available in this region");
    case "risk":
      return t("Refused by the platform's risk control");
    case "filter":
      return t("Stopped by the content filter");
    case "bad_request":
      return t("The platform refused the request");
    case "too_long":
      return t("The chat is too long for the model");
    case "input":
      return t("The model does not take this input");
    case "server":
      return t("The platform has a fault");
    case "network":
      return t("No connection");
    case "stalled":
      return t("The answer stopped coming");
    case "cut":
      return t("The answer was cut off");
    case "not_a_stream":
      return t("Something else answered than the model");
    case "malformed":
      return t("The answer could not be read");
    case "truncated":
      return t("The answer reached its length limit");
    case "repetition":
      return t("The answer repeated itself");
  }
}

function adviceFor(reason: ErrorReason): string {
  switch (reason) {
    case "auth":
    case "pairing":
      return t("Add a key that fits; this chat is kept and goes on with it.");
    case "balance":
    case "quota":
      return t("Top up in the console, or add another key. Nothing of this chat is lost.");
    case "region":
    case "risk":
      return t("The console says more. Nothing of this chat is lost.");
    case "filter":
    case "input":
    case "bad_request":
      return t("Change the message and send it again, or start a new chat.");
    case "too_long":
      return t("Start a new chat, or choose a model with a larger window.");
    case "rate":
      return t("Wait a moment, then go on.");
    case "network":
    case "not_a_stream":
      return t("Check the connection or the proxy, then go on. What was done so far is kept.");
    case "server":
    case "stalled":
    case "cut":
    case "malformed":
    case "truncated":
    case "repetition":
      return t("Nothing of the broken answer was run. What was done before is kept.");
  }
}
