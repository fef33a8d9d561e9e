import { type Message, openCalls, type ToolMessage } from "../agent/message.ts";
import type { LastRequest } from "../agent/meter.ts";
import type { SessionHead, SessionRecord } from "./format.ts";
import type { ParsedSession } from "./parse.ts";
import { turnsOf } from "./turns.ts";

/** What had to be put right before a session could go on. */
export type Repair =
  /** Entries that could not be read were passed over. */
  | { readonly kind: "damaged"; readonly count: number }
  /** The last entry was cut short, as by a kill. */
  | { readonly kind: "torn"; readonly count: 1 }
  /** The beginning was lost: prompt and tools are those of a new chat. */
  | { readonly kind: "no_head"; readonly count: 1 }
  /** It begins more than once; the first one counts. */
  | { readonly kind: "doubled_head"; readonly count: number }
  /** Calls without a result were answered with what is known: nothing. */
  | { readonly kind: "unanswered"; readonly count: number }
  /** Results without a call were left out. */
  | { readonly kind: "orphaned"; readonly count: number }
  /** The last task never ended: it counts as stopped. */
  | { readonly kind: "no_end"; readonly count: 1 };

export interface FoldedSession {
  readonly head: SessionHead;
  /** What is sent after the system prompt: messages with cuts applied, every call answered. */
  readonly messages: readonly Message[];
  /** The tail of `messages` that was missing in the file: `mendSession` appends it there before anything else. */
  readonly repairs: readonly ToolMessage[];
  /** Ordinal of the last request. */
  readonly turn: number;
  /** The last request that was answered: which cache holds how much. */
  readonly last: LastRequest | undefined;
  /** In the order of the list above; empty for a file that ended in good order. */
  readonly repaired: readonly Repair[];
  /** The file needs a head of the current format before anything is appended. */
  readonly needsHead: boolean;
}

export const INTERRUPTED =
  "Stopped: the session ended before this call finished. Its effects are unknown; check before you repeat it.";

export interface FoldOptions {
  /** What was seen when the records were read. */
  readonly damage?: Pick<ParsedSession, "bad" | "torn" | "outdated"> | undefined;
  /** Stands in for a head that was lost. */
  readonly head?: SessionHead | undefined;
}

/** Folds a session's records into the history to send. undefined when there is no head to go on from. */
export function foldSession(records: readonly SessionRecord[], options: FoldOptions = {}): FoldedSession | undefined {
  const heads = records.filter((record) => record.type === "session");
  const head = heads[0] ?? (records.length > 0 ? options.head : undefined);
  if (!head) return undefined;
  const { messages, orphaned, answered, running } = history(records);
  const repairs = openCalls(messages).map(interrupted);
  messages.push(...repairs);
  const { bad = 0, torn = false, outdated = false } = options.damage ?? {};
  const repaired: Repair[] = [
    ...counted("damaged", bad),
    ...once("torn", torn),
    ...once("no_head", heads.length === 0),
    ...counted("doubled_head", heads.slice(1).filter(({ id }) => id !== head.id).length),
    ...counted("unanswered", answered + repairs.length),
    ...counted("orphaned", orphaned),
    ...once("no_end", running),
  ];
  return {
    head,
    messages,
    repairs,
    turn: turnsOf(records).last,
    last: lastOf(records),
    repaired,
    needsHead: heads.length === 0 || outdated,
  };
}

/** Something that the user or the model said is not there any more: what a face should say once. */
export function hasLoss({ repaired }: FoldedSession): boolean {
  return repaired.some(({ kind }) => kind === "damaged" || kind === "no_head" || kind === "doubled_head");
}

function counted(kind: "damaged" | "doubled_head" | "unanswered" | "orphaned", count: number): Repair[] {
  return count > 0 ? [{ kind, count }] : [];
}

function once(kind: "torn" | "no_head" | "no_end", happened: boolean): Repair[] {
  return happened ? [{ kind, count: 1 }] : [];
}

interface History {
  readonly messages: Message[];
  readonly orphaned: number;
  readonly answered: number;
  /** The last task has no end. */
  readonly running: boolean;
}

function history(records: readonly SessionRecord[]): History {
  const messages: Message[] = [];
  let orphaned = 0;
  let answered = 0;
  let running = false;
  for (const record of records) {
    if (record.type === "message") {
      const done = push(messages, record.message);
      orphaned += done.orphaned;
      answered += done.answered;
      if (record.message.role === "user") running = true;
    } else if (record.type === "cut") cut(messages, record);
    else if (record.type === "event" && record.event.type === "end") running = false;
  }
  return { messages, orphaned, answered, running };
}

function lastOf(records: readonly SessionRecord[]): LastRequest | undefined {
  const record = records.findLast((record) => record.type === "usage" && record.purpose === "agent");
  if (record?.type !== "usage") return undefined;
  const { model, usage, webSearch = false } = record;
  return { model, prompt: usage.prompt + usage.output, webSearch };
}

type CutRecord = SessionRecord & { readonly type: "cut" };

/** A cut of what is not there is passed over; what one leaves behind is made valid like anything else. */
function cut(messages: Message[], record: CutRecord): void {
  const { from, to, replacement } = record;
  if (from < 0 || to < from || to > messages.length || !isInPlace(messages.slice(from, to), record)) return;
  messages.splice(from, to - from, ...replacement);
  for (const message of messages.splice(0)) push(messages, message);
}

/**
 * Cuts go by position, which a lost line shifts: one that mends messages must find messages of the same kind there, or it
 * would put one message in the place of another.
 */
function isInPlace(found: readonly Message[], { by, replacement }: CutRecord): boolean {
  switch (by) {
    case "text_repair":
    case "images_removed":
      return found.length === replacement.length && found.every((message, i) => isAlike(message, replacement[i]));
    case "sent_again":
      return found.every(({ role }) => role === "user");
    default:
      return true;
  }
}

function isAlike(one: Message, other: Message | undefined): boolean {
  return one.role === other?.role && idsOf(one) === idsOf(other);
}

function idsOf(message: Message): string {
  if (message.role === "tool") return message.tool_call_id;
  return message.role === "assistant" ? (message.tool_calls ?? []).map(({ id }) => id).join(" ") : "";
}

/** Keeps the history valid when a line in the middle was lost: results of calls that are not open are dropped, calls
 * that the next message leaves open are answered. */
function push(messages: Message[], message: Message): { readonly orphaned: number; readonly answered: number } {
  const open = openCalls(messages);
  if (message.role === "tool") {
    const isAnswer = open.some((call) => call.id === message.tool_call_id);
    if (isAnswer) messages.push(message);
    return { orphaned: isAnswer ? 0 : 1, answered: 0 };
  }
  messages.push(...open.map(interrupted), message);
  return { orphaned: 0, answered: open.length };
}

function interrupted({ id }: { readonly id: string }): ToolMessage {
  return { role: "tool", tool_call_id: id, content: INTERRUPTED };
}
