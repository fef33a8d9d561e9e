import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import type { Files, Place } from "../../../src/agent/ports.ts";
import type { Plan } from "../../../src/agent/tool.ts";
import { joined, splitPath, wholePath } from "../../../src/tools/wholePaths.ts";
import { workbench } from "./bench.ts";

const toolError = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ToolError, String(error));
  assert.match(error.message, words);
  return true;
};

const write = ({ actions }: Plan) => {
  const [action] = actions;
  assert.ok(action?.kind === "write" && actions.length === 1);
  return action;
};

const read = (folder: string, path: string) => readFileSync(join(folder, path), "utf8");

describe("move_path", () => {
  it("renames a file, says so before, and knows it by its new name after", async () => {
    const { folder, env, plan, call } = workbench({ "src/a.ts": "one\n" });
    await call("read_file", { path: "src/a.ts" });
    const planned = await plan("move_path", { from: "src/a.ts", to: "lib/deep/b.ts" });
    const action = write(planned);
    assert.deepEqual([action.from?.shown, action.place.shown, action.below], ["src/a.ts", "lib/deep/b.ts", undefined]);
    assert.deepEqual(action.change, {
      shown: "lib/deep/b.ts",
      path: join(folder, "lib/deep/b.ts"),
      kind: "move",
      from: "src/a.ts",
      files: undefined,
      added: 0,
      removed: 0,
      hunks: [],
      truncated: false,
    });
    assert.ok(existsSync(join(folder, "src/a.ts")));
    assert.equal(await planned.run(), "Moved src/a.ts to lib/deep/b.ts.");
    assert.deepEqual([existsSync(join(folder, "src/a.ts")), read(folder, "lib/deep/b.ts")], [false, "one\n"]);
    assert.deepEqual([...env.seen.keys()], [join(folder, "lib/deep/b.ts")]);
    // What was read under the old name can be replaced under the new one.
    assert.equal(
      await call("write_file", { path: "lib/deep/b.ts", content: "two\n" }),
      "Replaced lib/deep/b.ts (+1 -1).",
    );
  });

  it("moves a folder with all that is in it", async () => {
    const { folder, env, plan, call } = workbench({ "src/a.ts": "a", "src/b/c.ts": "c", "src2/d.ts": "d" });
    await call("read_file", { path: "src/b/c.ts" });
    await call("read_file", { path: "src2/d.ts" });
    const planned = await plan("move_path", { from: "src", to: "lib/" });
    const { change, below } = write(planned);
    assert.deepEqual([change.kind, change.files, change.shown], ["move", 2, "lib"]);
    assert.deepEqual(
      below,
      ["src/a.ts", "lib/a.ts", "src/b/c.ts", "lib/b/c.ts"].map((path) => join(folder, path)),
    );
    assert.equal(await planned.run(), "Moved src to lib (2 files).");
    assert.deepEqual(readdirSync(folder).sort(), ["lib", "src2"]);
    assert.equal(read(folder, "lib/b/c.ts"), "c");
    assert.deepEqual([...env.seen.keys()].sort(), [join(folder, "lib/b/c.ts"), join(folder, "src2/d.ts")]);
  });

  it("can change the case of a name alone", async () => {
    const { folder, call } = workbench({ "readme.md": "x" });
    assert.equal(await call("move_path", { from: "readme.md", to: "README.md" }), "Moved readme.md to README.md.");
    assert.deepEqual(readdirSync(folder), ["README.md"]);
  });

  const refused: [string, string, RegExp][] = [
    ["a.ts", "b.ts", /^b\.ts is there already; nothing was moved/],
    ["a.ts", "sub", /^sub is a folder\. To move it there, give the path sub\/a\.ts\./],
    ["a.ts", "new/", /^new\/ names a folder\. To move it there, give the path new\/a\.ts\./],
    ["a.ts", "a.ts", /^a\.ts is there already/],
    ["a.ts", "./sub/../a.ts", /^a\.ts is there already/],
    ["sub", "sub/in", /cannot be moved into itself/],
    ["gone.ts", "x.ts", /^gone\.ts does not exist/],
    [".", "x", /is a workspace folder, or holds one/],
    ["..", "x", /is a workspace folder, or holds one/],
    ["a.ts", ".git/hooks/x", /belongs to git/],
    [".git", "x", /belongs to git/],
    ["link", "x", /^link is a link to sub\./],
    ["a.ts", "dangling", /^dangling is a link to nowhere\./],
    ["a.ts", "b.ts/x", /a file stands where a folder should/],
  ];
  for (const [from, to, words] of refused) {
    it(`${from} to ${to} is refused`, async () => {
      const { folder, call } = workbench({ "a.ts": "a", "b.ts": "b", "sub/c.ts": "c", ".git/config": "x" });
      symlinkSync("sub", join(folder, "link"));
      symlinkSync("nowhere", join(folder, "dangling"));
      const before = readdirSync(folder, { recursive: true }).sort();
      await assert.rejects(call("move_path", { from, to }), toolError(words));
      assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), before);
    });
  }

  it("takes along nothing that was not judged with it, and no repository", async () => {
    const { folder, plan, call } = workbench({ "src/a.ts": "a", "clone/b.ts": "b", "clone/.git/HEAD": "x" });
    const { run } = await plan("move_path", { from: "src", to: "lib" });
    writeFileSync(join(folder, "src/package.json"), "{}");
    await assert.rejects(run(), toolError(/^What src holds has changed meanwhile; nothing was moved/));
    await assert.rejects(call("move_path", { from: "clone", to: "c" }), toolError(/^clone holds a git repository/));
    assert.deepEqual(readdirSync(folder).sort(), ["clone", "src"]);
  });

  it("overwrites nothing that came meanwhile", async () => {
    const { folder, plan } = workbench({ "a.ts": "a" });
    const { run } = await plan("move_path", { from: "a.ts", to: "b.ts" });
    writeFileSync(join(folder, "b.ts"), "theirs");
    await assert.rejects(run(), toolError(/b\.ts is there already/));
    assert.deepEqual([read(folder, "a.ts"), read(folder, "b.ts")], ["a", "theirs"]);
  });
});

