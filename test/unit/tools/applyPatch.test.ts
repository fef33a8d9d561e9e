import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import { wireTools } from "../../../src/agent/tool.ts";
import { allTools } from "../../../src/tools/all.ts";
import { EVERYTHING, workbench } from "./bench.ts";

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
  throw new Error("did not fail");
}

const patch = (...lines: string[]) => ({ patch: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n") });

describe("apply_patch", () => {
  it("is understood but not offered", () => {
    assert.ok(allTools(EVERYTHING).some(({ name }) => name === "apply_patch"));
    assert.ok(!wireTools(allTools(EVERYTHING)).some((tool) => tool.function.name === "apply_patch"));
  });

  it("declares every file before anything is written, then does them in order", async () => {
    const { folder, plan } = workbench({ "a.ts": "one\ntwo\n", "b.ts": "b\n", "c.ts": "c\n" });
    const { actions, run } = await plan(
      "apply_patch",
      patch(
        "*** Update File: a.ts",
        "@@",
        "-two",
        "+2",
        "*** Add File: n/new.ts",
        "+new",
        "*** Delete File: b.ts",
        "*** Update File: c.ts",
        "*** Move to: n/c.ts",
        "@@",
        "-c",
        "+C",
      ),
    );
    assert.deepEqual(
      actions.map((action) => action.kind === "write" && [action.change.kind, action.place.shown, action.from?.shown]),
      [
        ["edit", "a.ts", undefined],
        ["create", "n/new.ts", undefined],
        ["delete", "b.ts", undefined],
        ["move", "n/c.ts", "c.ts"],
      ],
    );
    assert.deepEqual(
      ["a.ts", "b.ts", "c.ts"].map((name) => readFileSync(join(folder, name), "utf8")),
      ["one\ntwo\n", "b\n", "c\n"],
    );
    assert.equal(
      await run(),
      [
        "Edited a.ts: 1 place (+1 -1).",
        "Created n/new.ts (1 line).",
        "Deleted b.ts.",
        "Moved c.ts to n/c.ts and edited it (+1 -1).",
      ].join("\n"),
    );
    assert.deepEqual(
      ["a.ts", "n/new.ts", "n/c.ts"].map((name) => readFileSync(join(folder, name), "utf8")),
      ["one\n2\n", "new\n", "C\n"],
    );
    assert.deepEqual([existsSync(join(folder, "b.ts")), existsSync(join(folder, "c.ts"))], [false, false]);
  });

  it("lands the good files and tells of the others", async () => {
    const { folder, call } = workbench({ "a.ts": "one\n", "b.ts": "b\n" });
    const words = await call(
      "apply_patch",
      patch(
        "*** Update File: a.ts",
        "@@",
        "-one",
        "+1",
        "*** Update File: b.ts",
        "@@",
        "-x",
        "+y",
        "*** Delete File: z.ts",
      ),
    );
    assert.equal(readFileSync(join(folder, "a.ts"), "utf8"), "1\n");
    assert.deepEqual(words.split("\n").slice(0, 2), [
      "Edited a.ts: 1 place (+1 -1).",
      "b.ts: Not edited: the hunk's old text is not in the file. You have not read this file yet: read it first.",
    ]);
    assert.match(words, /^z\.ts: z\.ts does not exist/m);
  });

  it("moves nothing that changed since it was planned", async () => {
    const { folder, plan } = workbench({ "a.ts": "one\n" });
    const { run } = await plan("apply_patch", patch("*** Update File: a.ts", "*** Move to: b.ts", "@@", "-one", "+1"));
    writeFileSync(join(folder, "a.ts"), "one\nmore\n");
    assert.match(await failure(run()), /changed meanwhile; nothing was written/);
    assert.deepEqual([existsSync(join(folder, "a.ts")), existsSync(join(folder, "b.ts"))], [true, false]);
  });

  it("a file that is deleted and added is replaced, or stays", async () => {
    const { folder, call } = workbench({ "a.ts": "one\n" });
    const args = patch("*** Delete File: a.ts", "*** Add File: a.ts", "+two");
    assert.match(await failure(call("apply_patch", args)), /^a\.ts exists and you have not read it/);
    assert.equal(readFileSync(join(folder, "a.ts"), "utf8"), "one\n");
    await call("read_file", { path: "a.ts" });
    assert.equal(await call("apply_patch", args), "Replaced a.ts (+1 -1).");
    assert.equal(readFileSync(join(folder, "a.ts"), "utf8"), "two\n");
  });

  it("moves nothing that cannot be written", async () => {
    const gbk = Buffer.from("c4e3bac3cac0bde7c4e3bac3a3acd6d0b9fa0a6f6e650a", "hex");
    const { folder, call } = workbench({ "a.txt": gbk });
    const args = patch("*** Update File: a.txt", "*** Move to: b.txt", "@@", "-one", "+\u{1f600}\u{e9}");
    assert.match(await failure(call("apply_patch", args)), /^a\.txt is GBK; it has no bytes for U\+1F600/);
    assert.deepEqual([readFileSync(join(folder, "a.txt")), existsSync(join(folder, "b.txt"))], [gbk, false]);
  });

  it("says what was written when it could not be moved", async () => {
    const { folder, plan } = workbench({ "a.ts": "one\n" });
    const { run } = await plan("apply_patch", patch("*** Update File: a.ts", "*** Move to: b.ts", "@@", "-one", "+1"));
    writeFileSync(join(folder, "b.ts"), "theirs");
    assert.match(await failure(run()), /^a\.ts was edited \(\+1 -1\) but not moved: b\.ts is there already/);
    assert.deepEqual(
      ["a.ts", "b.ts"].map((name) => readFileSync(join(folder, name), "utf8")),
      ["1\n", "theirs"],
    );
  });

  it("looks once at what it brought about in all of its files", async () => {
    const watched: string[][] = [];
    const problem = { line: 1, column: 1, severity: "error" as const, message: "wrong", source: "ts", code: "1" };
    const { call } = workbench(
      { "a.ts": "a\n", "b.ts": "b\n", "c.ts": "c\n" },
      {
        diagnostics: {
          read: async () => [],
          watch: (places) => {
            watched.push(places.map(({ shown }) => shown));
            return { news: async () => [{ shown: "b.ts", ...problem }] };
          },
        },
      },
    );
    const words = await call(
      "apply_patch",
      patch(
        ...["*** Update File: a.ts", "@@", "-a", "+A", "*** Update File: b.ts", "@@", "-b", "+B"],
        ...["*** Update File: c.ts", "*** Move to: d.ts", "@@", "-c", "+C"],
      ),
    );
    assert.deepEqual(watched, [["a.ts", "b.ts", "d.ts"]]);
    assert.deepEqual(words.split("\n").slice(0, 4), [
      "Edited a.ts: 1 place (+1 -1).",
      "Edited b.ts: 1 place (+1 -1).",
      "Moved c.ts to d.ts and edited it (+1 -1).",
      "New problems:",
    ]);
    assert.equal(words.match(/wrong/g)?.length, 1);
  });

  it("is judged as a read where it only tells what does not fit", async () => {
    const { plan } = workbench({ ".env": "KEY=right\n" });
    const { actions, run } = await plan("apply_patch", patch("*** Update File: .env", "@@", "-KEY=wrong", "+x"));
    assert.deepEqual(
      actions.map(({ kind }) => kind),
      ["read"],
    );
    assert.doesNotMatch(await failure(run()), /right/);
  });
});

describe("hunks that the user takes", () => {
  const text = Array.from({ length: 30 }, (_, i) => `line ${i + 1}\n`).join("");
  const edits = [3, 15, 27].map((n) => ({ old_text: `line ${n}\n`, new_text: `changed ${n}\n` }));

  it("are written, the model is told of the others", async () => {
    const { folder, env, plan } = workbench({ "a.txt": text });
    const { actions, run } = await plan("edit_file", { path: "a.txt", edits });
    assert.equal(actions[0]?.kind === "write" && actions[0].change.selectable, true);
    assert.equal(
      await run({ hunks: new Set([0, 2]) }),
      [
        "Edited a.txt in part (+2 -2).",
        "The user took 2 of 3 hunks. Not taken, as they left it:",
        "- line 15: -line 15",
      ].join("\n"),
    );
    const expected = text.replace("line 3\n", "changed 3\n").replace("line 27\n", "changed 27\n");
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), expected);
    assert.equal(env.seen.size, 1);
  });

  it("cannot be chosen of a new file, of one hunk, or of several files", async () => {
    const { call, plan } = workbench({ "a.txt": text, "b.txt": text });
    const selectable = async (tool: string, args: unknown) =>
      (await plan(tool, args)).actions.map((action) => action.kind === "write" && action.change.selectable);
    assert.deepEqual(await selectable("write_file", { path: "n.txt", content: text }), [undefined]);
    assert.deepEqual(await selectable("edit_file", { path: "a.txt", edits: edits.slice(1, 2) }), [undefined]);
    const hunks = edits.flatMap(({ old_text, new_text }) => ["@@", `-${old_text.trim()}`, `+${new_text.trim()}`]);
    const both = patch("*** Update File: a.txt", ...hunks, "*** Update File: b.txt", ...hunks);
    assert.deepEqual(await selectable("apply_patch", both), [undefined, undefined]);
    await call("read_file", { path: "a.txt" });
    const content = text.replace("line 3\n", "3\n").replace("line 27\n", "27\n");
    assert.deepEqual(await selectable("write_file", { path: "a.txt", content }), [true]);
  });
});
