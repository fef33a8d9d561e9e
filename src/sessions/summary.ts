import { userText } from "../agent/context.ts";
import type { UserMessage } from "../agent/message.ts";
import { SESSION_VERSION } from "./version.ts";

/** What the lines of a session say to a list of sessions. */
export interface Summary {
  readonly health: "good" | "damaged" | "too_new";
  readonly id: string;
  readonly workspace: readonly string[];
  /** The model that answered last; the head's before one did. */
  readonly model: string;
  /** The beginning of the first message; "" before there is one. */
  readonly title: string;
  /** ISO 8601: when it began, and when the last record was written; "" when no line says it. */
  readonly at: string;
  readonly lastAt: string;
  /** Sum of all requests. */
  readonly credits: number;
  /** What the user sent. */
  readonly messages: number;
  /** The last task has no end yet. */
  readonly running: boolean;
}

const TITLE_LENGTH = 120;
/** Longer lines hold files or images: only what they begin with is read, unless it is the title that is looked for. */
const SHORT_LINE = 65_536;

/**
 * Reads a session's lines for a list: fast, and without judging them as `parseSession` does. Takes lines in order; parts
 * of a file may be left out.
 */
export class Summarizer {
  #head: Readonly<Record<string, unknown>> | undefined;
  #version = 0;
  #model = "";
  #title: string | undefined;
  #lastAt = "";
  #credits = 0;
  #messages = 0;
  #running = false;

  line(line: string): void {
    if (line.length > SHORT_LINE && this.#isLongMessage(line)) return;
    const record = parse(line);
    if (!record) return;
    const { type, at } = record;
    if (typeof at === "string") this.#lastAt = at;
    switch (type) {
      case "session":
        this.#head ??= record;
        if (typeof record.v === "number") this.#version = Math.max(this.#version, record.v);
        break;
      case "message":
        this.#message(record.message);
        break;
      case "usage":
        if (typeof record.model === "string" && record.purpose === "agent") this.#model = record.model;
        if (typeof record.credits === "number") this.#credits += record.credits;
        break;
      case "event":
        if (isObject(record.event) && record.event.type === "end") this.#running = false;
    }
  }

  get summary(): Summary {
    const head = this.#head ?? {};
    return {
      health: this.#version > SESSION_VERSION ? "too_new" : this.#head ? "good" : "damaged",
      id: text(head.id),
      workspace: Array.isArray(head.workspace) ? head.workspace.filter((path) => typeof path === "string") : [],
      model: this.#model || text(head.model),
      title: this.#title ?? "",
      at: text(head.at),
      lastAt: this.#lastAt,
      credits: this.#credits,
      messages: this.#messages,
      running: this.#running,
    };
  }

  /** Written by us, a record says at its beginning what it is. */
  #isLongMessage(line: string): boolean {
    const role = /^\{"type":"message","at":"([^"]*)","message":\{"role":"(\w+)"/.exec(line.slice(0, 200));
    if (!role || (role[2] === "user" && this.#title === undefined)) return false;
    this.#lastAt = role[1] ?? "";
    if (role[2] === "user") this.#sent();
    return true;
  }

  #message(message: unknown): void {
    if (!isObject(message) || message.role !== "user") return;
    this.#title ??= titleOf(message);
    this.#sent();
  }

  #sent(): void {
    this.#messages++;
    this.#running = true;
  }
}

function titleOf(message: Readonly<Record<string, unknown>>): string {
  const { content } = message;
  const isReadable = typeof content === "string" || (Array.isArray(content) && content.every(isPart));
  if (!isReadable) return "";
  return userText(message as unknown as UserMessage)
    .trim()
    .replace(/\s+/g, " ")
    .slice(0, TITLE_LENGTH);
}

function isPart(part: unknown): boolean {
  return isObject(part) && (part.type !== "text" || typeof part.text === "string");
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line.replace(/^[\ufeff\0]+/, ""));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
