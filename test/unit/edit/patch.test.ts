import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { applyEdits } from "../../../src/edit/apply.ts";
import { type FilePatch, looksLikePatch, parsePatch, patchInCommand } from "../../../src/edit/patch.ts";

function filesOf(patch: string): readonly FilePatch[] {
  const parsed = parsePatch(patch);
  if (parsed.kind === "unreadable") throw new Error(parsed.why);
  return parsed.files;
}

/** The text after the only file of a patch, and how its hunks went. */
function patched(text: string, patch: string): [string, ...string[]] {
  const [file] = filesOf(patch);
  if (file?.kind !== "update") throw new Error("no update");
  const { text: made, outcomes } = applyEdits(text, file.edits);
  return [made, ...outcomes.map(({ status }) => status)];
}

const sections = (...lines: string[]) => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");

describe("patches in sections", () => {
  it("update, add, delete and move files", () => {
    const files = filesOf(
      sections(
        "*** Update File: a.ts",
        "*** Move to: lib/a.ts",
        "@@ class A",
        " one",
        "-two",
        "+2",
        "*** Add File: b c.ts",
        "+x",
        "+",
        "+y",
        "*** Delete File: d.ts",
      ),
    );
    assert.deepEqual(files, [
      {
        kind: "update",
        path: "a.ts",
        to: "lib/a.ts",
        edits: [
          {
            oldText: "one\ntwo\n",
            newText: "one\n2\n",
            all: false,
            hint: { line: undefined, after: ["class A"], atEnd: false, insert: false, inOrder: true, literal: false },
          },
        ],
      },
      { kind: "add", path: "b c.ts", text: "x\n\ny\n" },
      { kind: "delete", path: "d.ts", text: undefined },
    ]);
  });

  const twice = "class A:\n  def f():\n    go()\n\nclass B:\n  def f():\n    go()\n";

  it("find the place behind what @@ names, or refuse", () => {
    const hunk = ["  def f():", "-    go()", "+    stop()"].map((line, i) => (i === 0 ? ` ${line}` : line));
    assert.deepEqual(patched(twice, sections("*** Update File: a.py", "@@ class B:", ...hunk)), [
      "class A:\n  def f():\n    go()\n\nclass B:\n  def f():\n    stop()\n",
      "applied",
    ]);
    assert.deepEqual(patched(twice, sections("*** Update File: a.py", "@@", ...hunk)), [twice, "ambiguous"]);
    assert.deepEqual(
      patched(twice, sections("*** Update File: a.py", "@@", "-class B:", "+class C:", "@@", ...hunk))[1],
      "applied",
    );
  });

  it("tell the end of the file, and insert where nothing is quoted", () => {
    assert.equal(
      patched("x\ny\nx\n", sections("*** Update File: a", "@@", "-x", "+z", "*** End of File"))[0],
      "x\ny\nz\n",
    );
    assert.equal(patched("x\r\ny", sections("*** Update File: a", "@@", "+z"))[0], "x\r\ny\r\nz");
    assert.equal(patched("x\ny\n", sections("*** Update File: a", "@@ x", "+z"))[0], "x\nz\ny\n");
  });

  it("forgive a missing end, blank context without its space, a fence and CRLF", () => {
    const lines = ["*** Begin Patch", "*** Update File: a", "@@", " a", "", "-b", "+B"];
    for (const patch of [
      lines.join("\n"),
      lines.join("\r\n"),
      ["```diff", ...lines, "*** End Patch", "```"].join("\n"),
    ]) {
      assert.deepEqual(patched("a\n\nb\n", patch), ["a\n\nB\n", "applied"]);
    }
  });

  it("join two parts for one file", () => {
    const patch = sections("*** Update File: a", "@@", "-x", "+X", "*** Update File: a", "@@", "-y", "+Y");
    assert.deepEqual(patched("x\ny\n", patch), ["X\nY\n", "applied", "applied"]);
  });
});

