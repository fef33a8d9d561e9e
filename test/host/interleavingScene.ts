import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { ToolError } from "../../src/agent/errors.ts";
import type { Files, Place, TextFile } from "../../src/agent/ports.ts";
import { decodeText, encodeText } from "../../src/node/text.ts";
import type { Random } from "../deep/random.ts";

/** What came of interleavings. */
export interface Interleaved {
  edits: number;
  landed: number;
  /** Edits of a text that was no longer there when they began. */
  stale: number;
  staleLanded: number;
  typed: number;
  saves: number;
  outside: number;
  /** What was lost or should not be there, in words. */
  readonly problems: string[];
}

export function nothing(): Interleaved {
  return { edits: 0, landed: 0, stale: 0, staleLanded: 0, typed: 0, saves: 0, outside: 0, problems: [] };
}

/** The characters that the parties write: each one once, so that every single one can be looked for. All are in GBK. */
const FIRST = 0x4e00;
const STEPS = 14;
const LINES = 12;

export interface SceneOptions {
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
export class Scene {
  readonly #options: SceneOptions;
  readonly #place: Place;
  readonly #document: vscode.TextDocument;
  readonly #editor: vscode.TextEditor;
  readonly #outcome = nothing();
  /** Sent to the editor; seen in it; written by the agent or the other program; refused to the agent. */
  readonly #sent = new Set<string>();
  readonly #typed = new Set<string>();
  readonly #written = new Set<string>();
  readonly #refused = new Set<string>();
  /** What has begun and not ended. */
  readonly #underWay = new Set<Promise<unknown>>();
  /** What the agent has read, the last at the end. */
  readonly #seen: TextFile[] = [];
  #next = FIRST;

