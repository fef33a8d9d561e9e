import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  argumentsOf,
  numbered,
  type Preview,
  previewOfChange,
  previewsOf,
  textArgument,
} from "../../../src/webview/changes.ts";
import type { Call } from "../../../src/webview/items.ts";
import { gaveNoAnswer } from "../../../src/webview/refusals.ts";
import { partTaken, remarksOf } from "../../../src/webview/remarks.ts";
import { endingOf, outputOf, plainLines, runningOn, visible } from "../../../src/webview/terminal.ts";
import { CHANGE } from "./page/samples.ts";

const previewOf = (call: Call): Preview => previewsOf(call)[0] ?? assert.fail("there is always one");

const CALL: Call = {
  id: "c",
  name: "edit_file",
  arguments: "",
  startedAt: "",
  endedAt: "",
  status: "ok",
  result: "",
  output: { text: "", dropped: 0 },
  changes: [],
  waitsFor: undefined,
  question: undefined,
};

describe("edit previews", () => {
  it("come from the arguments when the change is not known, without line numbers", () => {
    const edits = [{ old_text: "a\nb\nc\nd\ne\nf\n", new_text: "a\nb\nc\nd\nX\nf\n" }, { old_text: 1 }, null];
    const preview = previewOf({ ...CALL, arguments: JSON.stringify({ path: "x.ts", edits }) });
    assert.deepEqual(
      { ...preview, hunks: preview.hunks.map(({ at, lines }) => [at, lines.map((l) => l.sign + l.text)]) },
      {
        shown: "x.ts",
        kind: "unknown",
        from: undefined,
        files: undefined,
        added: 1,
        removed: 1,
        truncated: false,
        hunks: [[undefined, [" b", " c", " d", "-e", "+X", " f"]]],
      },
    );
  });

  it("show a written file as added lines", () => {
    const preview = previewOf({ ...CALL, name: "write_file", arguments: '{"path":"n.txt","content":"1\\n2\\n"}' });
    assert.deepEqual([preview.shown, preview.added, preview.removed], ["n.txt", 2, 0]);
  });

  it("make nothing of arguments that are no object", () => {
    for (const raw of ["", "{", "[]", "null", "3", '"x"']) {
      assert.deepEqual(argumentsOf(raw), {});
      assert.deepEqual(previewOf({ ...CALL, arguments: raw }).hunks, []);
    }
    assert.equal(textArgument('{"__proto__":"x"}', "constructor"), "");
  });

  it("number removed lines by the old file, others by the new one", () => {
    const [, second] = previewOfChange(CHANGE).hunks;
    assert.ok(second);
    assert.deepEqual(
      numbered(second).map(({ sign, number }) => `${sign}${number}`),
      ["-60", "-61", "+62", "+63", "+64", " 65"],
    );
  });

  it("mark what changed within a line, and nothing where all changed", () => {
    const lines = numbered({
      at: undefined,
      lines: [
        { sign: "-", text: "const a = one(x);" },
        { sign: "-", text: "entirely" },
        { sign: "+", text: "const a = two(x);" },
        { sign: "+", text: "unlike" },
      ],
    });
    assert.deepEqual(
      lines.map(({ text, mark }) => mark && text.slice(...mark)),
      ["one", undefined, "two", undefined],
    );
  });
});

describe("remarks on an edit", () => {
  it("are what stands beyond the first line, passages and indented lines counted with what they belong to", () => {
    assert.equal(remarksOf("Edited a.ts: 1 place (+1 -1)."), undefined);
    assert.equal(remarksOf("Edited a.ts\n\n"), undefined);
    const told = [
      "Edit 2 of 3 failed: absent.\n[lines 1-2]\na\n\nb\n[end]",
      '- line 1 is "a", not "b"',
      "New problems:\na.ts:3:1 error ts(2304) no\na.ts:4:1 warning eslint no\n[2 more; see get_diagnostics]",
      "The editor changed a.ts on save. It now reads:\n[lines 3-3]\nc\n[end]",
    ].join("\n");
    assert.deepEqual(remarksOf(`Edited a.ts\n${told}`), { text: told, count: 3 });
    assert.equal(remarksOf("Edited a.ts: 1 place (+1 -1).\nCreated b.ts (3 lines).\nDeleted c.ts."), undefined);
    assert.deepEqual(remarksOf("Edited a.ts\n  only this"), { text: "only this", count: 1 });
  });

  it("tell how much of it the user took", () => {
    assert.deepEqual(
      partTaken("Edited a.ts\nThe user took 2 of 3 hunks. Not taken, as they left it:\n- lines 4-5: +x"),
      [2, 3],
    );
    assert.equal(partTaken("Edited a.ts"), undefined);
  });
});

