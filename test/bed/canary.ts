import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Keys of tests begin with `sk-canary`, `tp-canary` or `ttp-canary`: wherever a run leaves one of these, a key was written
 * down that belongs into SecretStorage only, which the bed keeps in the browser.
 */
const MARKS = ["sk-canary", "tp-canary"];

/** The tests' own: what a simulator was told to accept. */
const OWN = /^simulator-\d+\.json$/;
const MAX_BYTES = 200_000_000;

/** Files below a folder that hold a key of the tests, as it stands, in UTF-16, in an address or in base64. */
export function keyLeaks(folder: string): string[] {
  const spellings = MARKS.flatMap(spellingsOf);
  return filesIn(folder).filter((path) => {
    try {
      const bytes = readFileSync(path);
      return bytes.length < MAX_BYTES && spellings.some((spelling) => bytes.includes(spelling));
    } catch {
      // A socket, or gone.
      return false;
    }
  });
}

/** Throws when a run has left a key behind. */
export function assertNoKeyLeaks(folder: string): void {
  const leaks = keyLeaks(folder);
  if (leaks.length > 0) throw new Error(`A key was written into files:\n${leaks.join("\n")}`);
}

function spellingsOf(text: string): Buffer[] {
  return [Buffer.from(text), Buffer.from(text, "utf16le"), ...base64Of(text)];
}

/** How a text can stand within a base64 text: by how many bytes stand before it. The ends depend on the neighbours. */
function base64Of(text: string): Buffer[] {
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString("base64");
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + text.length) * 8) / 6);
    return Buffer.from(whole.slice(first, last));
  });
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry: Dirent) => entry.isFile() && !OWN.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
