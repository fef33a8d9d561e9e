import type { Signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { textArgument } from "../changes.ts";
import { Icon } from "../icons.tsx";
import type { Call, Item, ItemOf, Question } from "../items.ts";
import { t } from "../l10n.ts";
import { renderWhole } from "../markdown/stream.ts";
import { gaveNoAnswer } from "../refusals.ts";
import { focusRequests, post, transcript } from "../store.ts";
import { visible } from "../terminal.ts";
import { answer, QuestionGroup } from "./Question.tsx";

/** A question of the model's: its text, answers to pick from, and what was answered. */
export function AskCard({ item }: { item: Signal<Item> }) {
  const { call } = item.value as ItemOf<"ask">;
  const { question } = call;
  if (question && question.decision === undefined) return <AskQuestion question={question} />;
  return (
    <article class="card" aria-label={t("A question of MiMo's")}>
      <AskHead />
      <Words text={textOf(call)} />
      <Given call={call} />
    </article>
  );
}

/** The words of a question are asked where they can be answered. */
function textOf({ question, arguments: raw }: Call): string {
  return question?.asks.kind === "ask" ? question.asks.text : textArgument(raw, "question");
}

export function AskQuestion({ question: { id, asks, decision } }: { question: Question }) {
  if (asks.kind !== "ask" || decision !== undefined) return null;
  const current = transcript.value.waiting.value[0]?.id === id;
  return (
    <QuestionGroup asks={asks} waiting>
      <AskHead />
      <Words text={asks.text} />
      {asks.options.length > 0 ? (
        <div class="options">
          {optionsOf(asks.options).map((option, i) => (
            // Options never move: their place is their identity.
            <button key={String(i)} type="button" class="option" onClick={() => act(() => reply(id, option))}>
              {current && i < 9 ? (
                <span class="kbd" aria-hidden="true">
                  {i + 1}
                </span>
              ) : null}
              <span>{visible(option)}</span>
            </button>
          ))}
        </div>
      ) : null}
      <div class="card-f">
        <span class="mut xs grow">{t("Or write an answer below.")}</span>
        <button type="button" class="btn quiet" onClick={() => act(() => answer(id, "deny"))}>
          {t("No answer")}
        </button>
      </div>
    </QuestionGroup>
  );
}

/** The button that was pressed goes away: the composer takes the cursor that it had. */
function act(press: () => void): void {
  press();
  focusRequests.value += 1;
}

const LONGEST_REPLY = 100_000;

export function reply(id: string, text: string): void {
  post({ type: "reply", id, text: text.slice(0, LONGEST_REPLY) });
}

export function optionsOf(options: readonly string[]): readonly string[] {
  return options.filter((option) => option.trim() !== "");
}

function AskHead() {
  return (
    <div class="card-h">
      <Icon name="ask" />
      <span class="name">{t("MiMo asks")}</span>
    </div>
  );
}

/** Markdown, as in answers. */
function Words({ text }: { text: string }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (host.current) renderWhole(host.current, text);
  }, [text]);
  return <div class="md asked" dir="auto" ref={host} />;
}

function Given({ call }: { call: Call }) {
  switch (call.status) {
    case "running":
      return null;
    case "ok":
      if (call.question?.decision === "deny" || gaveNoAnswer(call.result))
        return <div class="told">{t("You gave no answer.")}</div>;
      return <div class="told">{t("You answered: {0}", visible(call.result))}</div>;
    case "error":
      return <div class="told">{visible(call.result)}</div>;
    default:
      return <div class="told">{t("Not answered.")}</div>;
  }
}
