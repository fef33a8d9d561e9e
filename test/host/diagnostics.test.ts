import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { StoppedError } from "../../src/agent/errors.ts";
import type { Diagnostic } from "../../src/agent/ports.ts";
import { createDiagnostics } from "../../src/host/diagnostics.ts";
import { workspaceRoots } from "../../src/host/workspace.ts";
import { locate } from "../../src/node/places.ts";

const FOLDER = "mimo-diagnostics-test";
const WRONG = 'export const n: number = "text";\n';
const RIGHT = "export const n: number = 1;\n";

describe("what the editor's language servers report", function () {
  this.timeout(90_000);
  const diagnostics = createDiagnostics();
  let root: string;

  before(() => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(folder, "a folder is open");
    root = folder;
    mkdirSync(join(root, FOLDER));
    writeFileSync(join(root, FOLDER, "tsconfig.json"), '{ "compilerOptions": { "strict": true } }');
    writeFileSync(join(root, FOLDER, "shown.ts"), RIGHT);
  });
  beforeEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));
  after(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(join(root, FOLDER), { recursive: true, force: true });
  });

  async function read(path: string, signal = new AbortController().signal): Promise<readonly Diagnostic[]> {
    return diagnostics.read(await locate(path, workspaceRoots()), { signal });
  }

  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).map(({ label }) => label);
  const brief = (found: readonly Diagnostic[]) =>
    found.map(({ shown, line, column, severity, source, code }) => [shown, line, column, severity, source, code]);
  const wrong = (name: string) => [`${FOLDER}/${name}`, 1, 14, "error", "ts", "2322"];

  it("a file that no tab shows is checked behind the others, and its tab is closed again", async () => {
    writeFileSync(join(root, FOLDER, "closed.ts"), WRONG);
    const shown = await vscode.window.showTextDocument(vscode.Uri.file(join(root, FOLDER, "shown.ts")));
    const seen: (string | undefined)[] = [];
    const watch = vscode.window.onDidChangeActiveTextEditor((editor) => seen.push(editor?.document.fileName));
    const [both] = await Promise.all([read(`${FOLDER}/closed.ts`), read(`${FOLDER}/closed.ts`)]);
    watch.dispose();
    assert.deepEqual(brief(both), [wrong("closed.ts")]);
    assert.match(both[0]?.message ?? "", /Type 'string' is not assignable to type 'number'/);
    assert.deepEqual(tabs(), ["shown.ts"]);
    assert.deepEqual(seen, []);
    assert.equal(vscode.window.activeTextEditor?.document, shown.document);
  });

  it("a file that was checked behind the others and then put right is not reported wrong for ever", async () => {
    const path = join(root, FOLDER, "mended.ts");
    writeFileSync(path, WRONG);
    assert.deepEqual(brief(await read(`${FOLDER}/mended.ts`)), [wrong("mended.ts")]);
    writeFileSync(path, RIGHT);
    writeFileSync(join(root, FOLDER, "closed.ts"), RIGHT);
    assert.deepEqual(await read(FOLDER), []);
    assert.deepEqual(tabs(), []);
  });

  it("with no editor open too, and a file without problems has none", async () => {
    writeFileSync(join(root, FOLDER, "clean.ts"), RIGHT);
    writeFileSync(join(root, FOLDER, "plain.txt"), "text\n");
    assert.deepEqual(await read(`${FOLDER}/clean.ts`), []);
    assert.deepEqual(await read(`${FOLDER}/plain.txt`), []);
    assert.deepEqual(tabs(), []);
  });

  it("what was just written is judged, not the text before", async () => {
    const path = join(root, FOLDER, "edited.ts");
    writeFileSync(path, RIGHT);
    await vscode.window.showTextDocument(vscode.Uri.file(path));
    assert.deepEqual(await read(`${FOLDER}/edited.ts`), []);
    writeFileSync(path, `\n${WRONG}`);
    assert.deepEqual(brief(await read(`${FOLDER}/edited.ts`)), [[`${FOLDER}/edited.ts`, 2, 14, "error", "ts", "2322"]]);
    writeFileSync(path, RIGHT);
    assert.deepEqual(await read(FOLDER), []);
    writeFileSync(path, WRONG);
    assert.deepEqual(brief(await read(FOLDER)), [wrong("edited.ts")]);
    assert.deepEqual(brief(await read(".")), [wrong("edited.ts")]);
    assert.deepEqual(await read("src"), []);
    assert.deepEqual(tabs(), ["edited.ts"]);
  });

  it("reports come worst first, and none of files that may hold secrets", async () => {
    const made = vscode.languages.createDiagnosticCollection("test");
    const report = (line: number, severity: vscode.DiagnosticSeverity) => {
      const found = new vscode.Diagnostic(new vscode.Range(line, 0, line, 1), "m", severity);
      found.source = "lint";
      found.code = { value: "rule", target: vscode.Uri.parse("https://example.com") };
      return found;
    };
    const { Error: bad, Warning: warning, Hint: hint } = vscode.DiagnosticSeverity;
    const uri = (name: string) => vscode.Uri.file(join(root, FOLDER, "lint", name));
    mkdirSync(join(root, FOLDER, "lint"));
    writeFileSync(uri("shown.ts").fsPath, RIGHT);
    writeFileSync(uri(".env").fsPath, "A=1\n");
    made.set(uri("shown.ts"), [report(4, hint), report(3, warning), report(2, bad)]);
    made.set(uri(".env"), [report(0, bad)]);
    made.set(uri("gone.ts"), [report(0, bad)]);
    try {
      const line = (n: number, severity: string) => [`${FOLDER}/lint/shown.ts`, n, 1, severity, "lint", "rule"];
      assert.deepEqual(brief(await read(`${FOLDER}/lint`)), [line(3, "error"), line(4, "warning"), line(5, "hint")]);
    } finally {
      made.dispose();
    }
  });

  describe("after an edit", () => {
    async function newsOf(name: string, after: string, signal = new AbortController().signal) {
      const place = await locate(`${FOLDER}/${name}`, workspaceRoots());
      const watch = diagnostics.watch([place]);
      writeFileSync(join(root, FOLDER, name), after);
      return watch.news({ signal });
    }
    const OLD = 'export const old: number = "old";\n';

    it("what is new in a file that is shown, wherever what was wrong before has gone", async () => {
      const path = join(root, FOLDER, "watched.ts");
      writeFileSync(path, `${RIGHT}${OLD}`);
      await vscode.window.showTextDocument(vscode.Uri.file(path));
      assert.equal((await read(`${FOLDER}/watched.ts`)).length, 1);
      const found = await newsOf("watched.ts", `// first\n${WRONG}// third\n${OLD}`);
      assert.deepEqual(brief(found), [[`${FOLDER}/watched.ts`, 2, 14, "error", "ts", "2322"]]);
      // What is still wrong is no news, and what was mended neither.
      assert.deepEqual(await newsOf("watched.ts", `${WRONG}${OLD}`), []);
      assert.deepEqual(await newsOf("watched.ts", `${RIGHT}`), []);
      assert.deepEqual(tabs(), ["watched.ts"]);
    });

    it("what is new in a file that no tab shows, which is closed again", async () => {
      const path = join(root, FOLDER, "unseen.ts");
      writeFileSync(path, `import { gone } from "./nowhere";\n${RIGHT}`);
      const first = await newsOf("unseen.ts", `import { gone } from "./nowhere";\n${WRONG}`);
      assert.deepEqual(brief(first), [[`${FOLDER}/unseen.ts`, 2, 14, "error", "ts", "2322"]]);
      assert.deepEqual(tabs(), []);
      const second = await newsOf("unseen.ts", `${WRONG}missing();\n`);
      assert.deepEqual(brief(second), [[`${FOLDER}/unseen.ts`, 2, 1, "error", "ts", "2304"]]);
      const created = await newsOf("created.ts", WRONG);
      assert.deepEqual(brief(created), [wrong("created.ts")]);
      assert.deepEqual(tabs(), []);
    });

    it("nothing of what nobody checks, which is not opened either", async () => {
      const opened: string[] = [];
      const watch = vscode.workspace.onDidOpenTextDocument(({ fileName }) => opened.push(fileName));
      assert.deepEqual(await newsOf("notes.unchecked", "text\n"), []);
      assert.deepEqual(await newsOf(".env", "A=1\n"), []);
      watch.dispose();
      assert.deepEqual(opened, []);
    });

    it("nothing once the task is stopped", async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      await assert.rejects(newsOf("stopped.ts", WRONG, stop.signal), StoppedError);
    });
  });

  it("a stopped task waits for nobody, and leaves no tab behind", async () => {
    writeFileSync(join(root, FOLDER, "stopped.ts"), WRONG);
    const stop = new AbortController();
    const reading = read(`${FOLDER}/stopped.ts`, stop.signal);
    setTimeout(() => stop.abort(), 100);
    await assert.rejects(reading, StoppedError);
    assert.deepEqual(tabs(), []);
  });
});
