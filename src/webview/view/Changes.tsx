import { useLayoutEffect, useRef } from "preact/hooks";
import type { ChangedFileView, FromView, PanelState } from "../../protocol/view.ts";
import { openChoice } from "../choices.ts";
import { Icon } from "../icons.tsx";
import { t } from "../l10n.ts";
import { post, state, transcript } from "../store.ts";
import { visible } from "../terminal.ts";

/** Undo all is being confirmed: in this chat, not in the next. */
const confirming = () => openChoice("changes.undo");

/** The files that the agent changed in this chat and that nobody has kept or undone. */
export function ChangesStrip() {
  const current = state.value;
  if (!current || current.changeCount === 0) {
    confirming().value = false;
    return null;
  }
  const choice = openChoice("changes");
  const open = choice.value ?? false;
  return (
    <section class="strip" aria-label={t("Changed files")}>
      <div class="strip-h changes">
        <button
          type="button"
          class="row grow"
          aria-expanded={open}
          data-changes
          onClick={() => {
            choice.value = !open;
          }}
        >
          <Icon name={open ? "down" : "right"} small />
          <span class="ell">{filesChanged(current.changeCount)}</span>
          <Totals state={current} />
        </button>
        {confirming().value ? <ConfirmUndo count={current.changeCount} /> : <AllActions state={current} />}
      </div>
      {open ? <FileList state={current} /> : null}
    </section>
  );
}

function filesChanged(count: number): string {
  return count === 1 ? t("1 file changed") : t("{0} files changed", count);
}

function Totals({ state: { changes, changeCount } }: { state: PanelState }) {
  // Beyond the list nobody has counted them.
  if (changes.length < changeCount) return null;
  return <Count added={sum(changes, "added")} removed={sum(changes, "removed")} />;
}

function sum(files: readonly ChangedFileView[], which: "added" | "removed"): number {
  return files.reduce((total, file) => total + file[which], 0);
}

function Count({ added, removed }: { added: number; removed: number }) {
  return (
    <>
      {added > 0 ? <span class="num add">+{added}</span> : null}
      {removed > 0 ? <span class="num del">−{removed}</span> : null}
    </>
  );
}

function AllActions({ state: { changeCount, busy } }: { state: PanelState }) {
  const undo = () => {
    if (changeCount > 1) confirming().value = true;
    else all("undo");
  };
  // A question that waits, or the task, is the next step then.
  const next = !busy && transcript.value.waiting.value.length === 0;
  return (
    <span class="acts">
      <button type="button" class="btn quiet" onClick={() => all("open")}>
        {t("Review")}
      </button>
      <button type="button" class="btn quiet" data-undo onClick={undo}>
        {changeCount > 1 ? t("Undo all") : t("Undo")}
      </button>
      <button type="button" class={next ? "btn" : "btn sec"} onClick={() => all("keep")}>
        {changeCount > 1 ? t("Keep all") : t("Keep")}
      </button>
    </span>
  );
}

function all(action: "open" | "keep" | "undo"): void {
  post({ type: "review", action });
}

/** In place of the buttons; what was pressed to get here is not where "yes" is. */
function ConfirmUndo({ count }: { count: number }) {
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => cancel.current?.focus(), []);
  const close = () => {
    const strip = cancel.current?.closest(".strip");
    confirming().value = false;
    // Once the buttons are back.
    setTimeout(() => strip?.querySelector<HTMLElement>("[data-undo]")?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: two buttons are no form
    <span class="acts" role="group" aria-label={t("Undo the changes of {0} files?", count)} onKeyDown={onKeyDown}>
      <button
        type="button"
        class="btn sec"
        onClick={() => {
          close();
          all("undo");
        }}
      >
        {t("Undo {0} files", count)}
      </button>
      <button type="button" class="btn quiet" ref={cancel} onClick={close}>
        {t("Cancel")}
      </button>
    </span>
  );
}

function FileList({ state: { changes, changeCount } }: { state: PanelState }) {
  return (
    <ul class="files" aria-label={t("Changed files")} onKeyDown={moveByRow}>
      {changes.map((file) => (
        <FileRow key={file.id} file={file} />
      ))}
      {changeCount > changes.length ? (
        <li class="mut xs beyond">{t("and {0} more", changeCount - changes.length)}</li>
      ) : null}
    </ul>
  );
}

function FileRow({ file }: { file: ChangedFileView }) {
  const { id, shown, added, removed } = file;
  const cut = Math.max(shown.lastIndexOf("/"), shown.lastIndexOf("\\"));
  const name = visible(shown.slice(cut + 1)) || visible(shown);
  const mark = markOf(file);
  const act = (action: "keep" | "undo") => (event: MouseEvent) => {
    focusNeighbour(event.currentTarget);
    one(id, action);
  };
  return (
    <li class="frow">
      <button type="button" class="row grow" title={visible(shown)} onClick={() => one(id, "open")}>
        <Icon name="file" />
        <span class={file.kind === "deleted" ? "ell gone" : "ell"}>{name}</span>
        <span class="mut xs ell dir">{cut > 0 ? visible(shown.slice(0, cut)) : ""}</span>
        {mark === "" ? null : <span class="mut xs ell mark">{mark}</span>}
      </button>
      <span class="acts">
        <button type="button" class="ib sm" aria-label={t("Keep {0}", name)} title={t("Keep")} onClick={act("keep")}>
          <Icon name="check" />
        </button>
        <button type="button" class="ib sm" aria-label={t("Undo {0}", name)} title={t("Undo")} onClick={act("undo")}>
          <Icon name="undo" />
        </button>
      </span>
      <span class="stat xs">
        <Count added={added} removed={removed} />
      </span>
    </li>
  );
}

function markOf({ kind, opaque }: ChangedFileView): string {
  const words = { created: t("new"), deleted: t("deleted"), edited: "" }[kind];
  return [words, opaque ? t("not compared by lines") : ""].filter((word) => word !== "").join(" · ");
}

function one(id: string, action: Extract<FromView, { readonly type: "reviewFile" }>["action"]): void {
  post({ type: "reviewFile", id, action });
}

/** The row is about to go, and the cursor with it: the next one takes it, else the one before, else the strip. */
function focusNeighbour(button: EventTarget | null): void {
  const row = button instanceof Element ? button.closest(".frow") : null;
  const near = [row?.nextElementSibling, row?.previousElementSibling].find((other) => other?.matches(".frow"));
  const target = near?.querySelector<HTMLElement>("button") ?? document.querySelector<HTMLElement>("[data-changes]");
  target?.focus();
}

function moveByRow(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const { target, currentTarget } = event;
  if (!step || !(target instanceof Element) || !(currentTarget instanceof Element)) return;
  const rows = [...currentTarget.querySelectorAll(".frow")];
  const at = rows.findIndex((row) => row.contains(target));
  event.preventDefault();
  rows[at + step]?.querySelector<HTMLElement>("button")?.focus();
}
