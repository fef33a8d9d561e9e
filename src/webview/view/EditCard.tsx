import type { Signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Preview, previewOfChange, previewsOf } from "../changes.ts";
import { isSelectable, openChoice, skippedHunks, toggleHunk, wantOnce } from "../choices.ts";
import { Icon, type IconName } from "../icons.tsx";
import type { Call, Item, ItemOf, Question } from "../items.ts";
import { t } from "../l10n.ts";
import { partTaken, remarksOf } from "../remarks.ts";
import { post } from "../store.ts";
import { visible } from "../terminal.ts";
import { ChangeBody, changeIcon, changeName, stageOf } from "./ChangeBody.tsx";
import type { HunkChoice } from "./Diff.tsx";
import { QuestionFooter, QuestionGroup } from "./Question.tsx";
import { Refusal } from "./Refusal.tsx";
import { IconButton } from "./Row.tsx";

/** A change of files as a diff or in words, with its question while it waits for one. */
export function EditCard({ item }: { item: Signal<Item> }) {
  const { key, call } = item.value as ItemOf<"edit">;
  const { question } = call;
  const told = useMemo(() => previewsOf(call), [call.arguments, call.changes]);
  const waiting = question !== undefined && question.decision === undefined;
  const asked = useMemo(() => askedOf(question), [question?.asks]);
  const picks = picksOf(question, { waiting });
  const files = asked && (waiting || picks) ? [asked] : told;
  const [first] = files;
  const choice = openChoice(key);
  const open = waiting || (choice.value ?? (call.status === "ok" || call.status === "running"));
  const head = useWantedChange(call, { open });
  if (!first) return null;
  const toggle = () => {
    choice.value = !open;
  };
  const one = files.length === 1;
  const body = (
    <>
      <div class="card-h" ref={head}>
        <Icon {...stateIcon(call, { waiting, name: one ? changeIcon(first.kind) : "files" })} />
        {one ? (
          <FileName preview={first} />
        ) : (
          <>
            <span class="name">{t("{0} files", files.length)}</span>
            <span class="grow" />
          </>
        )}
        <State call={call} picks={waiting ? undefined : picks} total={first.hunks.length} waiting={waiting} />
        <Counts previews={files} picks={picks} />
        {call.changes.some(({ hunks, truncated }) => hunks.length > 0 || truncated) ? (
          <IconButton icon="diff" label={t("Open diff")} onClick={() => post({ type: "openDiff", callId: call.id })} />
        ) : null}
        <IconButton
          icon={open ? "down" : "right"}
          label={open ? t("Collapse") : t("Expand")}
          expanded={open}
          onClick={toggle}
        />
      </div>
      {open
        ? files.map((preview, i) => {
            const content = (
              <ChangeBody
                preview={preview}
                stage={stageOf(call.status)}
                choiceKey={`${key}.diff.${preview.shown}`}
                hunks={picks}
              />
            );
            if (one) return content;
            return (
              // Files of a call never move: their place is their identity.
              // biome-ignore lint/a11y/useSemanticElements: a file's lines are no form
              <div key={String(i)} role="group" aria-label={visible(preview.shown)}>
                <div class="card-h inner">
                  <Icon name={changeIcon(preview.kind)} />
                  <FileName preview={preview} />
                  <Counts previews={[preview]} />
                </div>
                {content}
              </div>
            );
          })
        : null}
      {waiting && told.length > 1 ? <div class="told">{othersWords(told.length - 1)}</div> : null}
      {call.status === "error" ? <div class="told">{visible(call.result)}</div> : null}
      {call.status === "ok" && open ? <RemarksOf result={call.result} choiceKey={`${key}.remarks`} /> : null}
      <Refusal call={call} />
      {question ? <QuestionFooter question={question} /> : null}
    </>
  );
  if (question) {
    return (
      <QuestionGroup asks={question.asks} waiting={waiting}>
        {body}
      </QuestionGroup>
    );
  }
  return (
    <article class="card" aria-label={one ? changeName(first) : t("{0} files", files.length)}>
      {body}
    </article>
  );
}

/** What is approved is what the question shows, whatever else the call changes. */
function askedOf(question: Question | undefined): Preview | undefined {
  return question?.asks.kind === "write" ? previewOfChange(question.asks.change) : undefined;
}

