import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import { workbench } from "./bench.ts";

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
  throw new Error("did not fail");
}

const replace = (old_text: string, new_text: string) => ({ old_text, new_text });

describe("edit_file", () => {
  it("declares the change and writes exactly that", async () => {
    const { folder, call, plan } = workbench({ "a.ts": "one\ntwo\nthree\n" });
    const args = { path: "a.ts", edits: [replace("two", "2")] };
    const { actions } = await plan("edit_file", args);
    const [action] = actions;
    assert.deepEqual(action?.kind === "write" && action.change, {
      shown: "a.ts",
      path: join(folder, "a.ts"),
      kind: "edit",
      added: 1,
      removed: 1,
      truncated: false,
      hunks: [
        {
          oldStart: 1,
          newStart: 1,
          lines: [
            { sign: " ", text: "one" },
            { sign: "-", text: "two" },
            { sign: "+", text: "2" },
            { sign: " ", text: "three" },
          ],
        },
      ],
    });
    assert.equal(readFileSync(join(folder, "a.ts"), "utf8"), "one\ntwo\nthree\n");
    assert.equal(await call("edit_file", args), "Edited a.ts: 1 place (+1 -1).");
    assert.equal(readFileSync(join(folder, "a.ts"), "utf8"), "one\n2\nthree\n");
  });

  it("goes on from its own edit without another read", async () => {
    const { call } = workbench({ "a.ts": "1 2 3" });
    await call("read_file", { path: "a.ts" });
    await call("edit_file", { path: "a.ts", edits: [replace("1", "one")] });
    assert.equal(
      await call("edit_file", { path: "a.ts", edits: [replace("2", "two")] }),
      "Edited a.ts: 1 place (+1 -1).",
    );
  });

  it("is refused once when the file changed since it was seen, with the passage as it is now", async () => {
    const { folder, call } = workbench({ "a.ts": "head\nlet x = 1;\ntail\n" });
    await call("read_file", { path: "a.ts" });
    writeFileSync(join(folder, "a.ts"), "head\nnew line\nlet x = 2;\ntail\n");
    const args = { path: "a.ts", edits: [replace("let x = 1;", "let x = 3;")] };
    assert.equal(
      await failure(call("edit_file", args)),
      "a.ts has changed since you last saw it; nothing was edited. It now reads:\n" +
        "[lines 1-4]\nhead\nnew line\nlet x = 2;\ntail\n[end]\nEdit again if that is still right.",
    );
    await call("edit_file", { path: "a.ts", edits: [replace("let x = 2;", "let x = 3;")] });
    assert.equal(readFileSync(join(folder, "a.ts"), "utf8"), "head\nnew line\nlet x = 3;\ntail\n");
  });

  it("writes nothing when the file changed between approval and write", async () => {
    const { folder, call, plan } = workbench({ "a.ts": "one\n" });
    await call("read_file", { path: "a.ts" });
    const planned = await plan("edit_file", { path: "a.ts", edits: [replace("one", "1")] });
    writeFileSync(join(folder, "a.ts"), "one\ntwo\n");
    assert.match(await failure(planned.run()), /changed meanwhile; nothing was written/);
    assert.equal(readFileSync(join(folder, "a.ts"), "utf8"), "one\ntwo\n");
    // The next try tells what is there now.
    assert.match(await failure(call("edit_file", { path: "a.ts", edits: [replace("one", "1")] })), /one\ntwo\n\[end\]/);
  });

  it("names the tool for notebooks where a passage is not in one", async () => {
    const { call } = workbench({ "a.ipynb": '{"cells": []}\n' });
    const args = { path: "a.ipynb", edits: [{ old_text: "print(1)", new_text: "print(2)" }] };
    await assert.rejects(call("edit_file", args), (error: Error) => {
      assert.match(error.message, /\nTo edit the cells of a notebook use edit_notebook\.$/);
      return true;
    });
  });

  it("tells nothing of what stands in a file that was never read", async () => {
    const { call } = workbench({ ".env": "KEY=secret-value\n" });
    const words = await failure(call("edit_file", { path: ".env", edits: [replace("KEY=?", "x")] }));
    assert.equal(words, "Not edited: old_text is not in the file. You have not read this file yet: read it first.");
  });

  it("fails with words when nothing would change", async () => {
    const { call } = workbench({ "a.ts": "ab" });
    const undo = [replace("a", "b2"), replace("b2b", "ab")];
    assert.match(await failure(call("edit_file", { path: "a.ts", edits: undo })), /leave the file as it is/);
    assert.match(await failure(call("edit_file", { path: "none.ts", edits: undo })), /none\.ts does not exist/);
  });

  it("says what stands in a file only as a read, which is judged", async () => {
    const { plan } = workbench({ ".env": "KEY=right\nTWICE=right\n" });
    const there = (text: string) => ({ old_text: text, new_text: "@@", replace_all: true });
    const guesses = [
      [replace("KEY=wrong", "x")],
      [replace("right", "x")],
      // Its own undoing: applies only where the guess is right, and then changes nothing.
      [there("KEY=right"), { old_text: "@@", new_text: "KEY=right", replace_all: true }],
    ];
    for (const edits of guesses) {
      const { actions, run } = await plan("edit_file", { path: ".env", edits });
      assert.deepEqual(
        actions.map((action) => action.kind === "read" && action.place.shown),
        [".env"],
      );
      await failure(run());
    }
  });
});

describe("write_file", () => {
  it("gives a file with a mark no second one", async () => {
    const { folder, call } = workbench({ "a.txt": "\ufeffold\n", "b.txt": "old\n" });
    for (const path of ["a.txt", "b.txt"]) {
      await call("read_file", { path });
      await call("write_file", { path, content: "\ufeffnew\n" });
      assert.equal(readFileSync(join(folder, path), "utf8"), "\ufeffnew\n");
    }
  });
});
