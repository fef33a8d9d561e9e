import { batch, type Signal, signal } from "@preact/signals";
import type { ViewEvent } from "../protocol/view.ts";
import type { Call, Decision, Item, ItemOf, LookVerb, Output, Question, Task, Totals, Waiting } from "./items.ts";

/**
 * The transcript as a fold of events. An event costs the same however long the chat is, and the same events give the
 * same transcript whether they come one by one, in batches, or with their deltas joined. Reads no clock.
 */
export interface Transcript {
  /** Only grows; `count` says when. */
  readonly tasks: Task[];
  readonly count: Signal<number>;
  /** Questions without an answer, oldest first. */
  readonly waiting: Signal<readonly Waiting[]>;
  /** Tokens in the window after the last answer. */
  readonly context: Signal<number>;
  readonly calls: Map<string, Signal<Item>>;
  readonly questions: Map<string, Signal<Item>>;
  readonly running: Set<string>;
}

const NO_TOTALS: Totals = { prompt: 0, cached: 0, output: 0, credits: 0, requests: 0 };
const NO_OUTPUT: Output = { text: "", dropped: 0 };
/** Characters of live output that are kept; the terminal has all of it. */
export const OUTPUT_KEPT = 40_000;

const LOOKS: ReadonlyMap<string, LookVerb> = new Map([
  ["read_file", "read"],
  ["search_text", "search"],
  ["list_files", "list"],
  ["find_files", "find"],
]);

export function createTranscript(): Transcript {
  return {
    tasks: [],
    count: signal(0),
    waiting: signal([]),
    context: signal(0),
    calls: new Map(),
    questions: new Map(),
    running: new Set(),
  };
}

export function applyEvents(transcript: Transcript, events: readonly ViewEvent[]): void {
  batch(() => {
    for (const event of events) applyEvent(transcript, event);
  });
}

export function applyEvent(transcript: Transcript, event: ViewEvent): void {
  if (event.type === "user") {
    settleLast(transcript.tasks.at(-1), event.at);
    startTask(transcript, event.at, { text: event.text, model: event.model });
    return;
  }
  const task = transcript.tasks.at(-1) ?? startTask(transcript, event.at, undefined);
  if (endsLast(task, event)) settleLast(task, event.at);
  switch (event.type) {
    case "reasoning_delta":
    case "content_delta":
      addText(task, event);
      break;
    case "tool_call":
      addCall(transcript, task, event);
      break;
    case "change":
      updateCall(transcript, event.callId, (call) => ({ ...call, change: event.change }));
      break;
    case "approval":
      // The question that follows carries what a face needs.
      break;
    case "question":
      addQuestion(transcript, task, event);
      break;
    case "answered":
      answerQuestion(transcript, event.id, event);
      break;
    case "tool_output":
      updateCall(transcript, event.id, (call) => ({ ...call, output: addOutput(call.output, event.text) }));
      break;
    case "tool_result":
      transcript.running.delete(event.id);
      updateCall(transcript, event.id, (call) => ({
        ...call,
        status: event.status,
        result: event.text,
        endedAt: event.at,
      }));
      break;
    case "usage":
      task.totals.value = addUsage(task.totals.value, event);
      transcript.context.value = event.prompt + event.output;
      break;
    case "retry":
      addRetry(task, event);
      break;
    case "prefix_break":
      push(task, (key) => ({ kind: "prefix_break", key, ...pick(event) }));
      break;
    case "notice":
      push(task, (key) => ({ kind: "notice", key, reason: event.reason }));
      break;
    case "error":
      push(task, (key) => ({ kind: "error", key, reason: event.reason, message: event.message }));
      break;
    case "end":
      endTask(transcript, task, event);
      break;
  }
}

type EventOf<T extends ViewEvent["type"]> = Extract<ViewEvent, { readonly type: T }>;

function pick({ reason, tokens, credits }: EventOf<"prefix_break">) {
  return { reason, tokens, credits };
}

function startTask(transcript: Transcript, startedAt: string, user: Task["user"]): Task {
  const key = String(transcript.tasks.length);
  const task: Task = {
    key,
    user,
    startedAt,
    items: [],
    count: signal(0),
    totals: signal(NO_TOTALS),
    end: signal(undefined),
  };
  transcript.tasks.push(task);
  transcript.count.value = transcript.tasks.length;
  return task;
}

function push(task: Task, make: (key: string) => Item): Signal<Item> {
  const item = signal(make(`${task.key}.${task.items.length}`));
  task.items.push(item);
  task.count.value = task.items.length;
  return item;
}

/** Whether an event is a sign that the text that was streaming is complete. */
function endsLast(task: Task, event: ViewEvent): boolean {
  const last = task.items.at(-1)?.value;
  switch (last?.kind) {
    case "reasoning":
      return event.type !== "reasoning_delta" || event.turn !== last.turn;
    case "answer":
      return event.type !== "content_delta" || event.turn !== last.turn;
    case "retry":
      return event.type !== "retry";
    default:
      return false;
  }
}

function settleLast(task: Task | undefined, at: string): void {
  const item = task?.items.at(-1);
  if (!item) return;
  const last = item.value;
  if (last.kind === "reasoning" && last.endedAt === undefined) item.value = { ...last, endedAt: at };
  else if (last.kind === "answer" && last.open) item.value = { ...last, open: false };
  else if (last.kind === "retry" && !last.over) item.value = { ...last, over: true };
}

