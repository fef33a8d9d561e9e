import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import * as vscode from "vscode";
import type { Diagnostic, DiagnosticsWatch, Place } from "../agent/ports.ts";
import { isSecret } from "../approval/paths.ts";
import { noteChecked, openBehind, tabsOf, within } from "./diagnosing.ts";
import { isUnsaved, openDocument, unsavedDocument } from "./documents.ts";
import { likelyNewDiagnostics, newDiagnostics } from "./newDiagnostics.ts";

/** An edit waits this long for its reports at the most. TypeScript's server sends two, after about 0.4 and 1.4 s, and
 * none for a file that was clean and still is. */
const REPORTS_MS = 2_000;
/** After one report a deeper one follows within this, or not at all. */
const NEXT_REPORT_MS = 1_100;
const MAX_BYTES = 2_000_000;
/** Files of one edit that are opened behind the others. */
const MAX_OPENED = 3;
const MAX_REMEMBERED = 200;
const MAX_COUNTED = 5_000;

/** What VS Code itself checks out of the box. Of other files reports are awaited once one was seen. */
const CHECKED = ".ts .tsx .mts .cts .js .jsx .mjs .cjs .json .jsonc .css .scss .less".split(" ");

type Described = (found: readonly vscode.Diagnostic[], shown: string) => Diagnostic[];

export interface WatchOptions {
  readonly describe: Described;
  /** The shown path of a file in the workspace; undefined for all others. */
  readonly shownOf: (uri: vscode.Uri) => Promise<string | undefined>;
}

/** Kinds of files, by extension, that somebody reported an error or a warning of. */
const reporting = new Set<string>(CHECKED);
/** When a file was last reported on, counted in events: a report of the text before is none of the text after. */
const lastEvent = new Map<string, number>();
let eventCount = 0;
let isListening = false;

/** What was reported of files that no tab shows, with the text it was about. */
const remembered = new Map<string, { readonly text: string; readonly found: readonly vscode.Diagnostic[] }>();

function listen(): void {
  if (isListening) return;
  isListening = true;
  vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    eventCount++;
    if (lastEvent.size > MAX_COUNTED) lastEvent.clear();
    for (const uri of uris) {
      if (uri.scheme !== "file") continue;
      lastEvent.set(uri.toString(), eventCount);
      noteKind(uri, vscode.languages.getDiagnostics(uri));
    }
  });
}

function noteKind(uri: vscode.Uri, found: readonly vscode.Diagnostic[]): void {
  if (found.some(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning)) reporting.add(kindOf(uri));
}

function kindOf({ fsPath }: vscode.Uri): string {
  return extname(fsPath).toLowerCase();
}

interface Target {
  readonly place: Place;
  readonly uri: vscode.Uri;
  readonly key: string;
  /** undefined when it is too large, or no text. */
  readonly before: string | undefined;
  /** What was reported before the change; undefined when nobody looked. */
  readonly found: readonly vscode.Diagnostic[] | undefined;
}

/** Notes what is reported now. Never throws, and reads no more than the files named. */
export function watchDiagnostics(places: readonly Place[], options: WatchOptions): DiagnosticsWatch {
  listen();
  const reports = new Map<string, readonly vscode.Diagnostic[]>();
  for (const [uri, found] of vscode.languages.getDiagnostics()) {
    if (uri.scheme !== "file") continue;
    reports.set(uri.toString(), found);
    noteKind(uri, found);
  }
  const start = eventCount;
  const isNew = (key: string) => (lastEvent.get(key) ?? 0) > start;
  const targets = places.filter(({ path }) => !isSecret(path)).map((place) => targetOf(place, reports));
  return {
    async news({ signal }) {
      const checked = targets.filter(({ uri }) => reporting.has(kindOf(uri)));
      if (checked.length === 0) return [];
      const behind = openClosed(checked);
      try {
        await reported(checked, { isNew, opened: behind.opened, signal });
        const own = checked.flatMap((target) => newsOf(target, isNew, options));
        const others = await newsElsewhere({ reports, isNew, own: new Set(targets.map(({ key }) => key)) }, options);
        return worstFirst([...own, ...others]);
      } finally {
        const closing = behind.close().catch(() => {});
        // A user who stopped the task waits for nothing.
        if (!signal.aborted) await closing;
      }
    },
  };
}

function targetOf(place: Place, reports: ReadonlyMap<string, readonly vscode.Diagnostic[]>): Target {
  const uri = vscode.Uri.file(place.path);
  const key = uri.toString();
  if (place.kind === "missing") return { place, uri, key, before: "", found: [] };
  const document = openDocument(place.path);
  if (document && tabsOf(uri).length > 0) {
    return { place, uri, key, before: document.getText(), found: reports.get(key) ?? [] };
  }
  const before = document && isUnsaved(document) ? document.getText() : textOf(uri);
  const known = remembered.get(key);
  const isSame = known !== undefined && before !== undefined && known.text === digest(before);
  return { place, uri, key, before, found: isSame ? known.found : undefined };
}

