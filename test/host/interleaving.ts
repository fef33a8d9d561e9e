import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { ToolError } from "../../src/agent/errors.ts";
import type { Files, TextFile } from "../../src/agent/ports.ts";
import { createEditorFiles } from "../../src/host/files.ts";
import { createFiles } from "../../src/node/files.ts";
import { decodeText, encodeText } from "../../src/node/text.ts";
import { type Random, seeded } from "../deep/random.ts";

/** What came of interleavings. */
export interface Interleaved {
  edits: number;
  refused: number;
  /** Edits of a text that was no longer there when they began. */
  stale: number;
  staleLanded: number;
  typed: number;
  saves: number;
  outside: number;
  /** What was lost or should not be there, in words. */
  readonly problems: string[];
}

/** The characters that the parties write: each one once, so that every single one can be looked for. All are in GBK. */
const FIRST = 0x4e00;
const STEPS = 12;
const LINES = 12;

export interface InterleavingOptions {
  readonly runs: number;
  readonly seed: number;
}

/** Each run on a file of its own in the folder, with the next seed. */
export async function interleaveAll({ runs, seed }: InterleavingOptions, folder: string): Promise<Interleaved> {
  const files = createEditorFiles(createFiles({ roots: () => [{ name: "w", path: folder }] }));
  const sum = nothing();
  for (let run = 0; run < runs; run++) {
    const random = seeded(seed + run);
    const encoding = random.pick(["utf8", "utf8", "utf8bom", "gbk"]);
    const ending = random.pick(["\n", "\r\n"]);
    const one = await interleave({ path: join(folder, `f${run}.ts`), files, random, encoding, ending });
    for (const key of COUNTED) sum[key] += one[key];
    sum.problems.push(...one.problems.map((problem) => `seed ${seed + run}: ${problem}`));
  }
  return sum;
}

const COUNTED = ["edits", "refused", "stale", "staleLanded", "typed", "saves", "outside"] as const;

function nothing(): Interleaved {
  return { edits: 0, refused: 0, stale: 0, staleLanded: 0, typed: 0, saves: 0, outside: 0, problems: [] };
}

/** For test/deep/editorJob.ts. */
export function run({ input, folder }: { input: InterleavingOptions; folder: string }): Promise<Interleaved> {
  return interleaveAll(input, folder);
}

interface Scene {
  readonly path: string;
  readonly files: Files;
  readonly random: Random;
  readonly encoding: string;
  readonly ending: string;
}

/**
 * An agent, a user and another program work on one file at once. Each of them only adds characters, each of them
 * another one: what somebody wrote and was told to be written has to be in the editor or on the disk in the end.
 */
async function interleave({ path, files, random, encoding, ending }: Scene): Promise<Interleaved> {
  const outcome = nothing();
  const lines = Array.from({ length: LINES }, (_, i) => `const t${i} = ${i};${ending}`);
  writeFileSync(path, encodeText(lines.join(""), encoding));
  const uri = vscode.Uri.file(path);
  const document = await vscode.workspace.openTextDocument(uri, { encoding });
  const editor = await vscode.window.showTextDocument(document);

  let next = 0;
  const fresh = () => String.fromCharCode(FIRST + next++);
  const typed = new Set<string>();
  const written = new Set<string>();
  const refused = new Set<string>();
  const onDisk = () => decodeText(readFileSync(path), path, encoding).text;
  const live = () => (document.isDirty ? document.getText() : onDisk());
  /** Saves and edits of the agent that are under way. */
  const underWay = new Set<Promise<unknown>>();
  const begin = (work: Promise<unknown>) => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  // Typed is what has been seen in the editor.
  const pending = new Set<string>();
  const watching = vscode.workspace.onDidChangeTextDocument(({ document: changed }) => {
    if (changed !== document) return;
    const text = document.getText();
    for (const character of pending) if (text.includes(character)) typed.add(character);
  });

  let seen: TextFile | undefined;
  const place = await files.locate(path);
  const read = async () => {
    seen = await files.read(place);
  };
  const edit = async () => {
    const base = seen;
    if (!base) return;
    const character = fresh();
    const text = base.text.replace(`t${random.below(LINES)} `, (name) => `${name.trim()}${character} `);
    if (text === base.text) return;
    const isStale = live() !== base.text;
    outcome.edits++;
    if (isStale) outcome.stale++;
    try {
      seen = await files.write(place, text, { expect: base.version });
      written.add(character);
      if (isStale) outcome.staleLanded++;
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      outcome.refused++;
      if (!/the edit is in the editor/.test(error.message)) refused.add(character);
    }
  };
  const insert = async () => {
    const character = fresh();
    pending.add(character);
    const line = random.below(document.lineCount);
    await editor
      .edit((builder) => builder.insert(new vscode.Position(line, 0), character))
      .then(
        () => {},
        () => {},
      );
  };
  const type = async () => {
    const line = random.below(document.lineCount);
    editor.selection = new vscode.Selection(line, 0, line, 0);
    for (let keys = 1 + random.below(4); keys > 0; keys--) {
      const character = fresh();
      pending.add(character);
      await vscode.commands.executeCommand("type", { text: character });
    }
  };
  const save = async () => {
    outcome.saves++;
    await document.save();
  };
  /** Reads and writes at once, as another program may; while nothing is half written. */
  const writeOutside = () => {
    const character = fresh();
    writeFileSync(path, encodeText(`// ${character}${ending}${onDisk()}`, encoding));
    written.add(character);
    outcome.outside++;
  };

  const followed = async () => {
    for (let waited = 0; waited < 1_000 && document.getText() !== onDisk() && !document.isDirty; waited += 20) {
      await sleep(20);
    }
  };

  for (let step = 0; step < STEPS; step++) {
    switch (random.below(9)) {
      case 0:
      case 1:
        await read();
        break;
      case 2:
        await edit();
        break;
      case 3:
        await read();
        if (random.chance(0.5)) await edit();
        else begin(edit());
        break;
      case 4:
        await insert();
        break;
      case 5:
        begin(insert());
        break;
      case 6:
        await type();
        break;
      case 7:
        if (random.chance(0.5)) await save();
        else begin(save());
        break;
      case 8:
        // VS Code's saves write in place: a program that reads one half done loses the rest by its own doing.
        await Promise.all(underWay);
        // Written under unsaved changes, it is a conflict that only the user can resolve: not in every run.
        if (document.isDirty && random.chance(0.7)) break;
        writeOutside();
        if (!document.isDirty && random.chance(0.3)) begin(edit());
        else if (random.chance(0.7)) await followed();
        break;
    }
    if (random.chance(0.3)) await sleep(random.below(120));
  }
  await Promise.all(underWay);
  watching.dispose();
  outcome.typed = typed.size;

  const buffer = document.isDirty ? document.getText() : "";
  const all = buffer + onDisk();
  const told = (characters: Iterable<string>) => [...characters].join("");
  const lost = [...typed].filter((character) => !all.includes(character));
  if (lost.length > 0) outcome.problems.push(`typed and lost: ${told(lost)}`);
  const gone = [...written].filter((character) => !all.includes(character));
  if (gone.length > 0) outcome.problems.push(`written and lost: ${told(gone)}`);
  const there = [...refused].filter((character) => all.includes(character));
  if (there.length > 0) outcome.problems.push(`refused and there all the same: ${told(there)}`);
  if (outcome.staleLanded > 0) outcome.problems.push(`${outcome.staleLanded} stale edits landed`);
  if (all.includes("\uFFFD")) outcome.problems.push("U+FFFD was written");
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  return outcome;
}
