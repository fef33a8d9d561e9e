import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { carriedOver, compareTexts } from "../edit/review.ts";
import type { BlobStore, FileStep } from "../node/changeRecorder.ts";
import { encodeText } from "../node/text.ts";
import { type Content, contentIn, isSame } from "./reviewContents.ts";

const Ref = z.string().max(200).optional();
const Link = z.object({ before: Ref, after: Ref });
const State = z.object({
  /** Absolute. */
  path: z.string().max(10_000),
  /** Without the agent's changes that nobody has kept; absent when there was no such file. */
  before: Ref,
  /** As the agent left it. */
  after: Ref,
  /** The agent made the file, and a person has written in it since. */
  mixed: z.boolean(),
  /** Changes that came after one of somebody else's: they are told apart when somebody looks. */
  links: z.array(Link).max(10_000),
  /** Of a file that could be run when the agent removed it. */
  mode: z.number().int().nonnegative().max(0o7777).optional(),
  /** `after` as it comes back if the editor that holds an undo unsaved throws it away. */
  unsaved: z.object({ after: Ref }).optional(),
});

/** What is known of one file between its first change and Keep or Undo. */
export type FileReview = Readonly<z.infer<typeof State>>;

const Stored = z.object({ v: z.literal(1), files: z.array(State) });

/** The agent changed the file once more, or for the first time. Cheap: no content is looked at. */
export function addStep(state: FileReview | undefined, step: FileStep): FileReview | undefined {
  const next = contentAfter(state, step);
  return next && step.mode !== undefined ? { ...next, mode: step.mode } : next;
}

function contentAfter(state: FileReview | undefined, step: FileStep): FileReview | undefined {
  const { path, before, after, by } = step;
  if (!state) return by === "restore" ? undefined : { path, before, after, mixed: false, links: [] };
  const last = state.links.at(-1);
  if (last) {
    const follows = by === "restore" || last.after === before;
    const links = follows ? [...state.links.slice(0, -1), { ...last, after }] : [...state.links, { before, after }];
    return { ...state, links };
  }
  // A restore brings back a text of the past: what it changes is no news to review.
  if (by === "restore" || before === state.after) return { ...state, after, unsaved: undefined };
  return { ...state, links: [{ before, after }], unsaved: undefined };
}

/** Without links: what others changed in between belongs to `before` from here on. */
export async function settle(state: FileReview, blobs: BlobStore): Promise<FileReview> {
  if (state.links.length === 0) return state;
  let { before, after, mixed } = state;
  for (const link of state.links) {
    if (link.before !== after) {
      const was = await contentIn(blobs, before, state);
      const left = await contentIn(blobs, after, state);
      const found = await contentIn(blobs, link.before, state);
      const base = baseFor(was, left, found);
      if (base === "found") before = link.before;
      else if (base !== "was") before = await blobs.put(base);
      mixed = was.kind === "absent" && found.kind !== "absent";
    }
    after = link.after;
  }
  const { path, mode } = state;
  return { path, before, after, mixed, links: [], mode };
}

/** What a person's change between two of the agent's makes of `before`: "was" and "found" name a content that is kept. */
function baseFor(was: Content, left: Content, found: Content): "was" | "found" | Buffer {
  if (isSame(left, found)) return "was";
  if (was.kind === "absent") return "was";
  if (was.kind !== "text" || left.kind !== "text" || found.kind !== "text") return "found";
  const text = carriedOver(compareTexts({ before: was.text, after: left.text, now: found.text }));
  if (text === was.text) return "was";
  if (text === found.text) return "found";
  return encodeAs(text, found, was) ?? "found";
}

/** In the first of these encodings that has bytes for it; a text of ASCII alone says little of its encoding. */
export function encodeAs(text: string, ...like: readonly Content[]): Buffer | undefined {
  const texts = like.filter((content) => content.kind === "text");
  const telling = texts.filter((content) => !/^[\0-\x7f]*$/.test(content.text));
  for (const { encoding } of [...telling, ...texts]) {
    try {
      return encodeText(text, encoding);
    } catch {}
  }
  return undefined;
}

/** A file that cannot be read is as good as none. */
export function readReviews(path: string): FileReview[] {
  try {
    return Stored.parse(JSON.parse(readFileSync(path, "utf8"))).files;
  } catch {
    return [];
  }
}

/** Throws what the disk says. */
export function writeReviews(path: string, files: readonly FileReview[]): void {
  if (files.length === 0) {
    rmSync(path, { force: true });
    return;
  }
  const stored: z.infer<typeof Stored> = { v: 1, files: [...files] };
  try {
    writeFileSync(`${path}.new`, JSON.stringify(stored), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    rmSync(`${path}.new`, { force: true });
    throw error;
  }
}
