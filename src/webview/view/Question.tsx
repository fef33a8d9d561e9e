import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { FileChange } from "../../agent/ports.ts";
import type { QuestionView } from "../../protocol/view.ts";
import { takenHunks } from "../choices.ts";
import { Icon } from "../icons.tsx";
import type { Question } from "../items.ts";
import { Composition, shortcutOf } from "../keys.ts";
import { t } from "../l10n.ts";
import { post, transcript } from "../store.ts";
import { visible } from "../terminal.ts";
import { IconButton } from "./Row.tsx";

/** The refusal that is being explained: its question, and what is written so far. */
const refusal = signal<{ readonly id: string; readonly text: string } | undefined>(undefined);

export function answer(id: string, decision: "session" | "deny", reason = ""): void {
  const words = reason.trim().slice(0, 4000);
  post({ type: "answer", id, decision, ...(words === "" ? {} : { reason: words }) });
  refusal.value = undefined;
}

/** Says yes once; to the hunks that are wanted, where they can be chosen. With none of them nothing is said. */
export function accept(id: string, asks: ApprovalView): void {
  const hunks = asks.kind === "write" ? takenHunks(id, asks.change) : undefined;
  if (hunks?.length === 0) return;
  post({ type: "answer", id, decision: "once", ...(hunks ? { hunks: [...hunks] } : {}) });
  refusal.value = undefined;
}

/** What stands before something that would be done. */
export type ApprovalView = Exclude<QuestionView, { readonly kind: "ask" }>;

interface Words {
  readonly accept: string;
  readonly reject: string;
  readonly always: string;
  /** What a yes for the chat covers. */
  readonly covers: string;
}

function wordsFor(asks: ApprovalView): Words {
  switch (asks.kind) {
    case "write":
      return {
        ...verbsFor(asks.change.kind),
        always: t("Accept all in this chat"),
        covers: t("All edits inside the workspace. Protected files and files outside are asked for one by one."),
      };
    case "command":
      return {
        accept: t("Run once"),
        reject: t("Don't run"),
        always: t("Always in this chat"),
        covers: t("Exactly this command in this folder."),
      };
    case "read":
      return {
        accept: t("Read once"),
        reject: t("Don't read"),
        always: t("Always in this chat"),
        covers: t("Exactly this file."),
      };
  }
}

function verbsFor(kind: FileChange["kind"]): Pick<Words, "accept" | "reject"> {
  switch (kind) {
    case "delete":
      return { accept: t("Delete"), reject: t("Don't delete") };
    case "move":
      return { accept: t("Move"), reject: t("Don't move") };
    case "folder":
      return { accept: t("Create"), reject: t("Don't create") };
    default:
      return { accept: t("Accept"), reject: t("Reject") };
  }
}

/** Why it asks, and the answers, each one click. The oldest question has the filled button and the keys. */
export function QuestionFooter({ question }: { question: Question }) {
  const { id, asks, decision } = question;
  if (decision !== undefined || asks.kind === "ask") return null;
  const current = transcript.value.waiting.value[0]?.id === id;
  const words = wordsFor(asks);
  const explained = refusal.value?.id === id ? refusal.value.text : undefined;
  const taken = asks.kind === "write" ? takenHunks(id, asks.change) : undefined;
  const none = taken?.length === 0;
  return (
    <>
      <Why reason={asks.reason} />
      <div class="card-f">
        <button
          type="button"
          class={current && !none ? "btn" : "btn sec"}
          aria-keyshortcuts={current ? "Control+Enter" : undefined}
          aria-disabled={none}
          onClick={() => accept(id, asks)}
        >
          {taken && asks.kind === "write"
            ? t("Accept {0} of {1}", taken.length, asks.change.hunks.length)
            : words.accept}
          {current && !none ? (
            <span class="wide hintkey" aria-hidden="true">
              {acceptKeys()}
            </span>
          ) : null}
        </button>
        <button type="button" class={current && none ? "btn" : "btn sec"} onClick={() => answer(id, "deny", explained)}>
          {words.reject}
        </button>
        <IconButton
          icon="reason"
          label={t("Say why")}
          expanded={explained !== undefined}
          onClick={() => {
            refusal.value = explained === undefined ? { id, text: "" } : undefined;
          }}
        />
        {explained === undefined ? (
          <>
            <span class="grow" />
            <button
              type="button"
              class="btn quiet full"
              title={words.covers}
              disabled={taken !== undefined}
              onClick={() => answer(id, "session")}
            >
              {words.always}
            </button>
          </>
        ) : (
          <Reason id={id} text={explained} />
        )}
      </div>
    </>
  );
}

function acceptKeys(): string {
  return /Mac/.test(navigator.platform) ? "⌘↩" : "Ctrl+Enter";
}

/** Takes the place of a button of the same height: what was pressed stays where it is. */
function Reason({ id, text }: { id: string; text: string }) {
  const field = useRef<HTMLInputElement>(null);
  const composition = useRef(new Composition());
  useLayoutEffect(() => field.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (composition.current.owns(event, event.timeStamp)) return;
    if (event.key === "Escape") {
      // The button that opened it, the element before, takes the cursor back.
      const opener = field.current?.previousElementSibling;
      if (opener instanceof HTMLElement) opener.focus();
      refusal.value = undefined;
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!event.repeat) answer(id, "deny", text);
    } else if (!shortcutOf(event)) return;
    // Esc stops no task from here, and no key for answers accepts what is being refused.
    event.stopPropagation();
  };
  return (
    <input
      ref={field}
      class="reason"
      type="text"
      dir="auto"
      maxLength={4000}
      aria-label={t("Reason, or what to do instead")}
      placeholder={t("Reason (optional), Enter sends")}
      value={text}
      onInput={(event) => {
        refusal.value = { id, text: event.currentTarget.value };
      }}
      onKeyDown={onKeyDown}
      onCompositionStart={() => composition.current.start()}
      onCompositionEnd={(event) => composition.current.end(event.timeStamp)}
    />
  );
}

/** Reasons are a closed list of sentences of the approval rules; English is the key of their translation. */
function Why({ reason }: { reason: string }) {
  return (
    <div class="why">
      <Icon name="info" />
      <span>{t("Asks because {0}.", t(reason))}</span>
    </div>
  );
}

export function QuestionGroup(props: { asks: QuestionView; waiting: boolean; children: ComponentChildren }) {
  const { asks, waiting, children } = props;
  if (!waiting) return <article class="card">{children}</article>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a card
    <div class="card wait current" role="group" aria-label={labelOf(asks)} data-waiting>
      {children}
    </div>
  );
}

function labelOf(asks: QuestionView): string {
  return asks.kind === "ask" ? t("MiMo asks: {0}", objectOf(asks)) : `${t("Waiting for you")}: ${objectOf(asks)}`;
}

export function objectOf(asks: QuestionView): string {
  switch (asks.kind) {
    case "ask":
      return visible(asks.text.trim().split("\n", 1)[0] ?? "");
    case "write":
      return asks.change.kind === "move"
        ? `${visible(asks.change.from ?? "")} → ${visible(asks.change.shown)}`
        : visible(asks.change.shown);
    case "command":
      return visible(asks.command.split("\n", 1)[0] ?? "");
    case "read":
      return visible(asks.path);
  }
}
