import { signal } from "@preact/signals";
import type { QuestionView, ViewEvent } from "../protocol/view.ts";
import { credits } from "./figures.ts";
import { t } from "./l10n.ts";
import { changedFiles, type Transcript } from "./transcript.ts";

/** What a screen reader says of live events: questions at once, a task's end when it is polite. Never the stream. */
export const urgent = signal("");
export const polite = signal("");

export function announceEvents(transcript: Transcript, events: readonly ViewEvent[]): void {
  for (const event of events) {
    if (event.type === "question") urgent.value = `${t("Waiting for you")}: ${askedFor(event.question)}`;
    else if (event.type === "answered") urgent.value = "";
    else if (event.type === "end") polite.value = summary(transcript);
  }
}

/** A question in one line: what it would do and to what. */
export function askedFor(question: QuestionView): string {
  switch (question.kind) {
    case "write":
      return t("edit {0}", question.change.shown);
    case "command":
      return t("run {0}", question.command.split("\n", 1)[0] ?? "");
    case "read":
      return t("read {0}", question.path);
  }
}

function summary(transcript: Transcript): string {
  const task = transcript.tasks.at(-1);
  const outcome = task?.end.value?.outcome;
  if (!task || !outcome) return "";
  const words = { done: t("Finished"), stopped: t("Stopped"), failed: t("Failed") }[outcome];
  const files = changedFiles(task).length;
  const changed = files === 0 ? [] : [files === 1 ? t("1 file changed") : t("{0} files changed", files)];
  return [words, ...changed, credits(task.totals.value.credits)].join(", ");
}