function addText(task: Task, event: EventOf<"reasoning_delta" | "content_delta">): void {
  const item = task.items.at(-1);
  const last = item?.value;
  if (item && last?.kind === "reasoning" && event.type === "reasoning_delta" && last.endedAt === undefined) {
    item.value = { ...last, text: last.text + event.text };
    return;
  }
  if (item && last?.kind === "answer" && event.type === "content_delta" && last.open) {
    item.value = { ...last, text: last.text + event.text };
    return;
  }
  // Models send blank lines before their calls: they are no answer, and must not part neighbouring rows.
  const text = event.text.trimStart();
  if (text === "") return;
  const { turn, at } = event;
  push(task, (key) =>
    event.type === "reasoning_delta"
      ? { kind: "reasoning", key, turn, text, startedAt: at, endedAt: undefined }
      : { kind: "answer", key, turn, text, open: true },
  );
}

function addCall(transcript: Transcript, task: Task, event: EventOf<"tool_call">): void {
  const call: Call = {
    id: event.id,
    name: event.name,
    arguments: event.arguments,
    startedAt: event.at,
    endedAt: undefined,
    status: "running",
    result: "",
    output: NO_OUTPUT,
    change: undefined,
    question: undefined,
  };
  transcript.running.add(call.id);
  transcript.calls.set(call.id, placeCall(task, call));
}

function placeCall(task: Task, call: Call): Signal<Item> {
  const verb = LOOKS.get(call.name);
  if (!verb) return push(task, (key) => ({ kind: cardOf(call.name), key, call }));
  const item = task.items.at(-1);
  const last = item?.value;
  if (item && last?.kind === "looks" && last.verb === verb) {
    item.value = { ...last, calls: [...last.calls, call] };
    return item;
  }
  return push(task, (key) => ({ kind: "looks", key, verb, calls: [call] }));
}

function cardOf(tool: string): "edit" | "command" | "other" {
  if (tool === "edit_file" || tool === "write_file") return "edit";
  return tool === "run_command" ? "command" : "other";
}

function updateCall(transcript: Transcript, id: string, change: (call: Call) => Call): void {
  const item = transcript.calls.get(id);
  if (!item) return;
  const value = item.value;
  if ("call" in value) item.value = { ...value, call: change(value.call) };
  else if (value.kind === "looks") {
    item.value = { ...value, calls: value.calls.map((call) => (call.id === id ? change(call) : call)) };
  }
}

/** A question stands in the card of its call; calls without a card get a card of the question's own. */
function addQuestion(transcript: Transcript, task: Task, event: EventOf<"question">): void {
  const question: Question = { id: event.id, asks: event.question, decision: undefined };
  const item = transcript.calls.get(event.callId);
  const kind = item?.value.kind;
  if (item && (kind === "edit" || kind === "command" || kind === "other")) {
    updateCall(transcript, event.callId, (call) => ({ ...call, question }));
    transcript.questions.set(event.id, item);
  } else {
    const own = push(task, (key) => ({ kind: "question", key, callId: event.callId, question }));
    transcript.questions.set(event.id, own);
  }
  transcript.waiting.value = [
    ...transcript.waiting.value,
    { id: event.id, callId: event.callId, asks: event.question },
  ];
}

function answerQuestion(
  transcript: Transcript,
  id: string,
  { decision, at }: { readonly decision: Decision; readonly at: string },
): void {
  transcript.waiting.value = transcript.waiting.value.filter((other) => other.id !== id);
  const item = transcript.questions.get(id);
  if (!item) return;
  const value = item.value;
  if (value.kind === "question") item.value = { ...value, question: { ...value.question, decision } };
  else if ("call" in value && value.call.question?.id === id) {
    const question = { ...value.call.question, decision };
    item.value = { ...value, call: { ...value.call, startedAt: at, question } };
  }
}

function addOutput(output: Output, text: string): Output {
  const whole = output.text + text;
  if (whole.length <= OUTPUT_KEPT) return { text: whole, dropped: output.dropped };
  const cut = whole.length - OUTPUT_KEPT;
  let dropped = output.dropped;
  for (let i = whole.indexOf("\n"); i >= 0 && i < cut; i = whole.indexOf("\n", i + 1)) dropped++;
  return { text: whole.slice(cut), dropped };
}

function addUsage(totals: Totals, usage: EventOf<"usage">): Totals {
  return {
    prompt: totals.prompt + usage.prompt,
    cached: totals.cached + usage.cached,
    output: totals.output + usage.output,
    credits: totals.credits + usage.credits,
    requests: totals.requests + 1,
  };
}

function addRetry(task: Task, event: EventOf<"retry">): void {
  const { at, reason, attempt, delayMs } = event;
  const item = task.items.at(-1);
  const last = item?.value;
  const next = (key: string): ItemOf<"retry"> => ({ kind: "retry", key, at, reason, attempt, delayMs, over: false });
  if (item && last?.kind === "retry" && !last.over) item.value = next(last.key);
  else push(task, next);
}

function endTask(transcript: Transcript, task: Task, event: EventOf<"end">): void {
  for (const { id } of transcript.waiting.value) answerQuestion(transcript, id, { decision: "stopped", at: event.at });
  for (const id of transcript.running) {
    updateCall(transcript, id, (call) => ({ ...call, status: "stopped", endedAt: event.at }));
  }
  transcript.running.clear();
  task.end.value = { outcome: event.outcome, at: event.at };
}

/** Paths that calls of a task changed. */
export function changedFiles(task: Task): string[] {
  const paths = new Set<string>();
  for (const { value } of task.items) {
    if (value.kind === "edit" && value.call.status === "ok")
      paths.add(value.call.change?.shown ?? value.call.arguments);
  }
  return [...paths];
}
