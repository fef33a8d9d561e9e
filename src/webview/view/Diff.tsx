import { useMemo } from "preact/hooks";
import { type NumberedLine, numbered, type Preview, type PreviewHunk } from "../changes.ts";
import { openChoice } from "../choices.ts";
import { t } from "../l10n.ts";
import { highlight, languageOfPath } from "../markdown/highlight.ts";
import { escapeHtml } from "../markdown/render.ts";
import { unhidden } from "../terminal.ts";

/** Lines that are shown before "more lines". */
const FIRST_LINES = 12;
/** Lines in the panel at all; the diff editor has the rest. */
const MOST_LINES = 400;

/** Hunks that can be taken one by one. */
export interface HunkChoice {
  readonly skipped: ReadonlySet<number>;
  /** Absent once it was answered. */
  readonly toggle: ((index: number) => void) | undefined;
}

interface DiffProps {
  preview: Preview;
  choiceKey: string;
  hunks?: HunkChoice | undefined;
}

export function Diff({ preview, choiceKey, hunks: picks }: DiffProps) {
  const choice = openChoice(choiceKey);
  const total = preview.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  const most = choice.value ? MOST_LINES : total <= FIRST_LINES + 3 ? total : FIRST_LINES;
  const hidden = Math.max(0, total - most);
  return (
    <div class="card-b diff" dir="ltr">
      {withLimit(preview.hunks, most).map(({ hunk, limit }, i) =>
        // What can be chosen is named, also where its lines are folded.
        limit > 0 || picks ? (
          // Hunks never move: their place is their identity.
          <HunkView key={String(i)} hunk={hunk} index={i} limit={limit} path={preview.shown} picks={picks} />
        ) : null,
      )}
      {total === 0 ? <div class="why mut">{emptyWords(preview)}</div> : null}
      {hidden > 0 || preview.truncated ? (
        <button
          type="button"
          class="step more"
          disabled={choice.value === true}
          onClick={() => {
            choice.value = true;
          }}
        >
          <span class="d">{moreLines(hidden, preview.truncated)}</span>
        </button>
      ) : null}
    </div>
  );
}

function emptyWords({ kind }: Preview): string {
  return kind === "create" ? t("The file is empty.") : t("No lines change.");
}

function moreLines(hidden: number, truncated: boolean): string {
  if (hidden === 0) return t("More lines in the diff editor");
  const more = hidden === 1 ? t("1 more line") : t("{0} more lines", hidden);
  return truncated ? `${more} · ${t("rest in the diff editor")}` : more;
}

/** How many lines of each hunk are shown. */
function withLimit(hunks: readonly PreviewHunk[], most: number): { hunk: PreviewHunk; limit: number }[] {
  let left = most;
  return hunks.map((hunk) => {
    const limit = Math.min(left, hunk.lines.length);
    left -= limit;
    return { hunk, limit };
  });
}

interface HunkProps {
  hunk: PreviewHunk;
  index: number;
  limit: number;
  path: string;
  picks: HunkChoice | undefined;
}

function HunkView({ hunk, index, limit, path, picks }: HunkProps) {
  const lines = useMemo(() => numbered(hunk), [hunk.at, hunk.lines]);
  // A diff is coloured once, however often its card is drawn.
  const drawn = useMemo(() => drawLines(lines.slice(0, limit), path, { plain: !hunk.at }), [lines, limit, path]);
  const skipped = picks?.skipped.has(index) ?? false;
  const toggle = picks?.toggle ? () => picks.toggle?.(index) : undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    moveByChange(event);
    if (!toggle || event.key !== " " || event.repeat || event.target !== event.currentTarget) return;
    event.preventDefault();
    toggle();
  };
  return (
    <div class={skipped ? "hunk skipped" : "hunk"}>
      {hunk.at ? <HunkHead lines={lines} skipped={skipped} toggle={toggle} /> : null}
      {limit > 0 ? (
        // biome-ignore lint/a11y/useSemanticElements: lines of code are no form
        <div
          class="lines"
          role="group"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and Alt+Up and Alt+Down lead here
          tabIndex={0}
          aria-label={hunk.at ? spanName(lines) : t("Changed lines")}
          onKeyDown={onKeyDown}
        >
          {drawn}
        </div>
      ) : null}
    </div>
  );
}