describe("unified diffs", () => {
  it("of git: changed, renamed, new and deleted files", () => {
    const files = filesOf(
      [
        "diff --git a/a.txt b/a.txt",
        "index 1..2 100644",
        "--- a/a.txt",
        "+++ b/a.txt",
        "@@ -1,2 +1,2 @@ heading",
        " one",
        "-two",
        "+2",
        'diff --git "a/\\345\\220\\215.txt" "b/\\345\\220\\215 2.txt"',
        "similarity index 100%",
        'rename from "\\345\\220\\215.txt"',
        'rename to "\\345\\220\\215 2.txt"',
        "diff --git a/n.txt b/n.txt",
        "new file mode 100644",
        "--- /dev/null",
        "+++ b/n.txt",
        "@@ -0,0 +1 @@",
        "+new",
        "\\ No newline at end of file",
        "diff --git a/gone.txt b/gone.txt",
        "deleted file mode 100644",
        "--- a/gone.txt",
        "+++ /dev/null",
        "@@ -1,2 +0,0 @@",
        "-a",
        "-b",
        "",
      ].join("\n"),
    );
    assert.deepEqual(
      files.map((file) =>
        file.kind === "update"
          ? { ...file, edits: file.edits.map(({ oldText, newText }) => [oldText, newText]) }
          : file,
      ),
      [
        { kind: "update", path: "a.txt", to: undefined, edits: [["one\ntwo\n", "one\n2\n"]] },
        { kind: "update", path: "名.txt", to: "名 2.txt", edits: [] },
        { kind: "add", path: "n.txt", text: "new" },
        { kind: "delete", path: "gone.txt", text: "a\nb" },
      ],
    );
  });

  const diff = (...lines: string[]) => ["--- a/x", "+++ b/x", ...lines, ""].join("\n");

  it("match by their lines; wrong numbers do not matter, right ones break a tie", () => {
    const text = "a\nb\nc\nd\na\nb\nc\n";
    assert.deepEqual(patched(text, diff("@@ -90,7 +90,9 @@", " c", "-d", "+D")), [text.replace("d", "D"), "applied"]);
    assert.deepEqual(patched(text, diff("@@ -5,2 +5,2 @@", " a", "-b", "+B")), ["a\nb\nc\nd\na\nB\nc\n", "applied"]);
    assert.deepEqual(patched(text, diff("@@ -3,2 +3,2 @@", " a", "-b", "+B")), [text, "ambiguous"]);
  });

  it("keep, take and give the final line break as they say", () => {
    const none = "\\ No newline at end of file";
    assert.equal(patched("a\nb", diff("@@ -1,2 +1,2 @@", " a", "-b", none, "+B", none))[0], "a\nB");
    assert.equal(patched("a\nb", diff("@@ -1,2 +1,2 @@", " a", "-b", none, "+b"))[0], "a\nb\n");
    assert.equal(patched("a\nb\n", diff("@@ -1,2 +1,2 @@", " a", "-b", "+b", none))[0], "a\nb");
    assert.equal(patched("a\nb", diff("@@ -1,2 +1,2 @@", " a", "-b", "+B"))[0], "a\nB");
  });

  it("are not led astray by lines that look like headers", () => {
    const text = "1\n-- note\n2\n++ odd\n";
    assert.equal(
      patched(text, diff("@@ -1,4 +1,4 @@", " 1", "--- note", "+-- new", " 2", "-++ odd", "+++ even"))[0],
      "1\n-- new\n2\n++ even\n",
    );
  });

  it("take a/ and b/ for git's only when both are there", () => {
    assert.equal(filesOf("--- a/x\n+++ a/x\n@@\n-1\n+2\n")[0]?.path, "a/x");
    assert.equal(filesOf("--- x\t2026-01-01\n+++ x\t2026-01-02\n@@\n-1\n+2\n")[0]?.path, "x");
  });

  it("name no place without a line of context", () => {
    assert.deepEqual(patched("a\nb\n", diff("@@ -2,0 +3 @@", "+c")), ["a\nb\n", "empty"]);
    assert.deepEqual(patched("", diff("@@ -0,0 +1 @@", "+c")), ["c\n", "applied"]);
  });
});

describe("what is a patch", () => {
  it("is told by its beginning", () => {
    const hunk = "@@ -1 +1 @@\n-a\n+b\n";
    const patches = [
      sections("*** Update File: a"),
      "*** Add File: a\n+x",
      `--- a/x\n+++ b/x\n${hunk}`,
      hunk,
      `\n${hunk}`,
    ];
    const others = ["", "x", "--- a\n+++ b\n", "a\n*** Begin Patch\n", "diff --git is a program", "@media print {}"];
    assert.deepEqual([...patches, ...others].map(looksLikePatch), [
      ...patches.map(() => true),
      ...others.map(() => false),
    ]);
  });

  it("is refused in words where it cannot be read", () => {
    assert.deepEqual(
      [sections(), "please change it", "diff --git a/x b/x\nBinary files a/x and b/x differ\n"].map(
        (each) => parsePatch(each).kind,
      ),
      ["unreadable", "unreadable", "unreadable"],
    );
  });

  it("is seen in a command that only applies it", () => {
    const patch = sections("*** Update File: a", "@@", "-$x", "+$y");
    assert.equal(patchInCommand(`apply_patch <<'EOF'\n${patch}\nEOF\n`), patch);
    assert.equal(patchInCommand(`apply_patch <<"EOF"\n${patch}\nEOF`), patch);
    assert.equal(patchInCommand(`apply_patch '${patch}'`), patch);
    for (const other of [
      `apply_patch <<EOF\n${patch}\nEOF`,
      `apply_patch <<'EOF'\n${patch}\nEOF\nrm -rf x`,
      `apply_patch <<'EOF'\nEOF\nrm -rf x\n${patch}\nEOF`,
      `cd x && apply_patch <<'EOF'\n${patch}\nEOF`,
      "git apply x.patch",
    ]) {
      assert.equal(patchInCommand(other), undefined, other);
    }
  });
});
