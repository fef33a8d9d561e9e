import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { createFacts } from "../../../src/node/facts.ts";
import { parseStatus } from "../../../src/node/git.ts";
import { readInstructions } from "../../../src/node/instructions.ts";
import { temporaryFolder } from "./temporary.ts";

const clock = { now: () => new Date(2026, 10, 3, 23, 59) };

function factsOf(path: string, options: { trusted?: boolean; more?: string } = {}) {
  const { trusted = true, more } = options;
  const roots = [{ name: "app", path }, ...(more ? [{ name: "lib", path: more }] : [])];
  const facts = createFacts({ roots: () => roots, shellName: () => "bash", clock, trusted: () => trusted });
  return facts.read({ signal: AbortSignal.timeout(5_000) });
}

function repository(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(files);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=b", ...args], { cwd: folder });
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  return folder;
}

describe("facts of the workspace", function () {
  this.timeout(10_000);
  this.retries(2);

  it("come in a fixed order", async () => {
    const folder = temporaryFolder();
    const facts = await factsOf(folder);
    assert.deepEqual([...facts.keys()], ["Folder", "System", "Shell", "Date"]);
    assert.equal(facts.get("Folder"), folder);
    assert.equal(facts.get("Shell"), "bash");
    assert.equal(facts.get("Date"), "2026-11-03");
  });

  it("tell the branch and how much changed", async () => {
    const folder = repository({ "a.txt": "a", "b.txt": "b" });
    assert.equal((await factsOf(folder)).get("Git"), "branch main, clean");
    writeFileSync(join(folder, "a.txt"), "changed");
    assert.equal((await factsOf(folder)).get("Git"), "branch main, 1 changed file");
    writeFileSync(join(folder, "new.txt"), "");
    execFileSync("git", ["mv", "b.txt", "c.txt"], { cwd: folder });
    assert.equal((await factsOf(folder)).get("Git"), "branch main, 3 changed files");
    execFileSync("git", ["checkout", "-q", "--detach"], { cwd: folder });
    assert.match((await factsOf(folder)).get("Git") ?? "", /^no branch, at [0-9a-f]{8}, 3 changed files$/);
    const many = await factsOf(folder, { more: repository({ x: "" }) });
    assert.match(many.get("Git") ?? "", /^app no branch.*; lib branch main, clean$/);
    assert.match(many.get("Folders") ?? "", /^app \(.*\), lib \(.*\)$/);
  });

  it("run no program that the folder brings along, and none at all when it is not trusted", async () => {
    const folder = repository({ "a.txt": "a", evil: `#!/bin/sh\ntouch ${"$"}(dirname "$0")/RAN\n` });
    chmodSync(join(folder, "evil"), 0o755);
    symlinkSync("evil", join(folder, "git"));
    execFileSync("git", ["config", "core.fsmonitor", join(folder, "evil")], { cwd: folder });
    execFileSync("git", ["config", "core.hooksPath", folder], { cwd: folder });
    const path = process.env.PATH;
    process.env.PATH = `${folder}:${path}`;
    try {
      assert.match((await factsOf(folder)).get("Git") ?? "", /^branch main/);
      assert.equal((await factsOf(folder, { trusted: false })).has("Git"), false);
    } finally {
      process.env.PATH = path;
    }
    assert.equal(existsSync(join(folder, "RAN")), false);
  });

  it("do not say that a repository is gone when git takes too long", async () => {
    const slow = temporaryFolder({ git: "#!/bin/sh\nexec sleep 20\n" });
    chmodSync(join(slow, "git"), 0o755);
    const folder = repository({ "a.txt": "a" });
    const path = process.env.PATH;
    process.env.PATH = `${slow}:${path}`;
    try {
      assert.equal((await factsOf(folder)).get("Git"), "not known, git did not answer in time");
    } finally {
      process.env.PATH = path;
    }
    const roots = () => [{ name: "app", path: folder }];
    const facts = createFacts({ roots, shellName: () => "bash", clock, trusted: () => true });
    assert.equal((await facts.read({ signal: AbortSignal.timeout(5_000) })).get("Git"), "branch main, clean");
    assert.equal((await facts.read({ signal: AbortSignal.abort() })).get("Git"), "branch main, clean");
  });

  it("read git's answer whatever the paths are called", () => {
    const entries = [
      "# branch.oid (initial)",
      "# branch.head dev",
      "2 R. N... x",
      "? old name",
      "? # branch.head evil",
      "",
    ];
    assert.deepEqual(parseStatus(entries.join("\0")), { branch: "dev", commit: undefined, changed: 2 });
  });
});

describe("instruction files", () => {
  const read = (path: string, options: { trusted?: boolean; user?: string } = {}) =>
    readInstructions({ roots: [{ name: "app", path }], trusted: options.trusted ?? true, user: options.user });

  it("takes the first that says anything, and the user's own", async () => {
    const folder = temporaryFolder({
      "AGENTS.md": " \n",
      "CLAUDE.md": "Use tabs.\n",
      ".github/copilot-instructions.md": "no",
    });
    const user = join(temporaryFolder({ "mine.md": "Be brief." }), "mine.md");
    assert.equal(await read(folder), "Instructions of the workspace (CLAUDE.md):\nUse tabs.");
    assert.equal(
      await read(folder, { user }),
      "The user's own instructions:\nBe brief.\n\nInstructions of the workspace (CLAUDE.md):\nUse tabs.",
    );
    assert.equal(await read(folder, { user, trusted: false }), "The user's own instructions:\nBe brief.");
    assert.equal(await read(temporaryFolder(), { user: join(folder, "none.md") }), "");
  });

  it("caps them and says so, between characters", async () => {
    const folder = temporaryFolder({ "AGENTS.md": `a${"好".repeat(20_000)}` });
    const text = await read(folder);
    assert.match(text, /好\n\[cut after 32768 of 60001 bytes; the rest is in AGENTS\.md\]$/);
    assert.ok(!text.includes("\uFFFD"));
  });

  it("reads no link that leads out, no pipe, no binary", async () => {
    const outside = temporaryFolder({ "secret.md": "SECRET" });
    const folder = temporaryFolder();
    symlinkSync(join(outside, "secret.md"), join(folder, "AGENTS.md"));
    const text = await read(folder);
    assert.equal(text, "[AGENTS.md was not read: it is a link that leads out of the folder.]");
    const piped = temporaryFolder({ "CLAUDE.md": Uint8Array.of(1, 0, 2) });
    execFileSync("mkfifo", [join(piped, "AGENTS.md")]);
    assert.match(await read(piped), /CLAUDE\.md was not read: it is a binary file/);
    const inside = temporaryFolder({ "docs/agents.md": "Here." });
    symlinkSync("docs/agents.md", join(inside, "AGENTS.md"));
    assert.match(await read(inside), /Here\.$/);
  });
});