/** At once, since the edit comes next. */
function textOf(uri: vscode.Uri): string | undefined {
  if (!reporting.has(kindOf(uri))) return undefined;
  try {
    return statSync(uri.fsPath).size > MAX_BYTES ? undefined : readFileSync(uri.fsPath, "utf8").replace(/^\uFEFF/, "");
  } catch {
    return undefined;
  }
}

interface Behind {
  readonly opened: Promise<unknown>;
  close(): Promise<void>;
}

/** Puts files that no tab shows into one behind the others: TypeScript's server, for one, checks nothing else. */
function openClosed(targets: readonly Target[]): Behind {
  const closed = targets.filter(({ uri, place }) => !openDocument(place.path) || tabsOf(uri).length === 0);
  const opening = closed.slice(0, MAX_OPENED).map(async ({ key, uri, place }) => {
    const close = await openBehind(uri, place).catch(() => undefined);
    return async () => {
      remember(key, openDocument(place.path)?.getText(), uri);
      await noteChecked(uri, place);
      await close?.();
    };
  });
  return {
    opened: Promise.all(opening),
    close: async () => {
      await Promise.all(opening.map(async (one) => (await one)()));
    },
  };
}

interface Wait {
  readonly isNew: (key: string) => boolean;
  readonly opened: Promise<unknown>;
  readonly signal: AbortSignal;
}

/** Waits until each of these files was reported on and nothing more seems to come, but not for longer than the bound. */
async function reported(targets: readonly Target[], { isNew, opened, signal }: Wait): Promise<void> {
  const until = performance.now() + REPORTS_MS;
  const keys = new Set(targets.map(({ key }) => key));
  let tell = () => {};
  const subscription = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    if (uris.some((uri) => keys.has(uri.toString()))) tell();
  });
  try {
    await within(REPORTS_MS, opened, { signal });
    for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
      const all = targets.every(({ key }) => isNew(key));
      const next = new Promise<void>((resolve) => {
        tell = resolve;
      });
      if ((await within(all ? Math.min(left, NEXT_REPORT_MS) : left, next, { signal })) === "late") return;
    }
  } finally {
    subscription.dispose();
  }
}

function remember(key: string, text: string | undefined, uri: vscode.Uri): void {
  remembered.delete(key);
  if (text === undefined || text.length > MAX_BYTES) return;
  remembered.set(key, { text: digest(text), found: vscode.languages.getDiagnostics(uri) });
  const [oldest] = remembered.keys();
  if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function newsOf(
  { key, uri, place, before, found }: Target,
  isNew: (key: string) => boolean,
  { describe }: WatchOptions,
): Diagnostic[] {
  // Whatever is there is still of the text before.
  if (!isNew(key)) return [];
  const now = describe(vscode.languages.getDiagnostics(uri), place.shown);
  const after = openDocument(place.path)?.getText();
  const texts = before !== undefined && after !== undefined ? { before, after } : undefined;
  if (found) return newDiagnostics(describe(found, place.shown), now, texts);
  return texts ? likelyNewDiagnostics(now, texts) : [];
}

interface Elsewhere {
  readonly reports: ReadonlyMap<string, readonly vscode.Diagnostic[]>;
  readonly isNew: (key: string) => boolean;
  /** The files that were edited themselves. */
  readonly own: ReadonlySet<string>;
}

/** Errors that the edit has caused in other files. */
async function newsElsewhere({ reports, isNew, own }: Elsewhere, options: WatchOptions): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const [uri, now] of vscode.languages.getDiagnostics()) {
    const key = uri.toString();
    if (uri.scheme !== "file" || own.has(key) || now.length === 0 || !isNew(key) || isSecret(uri.fsPath)) continue;
    // A file that no tab shows is checked for the first time, and one that the user is typing in is theirs.
    if (tabsOf(uri).length === 0 || unsavedDocument(uri.fsPath)) continue;
    const shown = await options.shownOf(uri);
    if (shown === undefined) continue;
    const before = options.describe(reports.get(key) ?? [], shown);
    const news = newDiagnostics(before, options.describe(now, shown), undefined);
    found.push(...news.filter(({ severity }) => severity === "error"));
  }
  return found;
}

const SEVERITIES: readonly Diagnostic["severity"][] = ["error", "warning", "info", "hint"];

export function worstFirst(found: readonly Diagnostic[]): Diagnostic[] {
  const rank = ({ severity }: Diagnostic) => SEVERITIES.indexOf(severity);
  return found.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.shown < b.shown ? -1 : a.shown > b.shown ? 1 : 0) ||
      a.line - b.line ||
      a.column - b.column,
  );
}
