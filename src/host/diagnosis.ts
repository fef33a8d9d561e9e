import type * as vscode from "vscode";
import { redact } from "./redact.ts";

/** `name: value`, the names in English: whoever reads a report of another language finds them. */
export type Line = readonly [name: string, value: string | number | boolean | undefined];

export type Topic =
  | "versions"
  | "workspace"
  | "endpoint"
  | "model"
  | "network"
  | "programs"
  | "storage"
  | "settings"
  | "errors";

export interface Section {
  readonly topic: Topic;
  readonly lines: readonly Line[];
}

export interface Diagnosis {
  /** ISO 8601. */
  readonly at: string;
  readonly sections: readonly Section[];
}

export interface RenderOptions {
  readonly l10n: Pick<typeof vscode.l10n, "t">;
  /** Taken out as they stand, beside all that looks like a key. */
  readonly secrets: Iterable<string>;
  /** The user's home folder: written as `~`, because its path names the user. */
  readonly home: string;
}

const MAX_VALUE = 400;

/** The report, in Markdown. No key, password or cookie is in it, whatever the values hold. */
export function renderDiagnosis({ at, sections }: Diagnosis, options: RenderOptions): string {
  const { l10n } = options;
  const parts = [
    `# ${l10n.t("MiMo Agent: diagnosis")}`,
    l10n.t("Keys, passwords and cookies are left out. Look through the rest before you pass it on."),
    `${l10n.t("Made at {0}.", at)}`,
    ...sections.map(({ topic, lines }) => `## ${heading(topic, l10n)}\n\n${block(lines, options)}`),
  ];
  return `${parts.join("\n\n")}\n`;
}

function heading(topic: Topic, l10n: RenderOptions["l10n"]): string {
  switch (topic) {
    case "versions":
      return l10n.t("Versions");
    case "workspace":
      return l10n.t("Workspace");
    case "endpoint":
      return l10n.t("Endpoint and keys");
    case "model":
      return l10n.t("Model");
    case "network":
      return l10n.t("Network");
    case "programs":
      return l10n.t("Programs");
    case "storage":
      return l10n.t("Storage");
    case "settings":
      return l10n.t("Settings that differ from their defaults");
    case "errors":
      return l10n.t("Last errors");
  }
}

function block(lines: readonly Line[], options: RenderOptions): string {
  const shown = lines.map(([name, value]) => `${name}: ${shownValue(value, options)}`);
  return ["```text", ...(shown.length > 0 ? shown : ["none"]), "```"].join("\n");
}

/** One line, so that no value ends the block or passes for another line. */
function shownValue(value: Line[1], { secrets, home }: RenderOptions): string {
  if (value === undefined || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const clean = redact(String(value), secrets);
  const short = home.length > 1 ? clean.replaceAll(home, "~") : clean;
  const flat = short
    .replace(/[\s\u0085\u2028\u2029]+/g, " ")
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
    .trim();
  return flat.length > MAX_VALUE ? `${flat.slice(0, MAX_VALUE)}…` : flat;
}