/** While it waits all hunks that can be chosen; after it only where some were left out. */
export function picksOf(question: Question | undefined, { waiting }: { waiting: boolean }): HunkChoice | undefined {
  if (question?.asks.kind !== "write" || !isSelectable(question.asks.change)) return undefined;
  const skipped = skippedHunks(question.id).value;
  if (waiting) return { skipped, toggle: (index) => toggleHunk(question.id, index) };
  return question.decision === "once" && skipped.size > 0 ? { skipped, toggle: undefined } : undefined;
}

/** An earlier session's change is not in the stored chat: the host is asked for it once the card is near. */
function useWantedChange(call: Call, { open }: { open: boolean }) {
  const head = useRef<HTMLDivElement>(null);
  const wants = open && call.status === "ok" && call.changes.length === 0;
  useEffect(() => {
    const node = head.current;
    if (!wants || !node) return undefined;
    const near = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        near.disconnect();
        if (wantOnce(call.id)) post({ type: "wantChange", callId: call.id });
      },
      { root: node.closest(".body"), rootMargin: "400px 0px" },
    );
    near.observe(node);
    return () => near.disconnect();
  }, [wants, call]);
  return head;
}

function stateIcon(call: Call, { waiting, name }: { waiting: boolean; name: IconName }) {
  if (waiting) return { name: "pause", tone: "warn" } as const;
  switch (call.status) {
    case "running":
      return { name: "spinner" } as const;
    case "ok":
      return { name };
    case "error":
      return { name: "error", tone: "err" } as const;
    case "denied":
    case "stopped":
      return { name: "close" } as const;
  }
}

function FileName({ preview: { shown, kind } }: { preview: Preview }) {
  const path = shown.replace(/[\\/]+$/, "");
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const name = visible(path.slice(cut + 1)) || t("Unknown file");
  return (
    <>
      {kind === "folder" || kind === "delete" ? (
        <span class="name" title={visible(shown)}>
          {name}
        </span>
      ) : (
        <button type="button" class="name" title={visible(shown)} onClick={() => post({ type: "openFile", path })}>
          {name}
        </button>
      )}
      <span class="dir ell grow">{cut > 0 ? visible(path.slice(0, cut)) : ""}</span>
    </>
  );
}

interface StateProps {
  call: Call;
  picks: HunkChoice | undefined;
  total: number;
  waiting: boolean;
}

function State({ call, picks, total, waiting }: StateProps) {
  const words = waiting ? "" : stateWords(call, picks, total);
  return words === "" ? null : <span class="mut xs nowrap">{words}</span>;
}

function stateWords(call: Call, picks: HunkChoice | undefined, total: number): string {
  switch (call.status) {
    case "error":
      return t("Failed");
    case "denied":
      return t("Rejected");
    case "stopped":
      return t("Stopped");
    default: {
      const part = picks ? ([total - picks.skipped.size, total] as const) : partTaken(call.result);
      return part ? t("{0} of {1} taken", ...part) : "";
    }
  }
}

/** Without the hunks that are left out. */
function Counts({ previews, picks }: { previews: readonly Preview[]; picks?: HunkChoice | undefined }) {
  const skipped = previews.flatMap(({ hunks }) => hunks.filter((_, i) => picks?.skipped.has(i)));
  const count = (of: "added" | "removed", sign: "+" | "-") =>
    previews.reduce((sum, preview) => sum + preview[of], 0) -
    skipped.reduce((sum, { lines }) => sum + lines.filter((line) => line.sign === sign).length, 0);
  const [added, removed] = [count("added", "+"), count("removed", "-")];
  return (
    <span class="stat num">
      {previews.length === 1 && previews[0]?.kind === "create" ? <span class="mut wide">{t("new file")}</span> : null}
      {added > 0 ? <span class="add">+{added}</span> : null}
      {removed > 0 ? <span class="del">−{removed}</span> : null}
    </span>
  );
}

function othersWords(count: number): string {
  return count === 1 ? t("This call changes 1 more file.") : t("This call changes {0} more files.", count);
}

function RemarksOf({ result, choiceKey }: { result: string; choiceKey: string }) {
  const remarks = remarksOf(result);
  if (!remarks) return null;
  const choice = openChoice(choiceKey);
  const open = choice.value ?? false;
  return (
    <>
      <button
        type="button"
        class="step more"
        aria-expanded={open}
        onClick={() => {
          choice.value = !open;
        }}
      >
        <Icon name="info" />
        <span class="d">{remarks.count === 1 ? t("1 remark") : t("{0} remarks", remarks.count)}</span>
        <Icon name={open ? "down" : "right"} small />
      </button>
      {open ? <div class="told">{visible(remarks.text)}</div> : null}
    </>
  );
}
