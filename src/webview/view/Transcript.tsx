import type { Signal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../icons.tsx";
import type { Item, Task } from "../items.ts";
import { t } from "../l10n.ts";
import { codeOf } from "../markdown/codeBlock.ts";
import { post, state, transcript } from "../store.ts";
import { Answer, FoundSources } from "./Answer.tsx";
import { AskCard } from "./AskCard.tsx";
import { CommandCard } from "./CommandCard.tsx";
import { EditCard } from "./EditCard.tsx";
import { Failure } from "./Failure.tsx";
import { useFirstDrawn } from "./filling.ts";
import { Looks } from "./Looks.tsx";
import { Notice, PrefixBreak, Retry } from "./Notices.tsx";
import { OtherCard } from "./OtherCard.tsx";
import { QuestionCard } from "./QuestionCard.tsx";
import { Reasoning } from "./Reasoning.tsx";
import { useElapsed } from "./seconds.ts";
import { TaskFooter } from "./TaskFooter.tsx";
import { TodosRow } from "./Todos.tsx";
import { UserMessage } from "./UserMessage.tsx";

/** The chat as a document: a part for each message of the user and what came of it. */
export function Transcript() {
  const chat = transcript.value;
  const host = useRef<HTMLElement>(null);
  useEffect(() => serveClicks(host.current), []);
  const shown = chat.count.value;
  const from = useFirstDrawn(chat, shown);
  return (
    <section class="log" role="log" aria-live="off" aria-label={t("Conversation")} ref={host}>
      {chat.tasks
        .slice(0, shown)
        .map((task, i) => taskNodeOf(task, i === shown - 1 ? "last" : i < from ? "undrawn" : "old"))}
    </section>
  );
}

type TaskState = "last" | "old" | "undrawn";

const taskNodes = new WeakMap<Task, { readonly state: TaskState; readonly node: VNode }>();

/** The same node for the same task, as with items. */
function taskNodeOf(task: Task, state: TaskState): VNode {
  const known = taskNodes.get(task);
  if (known?.state === state) return known.node;
  const undrawn = <div key={task.key} class="task old" />;
  const node = state === "undrawn" ? undrawn : <TaskView key={task.key} task={task} last={state === "last"} />;
  taskNodes.set(task, { state, node });
  return node;
}

function TaskView({ task, last }: { task: Task; last: boolean }) {
  const shown = task.count.value;
  return (
    <div class={last ? "task" : "task old"}>
      {task.user ? <UserMessage user={task.user} /> : null}
      <div class="turn">
        {task.items.slice(0, shown).map((item, i) => nodeOf(item, { last: last && i === shown - 1 }))}
        {last ? <Pulse task={task} /> : null}
        {task.end.value?.outcome === "stopped" ? <Stopped /> : null}
        <TaskFooter task={task} last={last} />
      </div>
    </div>
  );
}

const nodes = new WeakMap<Signal<Item>, { readonly last: boolean; readonly node: VNode }>();

/** The same node for the same item: a list that grew by one redraws one. */
function nodeOf(item: Signal<Item>, { last }: { last: boolean }): VNode {
  const known = nodes.get(item);
  if (known?.last === last) return known.node;
  const node = makeNode(item, last);
  nodes.set(item, { last, node });
  return node;
}

function makeNode(item: Signal<Item>, last: boolean): VNode {
  const { kind, key } = item.peek();
  switch (kind) {
    case "reasoning":
      return <Reasoning key={key} item={item} />;
    case "answer":
      return <Answer key={key} item={item} />;
    case "looks":
      return <Looks key={key} item={item} />;
    case "edit":
      return <EditCard key={key} item={item} />;
    case "command":
      return <CommandCard key={key} item={item} />;
    case "ask":
      return <AskCard key={key} item={item} />;
    case "todos":
      return <TodosRow key={key} item={item} />;
    case "other":
      return <OtherCard key={key} item={item} />;
    case "question":
      return <QuestionCard key={key} item={item} />;
    case "retry":
      return <Retry key={key} item={item} />;
    case "notice":
      return <Notice key={key} item={item} />;
    case "sources":
      return <FoundSources key={key} item={item} />;
    case "prefix_break":
      return <PrefixBreak key={key} item={item} />;
    case "error":
      return <Failure key={key} item={item} last={last} />;
  }
}

/** Says that something goes on while nothing is to be seen of it. */
function Pulse({ task }: { task: Task }) {
  const item = task.items[task.count.value - 1]?.value;
  if (state.value?.busy !== true || task.end.value || isLively(item)) return null;
  return (
    <div class="steps">
      <div class="step">
        <Icon name="spinner" />
        <span class="v">
          <WaitingSince key={item?.key ?? "first"} />
        </span>
      </div>
    </div>
  );
}

function isLively(item: Item | undefined): boolean {
  switch (item?.kind) {
    case "reasoning":
      return item.endedAt === undefined;
    case "answer":
      return item.open;
    case "edit":
    case "command":
    case "ask":
    case "other":
      return item.call.status === "running";
    case "looks":
      return item.calls.some((call) => call.status === "running");
    case "question":
      return item.question.decision === undefined;
    case "retry":
      return !item.over;
    default:
      return false;
  }
}

function WaitingSince() {
  const begun = useRef(new Date().toISOString());
  const waited = Math.floor(useElapsed(begun.current, { live: true }) / 1000);
  return <>{waited < 2 ? t("Waiting for the model") : t("Waiting for the model… {0} s", waited)}</>;
}

function Stopped() {
  return (
    <div class="steps">
      <div class="step">
        <Icon name="stop" />
        <span class="v">{t("Stopped")}</span>
        <span class="d ell">{t("What was done is kept.")}</span>
      </div>
    </div>
  );
}

/** Links and code buttons live outside the virtual DOM: one listener serves them all. Nothing opens by itself. */
function serveClicks(host: HTMLElement | null): (() => void) | undefined {
  if (!host) return undefined;
  const act = (event: Event) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=link],[data-act]") : null;
    if (!target || !host.contains(target)) return;
    event.preventDefault();
    event.stopPropagation();
    if (target.dataset.act) actOnCode(target);
    else followLink(target);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const link = event.target instanceof Element && event.target.matches("[role=link]");
    if (link && event.key === "Enter") act(event);
  };
  host.addEventListener("click", act);
  host.addEventListener("keydown", onKeyDown);
  return () => {
    host.removeEventListener("click", act);
    host.removeEventListener("keydown", onKeyDown);
  };
}

function followLink({ dataset }: HTMLElement): void {
  const { href, path } = dataset;
  const line = Number(dataset.line);
  if (href) post({ type: "openLink", href: href.slice(0, 4000) });
  else if (path) post({ type: "openFile", path: path.slice(0, 4000), ...(line >= 1 ? { line } : {}) });
}

const COPIED_MS = 1200;

function actOnCode(button: HTMLElement): void {
  const text = codeOf(button);
  if (text === undefined) return;
  if (button.dataset.act === "insert") {
    post({ type: "insertCode", text });
    return;
  }
  navigator.clipboard.writeText(text).then(
    () => {
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), COPIED_MS);
    },
    () => {},
  );
}
