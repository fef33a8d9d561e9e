import { batch, type Signal, signal } from "@preact/signals";
import type { FileChange } from "../agent/ports.ts";
import type { ViewEvent } from "../protocol/view.ts";
import { isBackground, textArgument } from "./changes.ts";
import type { Call, Decision, Item, LookVerb, Output, Question, Task, Todo, Waiting } from "./items.ts";
import {
  addRetry,
  addSources,
  addText,
  addUsage,
  createTask,
  type EventOf,
  endPause,
  endsLast,
  foldLeak,
  push,
  settleLast,
} from "./tasks.ts";
import { runningOn } from "./terminal.ts";
import { isFinished, todosOf } from "./todos.ts";

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
  /** The model's plan as it last told it; none once the next message follows a finished one. */
  readonly todos: Signal<readonly Todo[]>;
  /** Calls of commands that wait for somebody's input, the one that has waited longest first. */
  readonly prompts: Signal<readonly string[]>;
  /** Tokens in the window after the last answer. */
  readonly context: Signal<number>;
  /** Commands that were started in the background, by the name the model has for them. */
  readonly background: Map<string, string>;
  readonly calls: Map<string, Signal<Item>>;
  readonly questions: Map<string, Signal<Item>>;
  readonly running: Set<string>;
}

const NO_OUTPUT: Output = { text: "", dropped: 0 };
/** Characters of live output that are kept; the terminal has all of it. */
export const OUTPUT_KEPT = 40_000;

const LOOKS: ReadonlyMap<string, LookVerb> = new Map([
  ["read_file", "read"],
  ["search_text", "search"],
  ["list_files", "list"],
  ["find_files", "find"],
  ["get_diagnostics", "problems"],
  ["read_output", "output"],
  ["stop_command", "stop"],
]);

export function createTranscript(): Transcript {
  return {
    tasks: [],
    count: signal(0),
    waiting: signal([]),
    todos: signal([]),
    prompts: signal([]),
    context: signal(0),
    background: new Map(),
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
    if (isFinished(transcript.todos.value)) transcript.todos.value = [];
    const { text, model, images = [], message } = event;
    startTask(transcript, event.at, { text, model, images, message });
    return;
  }
  // Both may come for calls of long ago, in the middle of an answer.
  if (event.type === "change") {
    updateCall(transcript, event.callId, (call) => ({ ...call, changes: withChange(call.changes, event.change) }));
    return;
  }
  if (event.type === "command_waiting") {
    setPrompt(transcript, event.callId, event.prompt);
    return;
  }
  const task = transcript.tasks.at(-1) ?? startTask(transcript, event.at, undefined);
  if (event.type === "end") endPause(task, event.at);
  if (endsLast(task, event)) settleLast(task, event.at);
  switch (event.type) {
    case "reasoning_delta":
    case "content_delta":
      addText(task, event);
      break;
    case "tool_call":
      addCall(transcript, task, event);
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
      endCall(transcript, event);
      break;
    case "usage":
      task.totals.value = addUsage(task.totals.value, event);
      transcript.context.value = event.prompt + event.output;
      break;
    case "retry":
      addRetry(task, event);
      break;
    case "prefix_break": {
      const { reason, tokens, credits } = event;
      push(task, (key) => ({ kind: "prefix_break", key, reason, tokens, credits }));
      break;
    }
    case "notice":
      if (event.sources) addSources(task, event.turn, event.sources);
      else {
        const { reason, model, message } = event;
        if (reason === "leaked_calls") foldLeak(task, event.turn);
        push(task, (key) => ({ kind: "notice", key, reason, model, message }));
      }
      break;
    case "error": {
      const { reason, message, retryAt, detail } = event;
      push(task, (key) => ({ kind: "error", key, reason, message, retryAt, detail }));
      break;
    }
    case "end":
      endTask(transcript, task, event);
      break;
  }
}

function startTask(transcript: Transcript, startedAt: string, user: Task["user"]): Task {
  const task = createTask(String(transcript.tasks.length), startedAt, user);
  transcript.tasks.push(task);
  transcript.count.value = transcript.tasks.length;
  return task;
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
    changes: [],
    waitsFor: undefined,
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

function cardOf(tool: string): "edit" | "command" | "ask" | "todos" | "other" {
  switch (tool) {
    case "edit_file":
    case "write_file":
    case "apply_patch":
    case "edit_notebook":
    case "move_path":
    case "delete_path":
    case "create_folder":
      return "edit";
    case "run_command":
      return "command";
    case "ask_user":
      return "ask";
    case "update_todos":
      return "todos";
    default:
      return "other";
  }
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

/** A file's later change takes the place of its earlier one. */
function withChange(changes: readonly FileChange[], change: FileChange): readonly FileChange[] {
  const at = changes.findIndex(({ path }) => path === change.path);
  return at < 0 ? [...changes, change] : changes.with(at, change);
}

function setPrompt(transcript: Transcript, callId: string, prompt: string | undefined): void {
  updateCall(transcript, callId, (call) => ({ ...call, waitsFor: prompt }));
  const others = transcript.prompts.value.filter((id) => id !== callId);
  if (prompt !== undefined && transcript.calls.has(callId)) {
    if (others.length === transcript.prompts.value.length) transcript.prompts.value = [...others, callId];
  } else if (others.length < transcript.prompts.value.length) transcript.prompts.value = others;
}

function endCall(transcript: Transcript, { id, status, text, at }: EventOf<"tool_result">): void {
  transcript.running.delete(id);
  updateCall(transcript, id, (call) => ({ ...call, status, result: text, endedAt: at }));
  if (runningOn(text) === undefined) setPrompt(transcript, id, undefined);
  if (status !== "ok") return;
  const value = transcript.calls.get(id)?.value;
  if (value?.kind === "todos") transcript.todos.value = todosOf(value.call.arguments) ?? transcript.todos.value;
  else if (value?.kind === "command" && isBackground(value.call)) {
    const name = runningOn(text);
    if (name) transcript.background.set(name, textArgument(value.call.arguments, "command"));
  }
}

/** A question stands in the card of its call; calls without a card get a card of the question's own. */
function addQuestion(transcript: Transcript, task: Task, event: EventOf<"question">): void {
  const question: Question = { id: event.id, asks: event.question, decision: undefined };
  const item = transcript.calls.get(event.callId);
  const kind = item?.value.kind;
  if (item && (kind === "edit" || kind === "command" || kind === "ask" || kind === "other")) {
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

function endTask(transcript: Transcript, task: Task, event: EventOf<"end">): void {
  for (const { id } of transcript.waiting.value) answerQuestion(transcript, id, { decision: "stopped", at: event.at });
  for (const id of transcript.running) {
    updateCall(transcript, id, (call) => ({ ...call, status: "stopped", endedAt: event.at }));
    setPrompt(transcript, id, undefined);
  }
  transcript.running.clear();
  task.end.value = { outcome: event.outcome, at: event.at };
}
