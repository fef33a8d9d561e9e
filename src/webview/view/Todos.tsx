import { type Signal, signal } from "@preact/signals";
import { openChoice } from "../choices.ts";
import { Icon, type IconName } from "../icons.tsx";
import type { Item, ItemOf, Todo } from "../items.ts";
import { t } from "../l10n.ts";
import { transcript } from "../store.ts";
import { visible } from "../terminal.ts";
import { currentOf, doneOf, isFinished, todosOf } from "../todos.ts";
import { Row } from "./Row.tsx";

/** Height of a panel, in pixels, that has room for the whole plan beside the chat. */
const tall = globalThis.matchMedia?.("(min-height: 700px)");
const hasRoom = signal(tall?.matches ?? true);
tall?.addEventListener("change", ({ matches }) => {
  hasRoom.value = matches;
});

const ICONS: Readonly<Record<Todo["status"], IconName>> = { done: "check", active: "current", pending: "circle" };

function statusName(status: Todo["status"]): string {
  switch (status) {
    case "done":
      return t("done");
    case "active":
      return t("in progress");
    case "pending":
      return t("to come");
  }
}

/** The model's plan, on the composer: open where there is room, one line when all of it is done. */
export function TodoStrip({ folded }: { folded: boolean }) {
  const todos = transcript.value.todos.value;
  if (todos.length === 0) return null;
  const finished = isFinished(todos);
  const choice = openChoice(finished ? "todos.done" : "todos");
  const open = choice.value ?? (hasRoom.value && !finished && !folded);
  return (
    <div class="strip">
      <button
        type="button"
        class="strip-h"
        aria-expanded={open}
        onClick={() => {
          choice.value = !open;
        }}
      >
        <Icon name={finished ? "check" : "plan"} />
        <span class="nowrap">{t("To do")}</span>
        <span class="mut num">{progress(todos)}</span>
        <span class="mut ell grow">{open ? "" : visible(currentOf(todos)?.text ?? "")}</span>
        <Icon name={open ? "down" : "right"} small />
      </button>
      {open ? (
        <ul class="todo" aria-label={t("To do")}>
          {todos.map(({ text, status }, i) => (
            // The plan is told whole each time: a place is all the identity there is.
            <li key={String(i)} class={status}>
              <Icon name={ICONS[status]} />
              <span>{visible(text)}</span>
              <span class="sr">{statusName(status)}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function progress(todos: readonly Todo[]): string {
  return t("{0} of {1}", doneOf(todos), todos.length);
}

/** Where the plan was told: a quiet line, since the strip shows it. */
export function TodosRow({ item }: { item: Signal<Item> }) {
  const { key, call } = item.value as ItemOf<"todos">;
  const todos = todosOf(call.arguments) ?? [];
  const failed = call.status !== "ok" && call.status !== "running";
  return (
    <div class="steps">
      <Row
        icon={failed ? "warning" : "plan"}
        tone={failed ? "warn" : undefined}
        verb={t("To do")}
        object={visible(currentOf(todos)?.text ?? "")}
        result={failed ? t("Failed") : progress(todos)}
        {...(failed ? { choice: openChoice(key) } : {})}
      >
        <div class="mut xs">{visible(call.result)}</div>
      </Row>
    </div>
  );
}