describe("delete_path", () => {
  it("shows the text that goes", async () => {
    const { folder, env, plan, call } = workbench({ "a.ts": "one\ntwo\n", "b.bin": new Uint8Array([0, 1, 2]) });
    await call("read_file", { path: "a.ts" });
    const planned = await plan("delete_path", { path: "a.ts" });
    const { change, place } = write(planned);
    assert.deepEqual(
      [place.kind, change.kind, change.added, change.removed, change.files],
      ["file", "delete", 0, 2, undefined],
    );
    assert.deepEqual(
      change.hunks.flatMap(({ lines }) => lines),
      [
        { sign: "-", text: "one" },
        { sign: "-", text: "two" },
      ],
    );
    assert.equal(await planned.run(), "Deleted a.ts.");
    assert.deepEqual([readdirSync(folder), env.seen.size], [["b.bin"], 0]);
    assert.equal(await call("delete_path", { path: "b.bin" }), "Deleted b.bin.");
    assert.deepEqual(readdirSync(folder), []);
  });

  it("deletes a folder, but not what came into it meanwhile", async () => {
    const { folder, plan, call } = workbench({ "src/a.ts": "a", "src/b/c.ts": "c", "empty/x/y.ts": "" });
    const planned = await plan("delete_path", { path: "src/" });
    const { change, below } = write(planned);
    assert.deepEqual(
      [change.kind, change.files, below],
      ["delete", 2, [join(folder, "src/a.ts"), join(folder, "src/b/c.ts")]],
    );
    writeFileSync(join(folder, "src/new.ts"), "theirs");
    await assert.rejects(planned.run(), toolError(/^What src holds has changed meanwhile; nothing was deleted/));
    assert.equal(read(folder, "src/a.ts"), "a");
    assert.equal(await call("delete_path", { path: "src" }), "Deleted src (3 files).");
    await call("delete_path", { path: "empty/x/y.ts" });
    assert.equal(await call("delete_path", { path: "empty" }), "Deleted empty (no files in it).");
    assert.deepEqual(readdirSync(folder), []);
  });

  it("throws away nothing that nobody has seen", async () => {
    const { folder, plan, call } = workbench({ "a.ts": "a", "b.ts": "b" });
    await call("read_file", { path: "a.ts" });
    writeFileSync(join(folder, "a.ts"), "theirs");
    await assert.rejects(call("delete_path", { path: "a.ts" }), toolError(/has changed since you saw it/));
    const { run } = await plan("delete_path", { path: "b.ts" });
    writeFileSync(join(folder, "b.ts"), "theirs");
    await assert.rejects(run(), toolError(/has changed since you saw it; nothing was deleted/));
    const again = await plan("delete_path", { path: "b.ts" });
    writeFileSync(join(folder, "b.ts"), "no text\0any more");
    await assert.rejects(again.run(), toolError(/has changed since you saw it; nothing was deleted/));
    assert.deepEqual([read(folder, "a.ts"), read(folder, "b.ts")], ["theirs", "no text\0any more"]);
  });

  it("refuses what is too much, a repository, a link and the workspace itself", async () => {
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`many/f${i}`, ""]));
    const { folder, call } = workbench({ ...many, "clone/.git/HEAD": "x", "clone/a.ts": "", "sub/in/a.ts": "" });
    symlinkSync("sub", join(folder, "link"));
    mkdirSync(join(folder, "other"));
    symlinkSync("../sub/in", join(folder, "other/in"));
    const table: [string, RegExp][] = [
      ["many", /holds more than 1000 files/],
      ["clone", /holds a git repository/],
      ["clone/.git/HEAD", /belongs to git/],
      ["link", /is a link to sub/],
      ["link/", /is a link to sub/],
      ["other/in", /is a link to sub\/in/],
      [".", /is a workspace folder, or holds one/],
      [folder, /is a workspace folder, or holds one/],
      ["/", /is a workspace folder, or holds one/],
      ["nope", /nope does not exist/],
    ];
    const before = readdirSync(folder, { recursive: true }).length;
    for (const [path, words] of table) await assert.rejects(call("delete_path", { path }), toolError(words), path);
    assert.equal(readdirSync(folder, { recursive: true }).length, before);
    // Through a linked folder it is the file behind it, and shown as that.
    assert.equal(await call("delete_path", { path: "link/in/a.ts" }), "Deleted sub/in/a.ts.");
  });
});

