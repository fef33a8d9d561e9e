import { argumentsOf } from "./changes.ts";
import type { Todo } from "./items.ts";

/** The plan that a call tells, or undefined when it tells none that can be read. */
export function todosOf(raw: string): readonly Todo[] | undefined {
  const { todos } = argumentsOf(raw);
  return Array.isArray(todos) ? todos.filter(isTodo) : undefined;
}

function isTodo(value: unknown): value is Todo {
  if (typeof value !== "object" || value === null) return false;
  const { text, status } = value as { readonly text?: unknown; readonly status?: unknown };
  return typeof text === "string" && (status === "pending" || status === "active" || status === "done");
}

export function doneOf(todos: readonly Todo[]): number {
  return todos.filter(({ status }) => status === "done").length;
}

export function isFinished(todos: readonly Todo[]): boolean {
  return todos.length > 0 && doneOf(todos) === todos.length;
}

/** What is being done, else what comes next. */
export function currentOf(todos: readonly Todo[]): Todo | undefined {
  return todos.find(({ status }) => status === "active") ?? todos.find(({ status }) => status === "pending");
}
