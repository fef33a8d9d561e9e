import { signal } from "@preact/signals";
import type { QuestionView, ViewEvent } from "../protocol/view.ts";
import { retryWords } from "./failures.ts";
import { credits, seconds } from "./figures.ts";
import { t } from "./l10n.ts";
import { changedFiles } from "./tasks.ts";
import type { Transcript } from "./transcript.ts";

/**
 * What a screen reader says of live events: questions at once; a task's end, and the start and the end of waiting for
 * another attempt, when it is polite. Never the stream, never a countdown.
 */
export const urgent = signal("");
export const polite = signal("");

let waitsForRetry = false;

export function announceEvents(transcript: Transcript, events: readonly ViewEvent[]): void {
  for (const event of events) {
    if (waitsForRetry && event.type !== "retry" && event.type !== "usage") {
      waitsForRetry = false;
      // An error is an alert of its own.
      if (event.type !== "error") polite.value = t("The platform answers again");
    }
    switch (event.type) {
      case "question":
        urgent.value =
          event.question.kind === "ask"
            ? t("MiMo asks: {0}", event.question.text)
            : `${t("Waiting for you")}: ${askedFor(event.question)}`;
        break;
      case "answered":
        urgent.value = "";
        break;
      case "retry":
        waitsForRetry = true;
        polite.value = `${retryWords(event.reason).title}. ${t("Trying again in {0}", seconds(event.delayMs))}`;
        break;
      case "end":
        polite.value = summary(transcript);
        break;
    }
  }
}

/** What an approval would do and to what, in one line. */
function askedFor(question: Exclude<QuestionView, { readonly kind: "ask" }>): string {
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
