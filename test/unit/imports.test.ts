import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, it } from "mocha";

/** Which folders of `src/` each folder may import; "(types)" allows `import type` only. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  protocol: ["agent (types)"],
  agent: [],
  edit: ["agent (types)"],
  approval: ["agent (types)"],
  tools: ["agent", "edit"],
  mimo: ["agent"],
  sessions: ["agent"],
  node: ["agent", "edit", "approval", "sessions"],
  headless: ["agent", "edit", "tools", "approval", "mimo", "sessions", "node", "protocol"],
  host: ["agent", "edit", "tools", "approval", "mimo", "sessions", "node", "protocol"],
  webview: ["protocol (types)", "agent (types)"],
  ".": ["agent", "edit", "tools", "approval", "mimo", "sessions", "node", "protocol", "host"],
};

/** Packages and Node modules each folder may import. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  protocol: /^zod$/,
  agent: /^zod$/,
  edit: /^diff$/,
  approval: /^ignore$/,
  tools: /^zod$/,
  mimo: /^(zod|openai)$/,
  sessions: /^zod$/,
  node: /^(zod|ignore|iconv-lite|node:.*)$/,
  headless: /^(zod|node:.*)$/,
  host: /^(zod|vscode|node:.*)$/,
  webview: /^(preact(\/.*)?|@preact\/signals|marked|dompurify|highlight\.js(\/.*)?)$/,
  ".": /^(vscode)$/,
};

const root = join(import.meta.dirname, "../../src");
const IMPORT = /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|import\(\s*"([^"]+)"\s*\)/gm;

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(folder, path));
}

function folderOf(path: string): string {
  const parts = relative(root, path).split(sep);
  return parts.length === 1 ? "." : (parts[0] ?? ".");
}

function violations(path: string): string[] {
  const from = folderOf(path);
  const found: string[] = [];
  for (const [, type, target = "", dynamic] of readFileSync(path, "utf8").matchAll(IMPORT)) {
    const name = dynamic ?? target;
    const said = `${relative(root, path)} imports ${name}`;
    if (!name.startsWith(".")) {
      if (!PACKAGES[from]?.test(name)) found.push(said);
      continue;
    }
    const to = folderOf(join(path, "..", name));
    const allowed = FOLDERS[from] ?? [];
    if (to === from || allowed.includes(to) || (type && allowed.includes(`${to} (types)`))) continue;
    found.push(said);
  }
  return found;
}

describe("the house", () => {
  it("imports run one way", () => {
    const files = sources(root);
    assert.ok(files.length > 20);
    assert.deepEqual(files.flatMap(violations), []);
  });

  it("a forbidden import is seen", () => {
    const line = 'import { readFile } from "node:fs/promises";\nimport type { Uri } from "vscode";';
    const names = [...line.matchAll(IMPORT)].map((match) => match[2]);
    assert.deepEqual(names, ["node:fs/promises", "vscode"]);
    assert.equal(PACKAGES.agent?.test("vscode"), false);
  });

  it("no file is longer than 400 lines", () => {
    const long = sources(root).filter((path) => readFileSync(path, "utf8").split("\n").length > 401);
    assert.deepEqual(long, []);
  });
});
