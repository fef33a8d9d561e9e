import { signal } from "@preact/signals";
import type { FileChange } from "../agent/ports.ts";
import type { PanelState, QuestionView, ViewEvent } from "../protocol/view.ts";
import { retryWords } from "./failures.ts";
import { credits, seconds } from "./figures.ts";
import { t } from "./l10n.ts";
import { changedFiles } from "./tasks.ts";
import { visible } from "./terminal.ts";
import type { Transcript } from "./transcript.ts";

/**
 * What a screen reader says of live events: questions at once; a task's end, and the start and the end of waiting for
 * another attempt, when it is polite. Never the stream, never a countdown.
 */
export const urgent = signal("");
export const polite = signal("");

let waitsForRetry = false;
/** Events that say nothing of whether the platform answers. */
const ASIDE: ReadonlySet<ViewEvent["type"]> = new Set(["retry", "usage", "change", "command_waiting", "tool_output"]);

export function announceEvents(transcript: Transcript, events: readonly ViewEvent[]): void {
  for (const event of events) {
    if (waitsForRetry && !ASIDE.has(event.type)) {
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
      case "command_waiting":
        if (event.prompt !== undefined)
          polite.value = [t("The command waits for input"), visible(event.prompt.trim())].filter(Boolean).join(": ");
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
      return changeAsked(question.change);
    case "command":
      return t("run {0}", question.command.split("\n", 1)[0] ?? "");
    case "read":
      return t("read {0}", question.path);
  }
}

function changeAsked({ kind, shown, from }: FileChange): string {
  switch (kind) {
    case "delete":
      return t("delete {0}", visible(shown));
    case "move":
      return t("move {0} to {1}", visible(from ?? ""), visible(shown));
    case "folder":
      return t("create the folder {0}", visible(shown));
    default:
      return t("edit {0}", visible(shown));
  }
}

/** A restore changes the chat, or what is on the disk: no event tells it. */
export function announceState(before: PanelState | undefined, after: PanelState): void {
  if (before && !before.restored && after.restored) polite.value = restoredWords(after.restored.what);
}

export function restoredWords(what: NonNullable<PanelState["restored"]>["what"]): string {
  return { both: t("Files and chat restored"), files: t("Files restored"), chat: t("Chat restored") }[what];
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