describe("patches", () => {
  it("are read for a preview in both forms, file by file", () => {
    const shown = (patch: string) =>
      previewsOf({ ...CALL, name: "apply_patch", arguments: JSON.stringify({ patch }) }).map(
        ({ shown, kind, hunks }) => [shown, kind, hunks.map(({ lines }) => lines.map((l) => l.sign + l.text))],
      );
    assert.deepEqual(
      shown("*** Begin Patch\n*** Update File: a.ts\n@@ x\n y\n-a\n+b\n*** Add File: n.md\n+# N\n*** Delete File: o\n"),
      [
        ["a.ts", "unknown", [[" y", "-a", "+b"]]],
        ["n.md", "create", [["+# N"]]],
        ["o", "delete", []],
      ],
    );
    assert.deepEqual(shown("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n+c\n"), [
      ["x", "unknown", [["-a", "+b"], ["+c"]]],
    ]);
    assert.deepEqual(shown("no patch"), [["", "unknown", []]]);
  });
});

describe("terminal text", () => {
  it("has no escapes, and the last state of a progress line", () => {
    const text = "\u001b[32m✓\u001b[0m a\r\n10%\r50%\r100%\n\u001b]8;;http://x\u0007link\u001b]8;;\u0007\u0007\n";
    assert.deepEqual(plainLines(text), ["✓ a", "100%", "link"]);
  });

  it("shows characters that would hide others", () => {
    assert.equal(visible("rm\u202e x\u200b\ty\u0007"), "rm⟨U+202E⟩ x⟨U+200B⟩⇥\ty⟨U+0007⟩");
    assert.equal(visible("普通 text é\n2"), "普通 text é\n2");
    assert.equal(visible("a\u{e0041}b"), "a⟨U+E0041⟩b");
  });

  it("knows how a command ended", () => {
    assert.deepEqual(endingOf("out\n[exit 1]"), { exit: 1, mark: "exit 1" });
    assert.deepEqual(endingOf("[timed out after 120 s]"), { exit: undefined, mark: "timed out after 120 s" });
    assert.deepEqual(endingOf("x\n[ended by SIGKILL]"), { exit: undefined, mark: "ended by SIGKILL" });
    assert.equal(endingOf("[exit 1] is what it printed\nok"), undefined);
  });

  it("knows how a command in the background stands", () => {
    assert.equal(runningOn("ready\n[bg1 is running in the background]"), "bg1");
    assert.equal(runningOn("[bg1 is running in the background]\nsaid a program"), undefined);
    assert.equal(endingOf("[bg1 is running in the background]"), undefined);
    assert.equal(endingOf("out\n[bg1 has ended: exit 1]")?.exit, 1);
    assert.equal(endingOf("[bg1 has ended: exit 0]")?.exit, 0);
    const started = { ...CALL, result: "ready\n[bg1 is running in the background]" };
    assert.deepEqual(outputOf(started).lines, ["ready"]);
  });

  it("tells an answer from none by what the model was told", () => {
    assert.deepEqual(
      ["The user did not want to answer. Decide yourself, or go on without it.", "They did not want to answer"].map(
        gaveNoAnswer,
      ),
      [true, false],
    );
  });

  it("prefers what was printed live to what the model was told", () => {
    const told = { ...CALL, result: "short\n[exit 2]" };
    assert.deepEqual(outputOf(told), { lines: ["short"], dropped: 0 });
    assert.deepEqual(outputOf({ ...told, output: { text: "live\nlines\n", dropped: 0 } }).lines, ["live", "lines"]);
    assert.deepEqual(outputOf({ ...told, output: { text: "rest of a line\nlines\n", dropped: 7 } }), {
      lines: ["lines"],
      dropped: 8,
    });
    const cut = {
      ...CALL,
      output: { text: "1\n2\n\n[…]\n", dropped: 5 },
      result: "1\n[… 97 lines left out …]\n99\n[exit 3]",
    };
    assert.deepEqual(outputOf({ ...cut, status: "error" }), {
      lines: ["1", "[… 97 lines left out …]", "99"],
      dropped: 0,
    });
    assert.deepEqual(outputOf({ ...cut, status: "running" }).lines, ["2", "", "[…]"]);
    assert.deepEqual(outputOf({ ...CALL, result: "(no output)" }).lines, []);
  });
});
