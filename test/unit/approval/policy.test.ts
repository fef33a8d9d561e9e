import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Action, ApprovalMode, Place } from "../../../src/agent/ports.ts";
import { isProtected, isSecret } from "../../../src/approval/paths.ts";
import { createPolicy } from "../../../src/approval/policy.ts";

const place = (path: string, inside = true): Place => ({ path, shown: path, inside, kind: "file" });
const read = (path: string, inside = true): Action => ({ kind: "read", place: place(path, inside) });
const write = (path: string, inside = true): Action => ({
  kind: "write",
  place: place(path, inside),
  change: { shown: path, path, kind: "edit", added: 1, removed: 0, hunks: [], truncated: false },
});
const move = (from: string, to: string): Action => ({ ...write(to), from: place(from) }) as Action;
const deleteFolder = (path: string): Action => ({
  kind: "write",
  place: { ...place(path), kind: "folder" },
  change: { shown: path, path, kind: "delete", files: 3, added: 0, removed: 0, hunks: [], truncated: false },
});
const command = (text: string): Action => ({ kind: "command", command: text, cwd: place("/w") });
const policy = (mode: ApprovalMode, trusted = true) => createPolicy({ mode: () => mode, trusted: () => trusted });

describe("policy", () => {
  const actions = {
    read: read("/w/a.ts"),
    "read outside": read("/etc/passwd", false),
    "read secret": read("/w/.env"),
    write: write("/w/a.ts"),
    "write outside": write("/tmp/a.ts", false),
    "write protected": write("/w/.vscode/tasks.json"),
    command: command("ls"),
    output: { kind: "read", place: { ...place("/s/outputs/c1.txt", false), isOutput: true } },
    move: move("/w/a.ts", "/w/b.ts"),
    "move of something protected": move("/w/.git/hooks/pre-commit", "/w/b"),
    "delete folder": deleteFolder("/w/src"),
  } satisfies Record<string, Action>;
  const table: Readonly<Record<ApprovalMode, string>> = {
    ask: "allow ask ask ask ask ask ask allow ask ask ask",
    edit: "allow ask ask allow ask ask ask allow allow ask ask",
    auto: "allow ask ask allow ask ask ask allow allow ask ask",
    plan: "allow ask ask deny deny deny deny allow deny deny deny",
    all: "allow allow allow allow allow allow allow allow allow allow allow",
  };
  for (const [mode, row] of Object.entries(table) as [ApprovalMode, string][]) {
    it(`${mode}: ${row}`, () => {
      const verdicts = Object.values(actions).map((action) => policy(mode).judge(action).verdict);
      assert.equal(verdicts.join(" "), row);
    });
  }

  it("runs and writes nothing in an untrusted folder, in any mode", () => {
    for (const mode of Object.keys(table) as ApprovalMode[]) {
      assert.equal(policy(mode, false).judge(actions.write).verdict, "deny");
      assert.equal(policy(mode, false).judge(actions.command).verdict, "deny");
    }
  });

  it("a file is judged by every name that it has", () => {
    const named = (action: Action, alias: string) => ({ ...action, place: { ...place("/w/conf/x"), alias } }) as Action;
    const verdict = (action: Action) => policy("edit").judge(action).verdict;
    assert.equal(verdict(named(write("/w/conf/x"), "/w/conf/y")), "allow");
    assert.equal(verdict(named(write("/w/conf/x"), "/w/.vscode/x")), "ask");
    assert.equal(verdict(named(read("/w/conf/x"), "/w/conf/y")), "allow");
    assert.equal(verdict(named(read("/w/conf/x"), "/w/.env")), "ask");
  });

  it("a grant covers exactly what it says", () => {
    const p = policy("ask");
    p.grant(command("npm test"));
    p.grant(write("/w/a.ts"));
    p.grant(read("/etc/hosts", false));
    const verdict = (action: Action) => p.judge(action).verdict;
    assert.equal(verdict(command("npm test")), "allow");
    assert.equal(verdict(command("npm test; rm x")), "ask");
    assert.equal(verdict(command("npm  test")), "ask");
    assert.equal(verdict({ ...command("npm test"), cwd: place("/w/sub") } as Action), "ask");
    assert.equal(verdict(write("/w/b.ts")), "allow");
    assert.equal(verdict(write("/w/.git/config")), "ask");
    assert.equal(verdict(write("/tmp/x", false)), "ask");
    assert.equal(verdict(move("/w/a.ts", "/w/b.ts")), "allow");
    assert.equal(verdict(move("/w/.git/config", "/w/b.ts")), "ask");
    assert.equal(verdict(deleteFolder("/w/src")), "ask");
    p.grant(deleteFolder("/w/src"));
    assert.equal(verdict(deleteFolder("/w/src")), "allow");
    assert.equal(verdict(deleteFolder("/w/lib")), "ask");
    assert.equal(verdict(read("/etc/hosts", false)), "allow");
    assert.equal(verdict(read("/etc/passwd", false)), "ask");
  });

  it("judges a folder by the files that come or go with it", () => {
    const p = policy("edit");
    const brings = (below: readonly string[]): Action => ({ ...move("/w/a", "/w/.github"), below }) as Action;
    assert.equal(p.judge(brings(["/w/a/x.md", "/w/.github/x.md"])).verdict, "allow");
    const workflow = brings(["/w/a/workflows/x.yml", "/w/.github/workflows/x.yml"]);
    p.grant(write("/w/a.ts"));
    assert.equal(p.judge(workflow).verdict, "ask");
    assert.equal(p.judge(brings(["/w/a/.env", "/w/.github/.env"])).verdict, "ask");
    p.grant(workflow);
    assert.equal(p.judge(workflow).verdict, "allow");
    assert.equal(p.judge(write("/w/.github/workflows/x.yml")).verdict, "ask");
  });

  it("knows protected and secret paths in their spellings", () => {
    for (const path of [
      "/w/.git/hooks/x",
      "/w/.GIT/config",
      "C:\\w\\.vscode\\settings.json",
      "/w/sub/PACKAGE.JSON",
      "/w/.github/workflows/ci.yml",
      "/w/AGENTS.md",
      "/w/x.code-workspace",
      "/w/.vscode./tasks.json",
    ]) {
      assert.ok(isProtected(path), path);
    }
    for (const path of ["/w/src/git/x.ts", "/w/gitignore", "/w/.github/CODEOWNERS", "/w/package.json.ts"]) {
      assert.ok(!isProtected(path), path);
    }
    for (const path of ["/w/.env", "/w/.env.local", "/h/.ssh/config", "/w/server.pem", "/w/ID_RSA"]) {
      assert.ok(isSecret(path), path);
    }
    const known = [".envrc", ".git-credentials", ".pypirc", "id_ed25519_work", ".docker/config.json", ".kube/config"];
    for (const path of known) assert.ok(isSecret(`/w/${path}`), path);
    for (const path of [".devcontainer/devcontainer.json", "lefthook.yml", ".pre-commit-config.yaml"]) {
      assert.ok(isProtected(`/w/${path}`), path);
    }
    const open = [".env.example", "environment.ts", "keys.ts", "id_rsa.pub", ".docker/Dockerfile", "x/kube/config"];
    for (const path of open) assert.ok(!isSecret(`/w/${path}`), path);
  });
});