describe("create_folder", () => {
  it("creates it with those above it, and minds none that is there", async () => {
    const { folder, plan, call } = workbench({ "a.ts": "" });
    const planned = await plan("create_folder", { path: "x/y/" });
    assert.deepEqual(write(planned).change, {
      shown: "x/y",
      path: join(folder, "x/y"),
      kind: "folder",
      added: 0,
      removed: 0,
      hunks: [],
      truncated: false,
    });
    assert.equal(await planned.run(), "Created x/y.");
    assert.deepEqual(readdirSync(join(folder, "x")), ["y"]);
    assert.equal(await call("create_folder", { path: "x/y" }), "x/y is there already.");
    await assert.rejects(call("create_folder", { path: "a.ts" }), toolError(/is there already, and is no folder/));
    await assert.rejects(call("create_folder", { path: "a.ts/x" }), toolError(/a file stands where/));
    await assert.rejects(call("create_folder", { path: ".git/x" }), toolError(/belongs to git/));
  });
});

describe("paths of Windows", () => {
  it("are taken apart and put together", () => {
    const parts: [string, string, string][] = [
      ["C:\\w\\src\\a.ts", "C:\\w\\src\\", "a.ts"],
      ["C:\\w\\src\\", "C:\\w\\", "src"],
      ["src/lib\\a.ts", "src/lib\\", "a.ts"],
      ["C:\\a.ts", "C:\\", "a.ts"],
      ["a.ts", ".", "a.ts"],
      ["/", ".", ""],
    ];
    for (const [path, parent, name] of parts) assert.deepEqual(splitPath(path), { parent, name }, path);
    assert.equal(joined("C:\\w", "a.ts"), "C:\\w\\a.ts");
    assert.equal(joined("C:\\", "a.ts"), "C:\\a.ts");
    assert.equal(joined("/w", "a.ts"), "/w/a.ts");
    assert.equal(joined("/", "a.ts"), "/a.ts");
  });

  /** Files of a disk of Windows, as far as names go: `D:\app` and `D:\lib` are the workspace folders. */
  function windows(): Pick<Files, "locate"> {
    const there: Record<string, Place["kind"]> = {
      "d:\\app": "folder",
      "d:\\lib": "folder",
      "d:\\app\\src\\a.ts": "file",
      "d:\\app\\.git": "folder",
    };
    const shownOf = (path: string) => path.replace(/^D:\\/i, "").replaceAll("\\", "/");
    return {
      locate: async (path) => {
        const whole = /^[a-z]:/i.test(path) ? path : `D:\\${path === "." || path === "" ? "app" : path}`;
        const real = whole.replaceAll("/", "\\").replace(/\\$/, "");
        const shown = path === "." ? "." : shownOf(real);
        return { path: real, shown, inside: true, kind: there[real.toLowerCase()] ?? "missing" };
      },
    };
  }

  it("go by the same rules", async () => {
    const { env } = workbench();
    const here = { ...env, files: { ...env.files, ...windows() } };
    const whole = (path: string) => wholePath(path, here, new AbortController().signal);
    assert.equal((await whole("app\\src\\a.ts")).path, "D:\\app\\src\\a.ts");
    assert.equal((await whole("D:\\app\\src/A.TS")).path, "D:\\app\\src\\A.TS");
    await assert.rejects(whole("app"), toolError(/is a workspace folder/));
    await assert.rejects(whole("lib"), toolError(/is a workspace folder/));
    await assert.rejects(whole("D:\\lib"), toolError(/is a workspace folder/));
    await assert.rejects(whole("app\\.git"), toolError(/belongs to git/));
  });
});