interface HeadProps {
  lines: readonly NumberedLine[];
  skipped: boolean;
  toggle: (() => void) | undefined;
}

function HunkHead({ lines, skipped, toggle }: HeadProps) {
  const added = lines.filter((line) => line.sign === "+").length;
  const removed = lines.filter((line) => line.sign === "-").length;
  const words = (
    <>
      <span class="ell grow">
        {lineSpan(lines)}
        {skipped && !toggle ? ` · ${t("not taken")}` : ""}
      </span>
      {added > 0 ? <span class="num add">+{added}</span> : null}
      {removed > 0 ? <span class="num del">−{removed}</span> : null}
    </>
  );
  if (!toggle) return <div class="hunk-h">{words}</div>;
  return (
    <label class="hunk-h">
      <input
        type="checkbox"
        class="box"
        aria-label={spanName(lines)}
        checked={!skipped}
        onChange={toggle}
        onKeyDown={moveByChange}
      />
      {words}
    </label>
  );
}

/** Alt+Up and Alt+Down: the change before and after, from its lines or from its box. */
function moveByChange(event: KeyboardEvent): void {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  const { currentTarget: here } = event;
  if (!(here instanceof HTMLElement)) return;
  const all = [...(here.closest(".card")?.querySelectorAll<HTMLElement>(".hunk") ?? [])];
  const at = all.findIndex((hunk) => hunk.contains(here));
  const next = all[at + (event.key === "ArrowUp" ? -1 : 1)];
  if (!next) return;
  event.preventDefault();
  const wanted = here.matches(".lines") ? ".lines" : ".box";
  (next.querySelector<HTMLElement>(wanted) ?? next.querySelector<HTMLElement>(".lines, .box"))?.focus();
}

function spanOf(lines: readonly NumberedLine[]): readonly [number, number] {
  const kept = lines.filter((line) => line.sign !== "-");
  const numbers = (kept.length > 0 ? kept : lines).map((line) => line.number ?? 0);
  const first = numbers[0] ?? 0;
  return [first, numbers.at(-1) ?? first];
}

function lineSpan(lines: readonly NumberedLine[]): string {
  const [first, last] = spanOf(lines);
  return first === last ? t("Line {0}", first) : t("Lines {0}–{1}", first, last);
}

/** The same to be heard. */
function spanName(lines: readonly NumberedLine[]): string {
  const [first, last] = spanOf(lines);
  return first === last ? t("Line {0}", first) : t("Lines {0} to {1}", first, last);
}

function drawLines(lines: readonly NumberedLine[], path: string, { plain }: { plain: boolean }) {
  const language = languageOfPath(path);
  return lines.map((line, i) => <DiffLine key={i} line={line} language={language} plain={plain} />);
}

const CLASSES = { "+": "dl a", "-": "dl d", " ": "dl" } as const;
const SIGNS = { "+": "+", "-": "−", " ": " " } as const;

function DiffLine({ line, language, plain }: { line: NumberedLine; language: string; plain: boolean }) {
  const [from, to] = line.mark ?? [0, 0];
  const { text } = line;
  const parts = [text.slice(0, from), text.slice(from, to), text.slice(to)] as const;
  const markup = `${coloured(parts[0], language)}${parts[1] && `<mark>${coloured(parts[1], language)}</mark>`}${coloured(parts[2], language)}`;
  return (
    <div class={CLASSES[line.sign]}>
      {plain ? null : <span class="ln">{line.number}</span>}
      <span class="sg">{SIGNS[line.sign]}</span>
      <span class="tx" dangerouslySetInnerHTML={{ __html: markup }} />
    </div>
  );
}

function coloured(raw: string, language: string): string {
  const text = unhidden(raw);
  if (text.trim() === "" || text.length > 500) return escapeHtml(text);
  return highlight(text, language) ?? escapeHtml(text);
}
