import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { type Root, realPath, rootLabels, shownUnder, underRoot } from "./places.ts";
import { notText } from "./text.ts";

/** The user's own instructions, read for every chat of theirs on this machine. */
export const USER_INSTRUCTIONS = join(homedir(), ".mimo", "AGENTS.md");

export interface InstructionsOptions {
  readonly roots: readonly Root[];
  /** The user's own file, absolute. */
  readonly user?: string | undefined;
  /** Files of a folder that is not trusted are not read. */
  readonly trusted: boolean;
}

/** The first of these that says anything counts. */
const NAMES = ["AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md"];
const MAX_BYTES = 32_768;

/** What the user and the workspace ask of the agent, each file under a line that names it; "" without any. */
export async function readInstructions({ roots, user, trusted }: InstructionsOptions): Promise<string> {
  const labels = rootLabels(roots);
  const parts = await Promise.all([
    user === undefined ? undefined : readCapped(user, basename(user), "The user's own instructions"),
    ...(trusted ? roots.map((root, i) => readOfRoot(root, labels[i] ?? "")) : []),
  ]);
  return parts.filter((part) => part !== undefined).join("\n\n");
}

async function readOfRoot(root: Root, label: string): Promise<string | undefined> {
  for (const name of NAMES) {
    const path = join(root.path, name);
    const shown = shownUnder(label, name);
    const real = await realPath(path).catch(() => undefined);
    if (real === undefined) continue;
    if (!(await underRoot(real, [root]))) return `[${shown} was not read: it is a link that leads out of the folder.]`;
    const text = await readCapped(real, shown, `Instructions of the workspace (${shown})`);
    if (text !== undefined) return text;
  }
  return undefined;
}

async function readCapped(path: string, shown: string, title: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => undefined);
  if (!file) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) return undefined;
    const { size } = found;
    const buffer = Buffer.alloc(Math.min(size, MAX_BYTES));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    const bytes = wholeCharacters(buffer.subarray(0, bytesRead));
    const problem = notText(bytes);
    if (problem) return `[${shown} was not read: it is ${problem}.]`;
    const text = bytes
      .toString("utf8")
      .replace(/^\uFEFF/, "")
      .trim();
    if (text === "") return undefined;
    const cut = size > MAX_BYTES ? `\n[cut after ${MAX_BYTES} of ${size} bytes; the rest is in ${shown}]` : "";
    return `${title}:\n${text}${cut}`;
  } finally {
    await file.close();
  }
}

/** Takes off the beginning of a character that the cap cut in two. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
    }
    if (byte < 0x80) return bytes;
  }
  return bytes;
}