  static async open(options: SceneOptions): Promise<Scene> {
    const { path, files, encoding, ending } = options;
    const lines = Array.from({ length: LINES }, (_, i) => `const t${i} = ${i};${ending}`);
    writeFileSync(path, encodeText(lines.join(""), encoding));
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path), { encoding });
    const editor = await vscode.window.showTextDocument(document);
    return new Scene(options, { place: await files.locate(path), document, editor });
  }

  private constructor(
    options: SceneOptions,
    open: { readonly place: Place; readonly document: vscode.TextDocument; readonly editor: vscode.TextEditor },
  ) {
    this.#options = options;
    this.#place = open.place;
    this.#document = open.document;
    this.#editor = open.editor;
  }

  async play(): Promise<Interleaved> {
    const watching = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document !== this.#document) return;
      const text = document.getText();
      for (const character of this.#sent) if (text.includes(character)) this.#typed.add(character);
    });
    const { random } = this.#options;
    for (let step = 0; step < STEPS; step++) {
      await this.#step();
      if (random.chance(0.3)) await sleep(random.below(120));
    }
    await Promise.all(this.#underWay);
    await this.#followed();
    watching.dispose();
    this.#judge();
    await vscode.window.showTextDocument(this.#document);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    return this.#outcome;
  }

  async #step(): Promise<void> {
    const { random } = this.#options;
    switch (random.below(10)) {
      case 0:
        return this.#read();
      case 1:
        return this.#edit(this.#seen.at(-1));
      case 2:
        return this.#edit(this.#seen[random.below(this.#seen.length)]);
      case 3:
      case 4:
        await this.#read();
        return this.#beginOr(() => this.#edit(this.#seen.at(-1)));
      case 5:
        return this.#insert();
      case 6:
        return this.#beginOr(() => this.#insert());
      case 7:
        return this.#type();
      case 8:
        return this.#beginOr(() => this.#save());
      case 9:
        return this.#others();
    }
  }

  /** Waits for it, or goes on while it runs. */
  async #beginOr(work: () => Promise<unknown>): Promise<void> {
    const running = work();
    if (this.#options.random.chance(0.5)) {
      await running;
      return;
    }
    this.#underWay.add(running);
    void running.finally(() => this.#underWay.delete(running));
  }

  async #read(): Promise<void> {
    this.#seen.push(await this.#options.files.read(this.#place));
  }

  async #edit(base: TextFile | undefined): Promise<void> {
    if (!base) return;
    const { files, random } = this.#options;
    const character = this.#fresh();
    const text = base.text.replace(`t${random.below(LINES)}`, (name) => name + character);
    if (text === base.text) return;
    const isStale = this.#live() !== base.text;
    this.#outcome.edits++;
    if (isStale) this.#outcome.stale++;
    try {
      this.#seen.push(await files.write(this.#place, text, { expect: base.version }));
      this.#written.add(character);
      this.#outcome.landed++;
      if (isStale) this.#outcome.staleLanded++;
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      if (!/the edit is in the editor/.test(error.message)) this.#refused.add(character);
    }
  }

  async #insert(): Promise<void> {
    const character = this.#send();
    const at = new vscode.Position(this.#anyLine(), 0);
    // Refused when the text changes at the same moment: then it was not typed.
    await this.#editor.edit((builder) => builder.insert(at, character)).then(undefined, () => {});
  }

  async #type(): Promise<void> {
    const line = this.#anyLine();
    this.#editor.selection = new vscode.Selection(line, 0, line, 0);
    for (let keys = 1 + this.#options.random.below(4); keys > 0; keys--) {
      await vscode.commands.executeCommand("type", { text: this.#send() });
    }
  }

  async #save(): Promise<void> {
    this.#outcome.saves++;
    await this.#document.save();
  }

  /** Another program reads and writes the file, both at once. */
  async #others(): Promise<void> {
    const { path, encoding, ending, random } = this.#options;
    // VS Code's saves write in place: a program that reads one half done loses the rest by its own doing.
    await Promise.all(this.#underWay);
    // Under unsaved changes it makes a conflict that only the user can resolve: not in every run.
    if (this.#isUnsaved() && random.chance(0.7)) return;
    const character = this.#fresh();
    writeFileSync(path, encodeText(`// ${character}${ending}${this.#onDisk()}`, encoding));
    this.#written.add(character);
    this.#outcome.outside++;
    if (random.chance(0.3)) return this.#edit(this.#seen.at(-1));
    if (random.chance(0.7)) return this.#followed();
  }

  /** VS Code reads a changed file again a moment later. */
  async #followed(): Promise<void> {
    for (let waited = 0; waited < 1_000; waited += 20) {
      if (this.#isUnsaved() || this.#document.getText() === this.#onDisk()) return;
      await sleep(20);
    }
  }

  #judge(): void {
    const { problems } = this.#outcome;
    this.#outcome.typed = this.#typed.size;
    const all = (this.#isUnsaved() ? this.#document.getText() : "") + this.#onDisk();
    const tell = (what: string, characters: Iterable<string>, wanted: "there" | "not there") => {
      const wrong = [...characters].filter((character) => all.includes(character) !== (wanted === "there"));
      if (wrong.length > 0) problems.push(`${what}: ${wrong.join("")}`);
    };
    tell("typed and lost", this.#typed, "there");
    tell("written and lost", this.#written, "there");
    tell("refused and there all the same", this.#refused, "not there");
    if (this.#outcome.staleLanded > 0) problems.push(`${this.#outcome.staleLanded} stale edits landed`);
    if (all.includes("\uFFFD")) problems.push("U+FFFD was written");
    if (!this.#isUnsaved() && this.#document.getText() !== this.#onDisk()) problems.push("not what the editor shows");
  }

  #anyLine(): number {
    return this.#options.random.below(this.#document.lineCount);
  }

  #send(): string {
    const character = this.#fresh();
    this.#sent.add(character);
    return character;
  }

  #fresh(): string {
    return String.fromCharCode(this.#next++);
  }

  #onDisk(): string {
    const { path, encoding } = this.#options;
    return decodeText(readFileSync(path), path, encoding).text;
  }

  /** What the agent would read. */
  #live(): string {
    return this.#isUnsaved() ? this.#document.getText() : this.#onDisk();
  }

  /** As the user sees it: what is typed during a save makes a tab dirty, and not the document that extensions see. */
  #isUnsaved(): boolean {
    const wanted = this.#document.uri.toString();
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const own = tabs.filter(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === wanted);
    return this.#document.isDirty || own.some(({ isDirty }) => isDirty);
  }
}
