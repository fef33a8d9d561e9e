import type { Signal } from "@preact/signals";
import { textArgument } from "../changes.ts";
import { openChoice } from "../choices.ts";
import type { IconName } from "../icons.tsx";
import type { Call, Item, ItemOf, LookVerb } from "../items.ts";
import { t } from "../l10n.ts";
import { post, transcript } from "../store.ts";
import { endingOf, visible } from "../terminal.ts";
import { OutputText } from "./Output.tsx";
import { Refusal } from "./Refusal.tsx";
import { Row } from "./Row.tsx";

const ICONS: Readonly<Record<LookVerb, IconName>> = {
  read: "files",
  search: "search",
  list: "folder",
  find: "search",
  problems: "warning",
  output: "terminal",
  stop: "stop",
};

/** Reads, searches and listings: one line, neighbours joined, closed. */
export function Looks({ item }: { item: Signal<Item> }) {
  const { key, verb, calls } = item.value as ItemOf<"looks">;
  const busy = calls.some((call) => call.status === "running");
  const failed = calls.filter((call) => call.status !== "ok" && call.status !== "running");
  const [only] = calls;
  const mono = verb === "search" || verb === "find" || verb === "output" || verb === "stop";
  return (
    <div class="steps">
      <Row
        icon={busy ? "spinner" : failed.length > 0 ? "warning" : ICONS[verb]}
        tone={!busy && failed.length > 0 ? "warn" : undefined}
        verb={verbOf(verb, calls, { busy })}
        object={<span class={mono ? "mono" : undefined}>{calls.map(objectOf).join(", ")}</span>}
        result={only && calls.length === 1 && !busy ? resultOf(verb, only) : failedCount(failed.length)}
        choice={openChoice(key)}
      >
        {calls.map((call) => (
          <Look key={call.id} verb={verb} call={call} />
        ))}
      </Row>
      {calls.map((call) => (
        <Refusal key={call.id} call={call} />
      ))}
    </div>
  );
}

function verbOf(verb: LookVerb, calls: readonly Call[], { busy }: { busy: boolean }): string {
  const n = calls.length;
  switch (verb) {
    case "read":
      if (busy) return t("Reading");
      return n === 1 ? t("Read") : t("Read {0} files", n);
    case "search":
      if (busy) return t("Searching");
      return n === 1 ? t("Searched") : t("Searched {0} times", n);
    case "list":
      return n === 1 ? t("Listed") : t("Listed {0} folders", n);
    case "find":
      return n === 1 ? t("Looked for") : t("Looked for {0} patterns", n);
    case "problems":
      return busy ? t("Checking for problems") : t("Checked for problems");
    case "output":
      return busy ? t("Waiting for output") : t("Read output");
    case "stop":
      return busy ? t("Ending") : t("Ended");
  }
}

function objectOf(call: Call): string {
  const raw = call.arguments;
  switch (call.name) {
    case "read_file":
      return fileName(textArgument(raw, "path"));
    case "read_output":
    case "stop_command":
      return visible(commandOf(textArgument(raw, "id")));
  }
  return visible(textArgument(raw, "pattern") || textArgument(raw, "path") || ".");
}

/** Of a command in the background: what it runs, where this chat saw it start. */
function commandOf(name: string): string {
  return transcript.value.background.get(name) ?? name;
}

function fileName(path: string): string {
  return visible(path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1) || path);
}

function failedCount(failed: number): string {
  if (failed === 0) return "";
  return failed === 1 ? t("1 failed") : t("{0} failed", failed);
}

function resultOf(verb: LookVerb, call: Call): string {
  switch (call.status) {
    case "ok":
      return foundBy(verb, call);
    case "denied":
      return t("Rejected");
    case "stopped":
      return t("Stopped");
    default:
      return t("Failed");
  }
}

function foundBy(verb: LookVerb, call: Call): string {
  switch (verb) {
    case "read":
      return lineRange(call);
    case "problems":
      return problemCount(call.result);
    case "output": {
      const exit = endingOf(call.result)?.exit;
      return exit === undefined ? "" : t("exit {0}", exit);
    }
    default:
      return "";
  }
}

/** Lines of the report that name a place: `path:line:column severity …`. */
function problemCount(result: string): string {
  const found = result.match(/^[^\n]+:\d+:\d+ (?:error|warning|info|hint)\b/gm)?.length ?? 0;
  return found === 1 ? t("1 problem") : found === 0 ? t("no problems") : t("{0} problems", found);
}

function lineRange({ arguments: raw }: Call): string {
  const start = textArgument(raw, "start");
  const end = textArgument(raw, "end");
  if (!start && !end) return "";
  return end ? t("Lines {0}–{1}", start || "1", end) : t("From line {0}", start);
}

function Look({ verb, call }: { verb: LookVerb; call: Call }) {
  const path = textArgument(call.arguments, "path");
  const line = Number(textArgument(call.arguments, "start"));
  const openFile = () => post({ type: "openFile", path, ...(Number.isInteger(line) && line > 0 ? { line } : {}) });
  if (verb === "read" && call.status === "ok") {
    return (
      <button type="button" class="step" onClick={openFile} title={t("Open file")}>
        <span class="d ell">{visible(path)}</span>
        <span class="r num">{lineRange(call)}</span>
      </button>
    );
  }
  const within = verb === "search" && path ? ` · ${visible(path)}` : "";
  return (
    <div class="look">
      <div class="mut xs ell">{`${objectOf(call)}${within}`}</div>
      <OutputText text={call.result} kept={20} choiceKey={`look.${call.id}`} />
    </div>
  );
}
