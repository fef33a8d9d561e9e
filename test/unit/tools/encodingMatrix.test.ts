import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import { workbench } from "./bench.ts";
import { encodingMatrix } from "./encodingMatrix.ts";

describe("edit_file keeps every byte outside the edit", () => {
  for (const { name, bytes, edit, expected, refused } of encodingMatrix()) {
    it(name, async () => {
      const { folder, call } = workbench({ "a.txt": bytes });
      const now = () => readFileSync(join(folder, "a.txt"));
      const read = await call("read_file", { path: "a.txt" });
      assert.ok(read.includes(edit.old_text) && !read.includes("\uFFFD"), read);
      if (refused) {
        await assert.rejects(
          call("edit_file", { path: "a.txt", edits: [refused] }),
          (error) => error instanceof ToolError && /it has no bytes for U\+1F600 \(😀\) at line 4/.test(error.message),
        );
        assert.deepEqual(now(), bytes);
      }
      await call("edit_file", { path: "a.txt", edits: [edit] });
      assert.deepEqual(now(), expected);
      await call("edit_file", { path: "a.txt", edits: [{ old_text: edit.new_text, new_text: edit.old_text }] });
      assert.deepEqual(now(), bytes);
    });
  }
});
