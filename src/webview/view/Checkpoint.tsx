import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { FromView } from "../../protocol/view.ts";
import { Icon, type IconName } from "../icons.tsx";
import { t } from "../l10n.ts";
import { post, state, transcript } from "../store.ts";
import { closePopup, openPopup, useDismissal } from "./Popup.tsx";

type Confirmed = "both" | "files";
type What = Extract<FromView, { readonly type: "restore" }>["what"];

/** The message that files were last taken back to, and when its chat began. */
const restoredTo = signal<{ readonly message: number; readonly chat: string | undefined } | undefined>(undefined);

function currentChat(): string | undefined {
  return transcript.peek().tasks[0]?.startedAt;
}

/** The flag of a message: back to how things were before it. */
export function Checkpoint({ message }: { message: number }) {
  const name = `restore.${message}` as const;
  const open = openPopup.value === name;
  const last = restoredTo.value;
  const restored = last?.message === message && last.chat === currentChat() && state.value?.restored !== undefined;
  const label = t("Restore to before this message");
  return (
    <>
      <button
        type="button"
        class={open || restored ? "ib flag on" : "ib flag"}
        data-opens={name}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={() => {
          openPopup.value = open ? undefined : name;
        }}
      >
        <Icon name="flag" />
      </button>
      {open ? <RestoreMenu message={message} /> : null}
    </>
  );
}

const ICONS: Readonly<Record<What, IconName>> = { both: "undo", files: "file", chat: "ask", compare: "diff" };

function nameOf(what: What): string {
  switch (what) {
    case "both":
      return t("Restore files and chat");
    case "files":
      return t("Restore files only");
    case "chat":
      return t("Restore chat only");
    case "compare":
      return t("Compare with now");
  }
}

function RestoreMenu({ message }: { message: number }) {
  const host = useRef<HTMLDivElement>(null);
  const confirms = useRef(signal<Confirmed | undefined>(undefined)).current;
  const dismissal = useDismissal(host);
  const chat = useRef(transcript.peek()).current;
  // What is chosen belongs to the chat that it was opened in.
  useLayoutEffect(() => {
    if (transcript.value !== chat) openPopup.value = undefined;
  });
  const current = state.value;
  const busy = current?.busy ?? true;
  const choices: readonly What[] = current?.checkpoints ? ["both", "files", "chat", "compare"] : ["chat"];
  useLayoutEffect(() => {
    host.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
    host.current?.scrollIntoView({ block: "nearest" });
  }, [confirms.value]);
  const restore = (what: What) => {
    if (what === "files") restoredTo.value = { message, chat: currentChat() };
    post({ type: "restore", message, what });
    closePopup();
  };
  const choose = (what: What) => {
    if (what !== "compare" && busy) return;
    if (what === "both" || what === "files") confirms.value = what;
    else restore(what);
  };
  const asked = confirms.value;
  if (asked && !busy) {
    return (
      <div class="pop menu" role="dialog" aria-label={nameOf(asked)} ref={host} {...dismissal}>
        <p>{explained(asked)}</p>
        <div class="row wrap">
          <button type="button" class="btn" onKeyDown={onlyOnce} onClick={() => restore(asked)}>
            {nameOf(asked)}
          </button>
          <button type="button" class="btn quiet" onClick={closePopup}>
            {t("Cancel")}
          </button>
        </div>
      </div>
    );
  }
  return (
    <div class="pop menu" ref={host} {...dismissal}>
      {busy ? <p class="mut">{t("Stop the task first to restore.")}</p> : null}
      <div role="menu" aria-label={t("Restore")} onKeyDown={moveByItem}>
        {choices.map((what) => (
          <button
            key={what}
            type="button"
            role="menuitem"
            class="it"
            aria-disabled={busy && what !== "compare"}
            onClick={() => choose(what)}
          >
            <Icon name={ICONS[what]} />
            <span class="grow">{nameOf(what)}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function explained(what: Confirmed): string {
  return what === "both"
    ? t("Files go back to how they were before this message, and the chat goes on from there. You can undo it.")
    : t("Files go back to how they were before this message. You can undo it.");
}

/** A key that is held down since the menu does not confirm. */
function onlyOnce(event: KeyboardEvent): void {
  if (event.repeat) event.preventDefault();
}

function moveByItem(event: KeyboardEvent): void {
  const { key, currentTarget } = event;
  if (!(currentTarget instanceof Element)) return;
  const items = [...currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const last = items.length - 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at >= last ? 0 : at + 1,
    ArrowUp: at <= 0 ? last : at - 1,
    Home: 0,
    End: last,
  };
  const to = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (to === undefined) return;
  event.preventDefault();
  items[to]?.focus();
}
