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

export function Diff({ preview, choiceKey }: { preview: Preview; choiceKey: string }) {
  const choice = openChoice(choiceKey);
  const total = preview.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  const most = choice.value ? MOST_LINES : total <= FIRST_LINES + 3 ? total : FIRST_LINES;
  const hidden = Math.max(0, total - most);
  return (
    <div class="card-b diff" dir="ltr">
      {firstLines(preview.hunks, most).map((hunk, i) => (
        // Hunks never move: their place is their identity.
        <HunkView key={String(i)} hunk={hunk} path={preview.shown} />
      ))}
      {total === 0 ? <div class="why mut">{t("No lines change.")}</div> : null}
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

function moreLines(hidden: number, truncated: boolean): string {
  if (hidden === 0) return t("More lines in the diff editor");
  const more = hidden === 1 ? t("1 more line") : t("{0} more lines", hidden);
  return truncated ? `${more} · ${t("rest in the diff editor")}` : more;
}

function firstLines(hunks: readonly PreviewHunk[], most: number): PreviewHunk[] {
  const shown: PreviewHunk[] = [];
  let left = most;
  for (const hunk of hunks) {
    if (left <= 0) break;
    shown.push({ at: hunk.at, lines: hunk.lines.slice(0, left) });
    left -= hunk.lines.length;
  }
  return shown;
}

function HunkView({ hunk, path }: { hunk: PreviewHunk; path: string }) {
  const { at, lines } = hunk;
  // A diff is coloured once, however often its card is drawn.
  return useMemo(() => <HunkLines hunk={hunk} path={path} />, [at, lines.length, path]);
}

function HunkLines({ hunk, path }: { hunk: PreviewHunk; path: string }) {
  const lines = numbered(hunk);
  const added = lines.filter((line) => line.sign === "+").length;
  const removed = lines.filter((line) => line.sign === "-").length;
  const language = languageOfPath(path);
  return (
    <div class="hunk">
      {hunk.at ? (
        <div class="hunk-h">
          <span class="ell grow">{lineSpan(lines)}</span>
          {added > 0 ? <span class="num add">+{added}</span> : null}
          {removed > 0 ? <span class="num del">−{removed}</span> : null}
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/useSemanticElements: lines of code are no form */}
      <div
        class="lines"
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and Alt+Up and Alt+Down lead here
        tabIndex={0}
        aria-label={hunk.at ? lineSpan(lines) : t("Changed lines")}
        onKeyDown={moveByChange}
      >
        {lines.map((line, i) => (
          <DiffLine key={i} line={line} language={language} plain={!hunk.at} />
        ))}
      </div>
    </div>
  );
}

/** Alt+Up and Alt+Down: the change before and after. */
function moveByChange(event: KeyboardEvent): void {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  const { currentTarget: here } = event;
  if (!(here instanceof HTMLElement)) return;
  const all = [...(here.closest(".diff")?.querySelectorAll<HTMLElement>(".lines") ?? [])];
  const next = all[all.indexOf(here) + (event.key === "ArrowUp" ? -1 : 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function lineSpan(lines: readonly NumberedLine[]): string {
  const numbers = lines.filter((line) => line.sign !== "-").map((line) => line.number ?? 0);
  const first = numbers[0] ?? lines[0]?.number ?? 0;
  const last = numbers.at(-1) ?? first;
  return first === last ? t("Line {0}", first) : t("Lines {0}–{1}", first, last);
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
