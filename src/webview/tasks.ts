import { type Signal, signal } from "@preact/signals";
import type { WebSource } from "../agent/ports.ts";
import type { ViewEvent } from "../protocol/view.ts";
import { between } from "./figures.ts";
import type { Item, ItemOf, Task, Totals } from "./items.ts";

/** A task of the transcript: its items as they come, the model's words among them. */

export type EventOf<T extends ViewEvent["type"]> = Extract<ViewEvent, { readonly type: T }>;

const NO_TOTALS: Totals = { prompt: 0, cached: 0, output: 0, credits: 0, requests: 0 };

export function createTask(key: string, startedAt: string, user: Task["user"]): Task {
  return { key, user, startedAt, items: [], count: signal(0), totals: signal(NO_TOTALS), end: signal(undefined) };
}

export function push(task: Task, make: (key: string) => Item): Signal<Item> {
  const item = signal(make(`${task.key}.${task.items.length}`));
  task.items.push(item);
  task.count.value = task.items.length;
  return item;
}

/** Whether an event is a sign that the text that was streaming is complete. */
export function endsLast(task: Task, event: ViewEvent): boolean {
  const last = task.items.at(-1)?.value;
  switch (last?.kind) {
    case "reasoning":
      return event.type !== "reasoning_delta" || event.turn !== last.turn;
    case "answer":
      // Sources are told in the middle of the answer they belong to.
      if (event.type === "notice" && event.sources) return false;
      return event.type !== "content_delta" || event.turn !== last.turn;
    case "retry":
      // What the failed attempt cost is told while the next one waits.
      return event.type !== "retry" && event.type !== "usage";
    default:
      return false;
  }
}

export function settleLast(task: Task | undefined, at: string): void {
  const item = task?.items.at(-1);
  if (!item) return;
  const last = item.value;
  if (last.kind === "reasoning" && last.endedAt === undefined) item.value = { ...last, endedAt: at };
  else if (last.kind === "answer" && last.open) item.value = { ...last, open: false };
  else if (last.kind === "retry" && !last.over) item.value = { ...last, over: true };
}

export function addText(task: Task, event: EventOf<"reasoning_delta" | "content_delta">): void {
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
  if (event.type === "reasoning_delta") {
    push(task, (key) => ({ kind: "reasoning", key, turn, text, startedAt: at, endedAt: undefined }));
  } else {
    const sources = takeSources(task, turn);
    push(task, (key) => ({ kind: "answer", key, turn, text, open: true, sources }));
  }
}

/** Sources stand under the answer they were found for, also when they come before it; on their own only without one. */
export function addSources(task: Task, turn: number, sources: readonly WebSource[]): void {
  for (const item of lastOf(task, turn)) {
    const value = item.value;
    if (value.kind !== "answer") continue;
    item.value = { ...value, sources: [...value.sources, ...sources] };
    return;
  }
  push(task, (key) => ({ kind: "sources", key, turn, sources }));
}

function takeSources(task: Task, turn: number): readonly WebSource[] {
  const taken: WebSource[] = [];
  for (const item of lastOf(task, turn)) {
    const value = item.value;
    if (value.kind !== "sources") continue;
    taken.unshift(...value.sources);
    item.value = { ...value, sources: [] };
  }
  return taken;
}

/** What the model said in a turn, backwards from the end. */
function* lastOf(task: Task, turn: number): Generator<Signal<Item>> {
  for (let i = task.items.length - 1; i >= 0; i--) {
    const item = task.items[i];
    if (!item || !("turn" in item.value) || item.value.turn !== turn) return;
    yield item;
  }
}

/** Calls that the model wrote as text stand in their cards: the markup is not shown a second time. */
export function foldLeak(task: Task, turn: number): void {
  for (const item of task.items) {
    const { value } = item;
    if ((value.kind !== "answer" && value.kind !== "reasoning") || value.turn !== turn) continue;
    const at = value.text.indexOf("<tool_call>");
    if (at >= 0) item.value = { ...value, text: value.text.slice(0, at).trimEnd() };
  }
}

export function addUsage(totals: Totals, usage: EventOf<"usage">): Totals {
  return {
    prompt: totals.prompt + usage.prompt,
    cached: totals.cached + usage.cached,
    output: totals.output + usage.output,
    credits: totals.credits + usage.credits,
    requests: totals.requests + 1,
  };
}

export function addRetry(task: Task, event: EventOf<"retry">): void {
  const { at, reason, attempt, delayMs } = event;
  const item = task.items.at(-1);
  const last = item?.value;
  const next = (key: string): ItemOf<"retry"> => ({ kind: "retry", key, at, reason, attempt, delayMs, over: false });
  if (item && last?.kind === "retry" && !last.over) item.value = next(last.key);
  else push(task, next);
}

/** The user ended the pause before the next attempt: that one was never made. */
export function endPause(task: Task, at: string): void {
  const item = task.items.at(-1);
  const last = item?.value;
  if (item && last?.kind === "retry" && !last.over && between(last.at, at) < last.delayMs)
    item.value = { ...last, attempt: last.attempt - 1 };
}

/** Paths that calls of a task changed. */
export function changedFiles(task: Task): string[] {
  const paths = new Set<string>();
  for (const { value } of task.items) {
    if (value.kind !== "edit" || value.call.status !== "ok") continue;
    const { changes, arguments: raw } = value.call;
    for (const path of changes.length > 0 ? changes.map(({ shown }) => shown) : [raw]) paths.add(path);
  }
  return [...paths];
}
