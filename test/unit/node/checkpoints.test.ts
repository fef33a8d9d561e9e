import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "mocha";
import { refOf } from "../../../src/node/blobPack.ts";
import { journalBeside } from "../../../src/node/checkpoints.ts";
import { bedIn, everything } from "./checkpointBed.ts";
import { temporaryFolder } from "./temporary.ts";

const GBK = Buffer.from("c4e3bac3cac0bde70d0a", "hex");

/** A workspace with something of everything. */
function workspace(): string {
  const folder = temporaryFolder({
    ".gitignore": "ignored/\n*.log\n",
    "a.txt": "one\ntwo\n",
    "crlf.txt": "one\r\ntwo\r\nthree",
    "gbk.txt": GBK,
    "empty.txt": "",
    "binary.bin": Buffer.from([0, 255, 1, 254, 0]),
    "run.sh": "#!/bin/sh\n",
    "src/deep/er/x.ts": "x\n",
    "src/y.ts": "y\n",
    "src/z.ts": "z\n",
    "swap-file": "a file\n",
    "swap-folder/inner.txt": "inner\n",
    "ignored/build.txt": "built\n",
    "debug.log": "log\n",
    "nested/.gitignore": "secret\n",
    "nested/kept.txt": "kept\n",
    "nested/secret": "s\n",
  });
  chmodSync(join(folder, "run.sh"), 0o644);
  mkdirSync(join(folder, "empty-folder"));
  symlinkSync("a.txt", join(folder, "link"));
  return folder;
}

const UPHEAVAL = `
printf 'ONE' > a.txt; chmod 444 a.txt; printf 'x\\n' > crlf.txt; printf '\\351' > gbk.txt; printf 'filled' > empty.txt
printf '\\0\\0' > binary.bin; chmod 755 run.sh; rm -r src/deep; mv src/y.ts src/moved.ts; sed -i s/z/Z/ src/z.ts
rm swap-file; mkdir swap-file; echo i > swap-file/i; rm -r swap-folder; echo f > swap-folder
mkdir -p new/folder; echo n > new/folder/n.txt; mkdir new/empty; rmdir empty-folder
rm link; ln -s src/z.ts link; ln -s a.txt link2; echo k >> nested/kept.txt`;

/** What ignore files leave out is none of ours. */
function withoutIgnored(all: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([path]) => !/^(ignored|debug\.log|nested\/secret)/.test(path)));
}

describe("checkpoints", () => {
  it("bring back every byte after a command that rewrote, created, deleted, renamed and swapped; and go back", async () => {
    const folder = workspace();
    const bed = bedIn(folder);
    const before = everything(folder);
    await bed.checkpoints.beginMessage(1);
    await bed.command(`${UPHEAVAL}\necho changed > ignored/build.txt; echo more >> debug.log`);
    const after = everything(folder);
    assert.notDeepEqual(withoutIgnored(after), withoutIgnored(before));

    const restored = await bed.checkpoints.restore(1);
    assert.deepEqual([restored.missing, restored.uncovered], [[], []]);
    assert.deepEqual(withoutIgnored(everything(folder)), withoutIgnored(before));
    assert.equal(readFileSync(join(folder, "ignored/build.txt"), "utf8"), "changed\n");
    const { files } = restored;
    const undoable = { message: 1, files, interrupted: false, isUndo: false };
    assert.deepEqual(await bed.checkpoints.undoable(), undoable);

    assert.deepEqual((await bed.checkpoints.undoRestore())?.missing, []);
    assert.deepEqual(everything(folder), after);
    assert.deepEqual(await bed.checkpoints.undoable(), { ...undoable, isUndo: true });
    // Taking back can be taken back.
    await bed.checkpoints.undoRestore();
    assert.deepEqual(withoutIgnored(everything(folder)), withoutIgnored(before));
    assert.deepEqual(bed.problems, []);
  });

  it("bring back each message's files, also in another window", async () => {
    const folder = workspace();
    const bed = bedIn(folder);
    const states = [everything(folder)];
    await bed.checkpoints.beginMessage(1);
    await bed.tool(["a.txt"], () => writeFileSync(join(folder, "a.txt"), "first"));
    states.push(everything(folder));
    await bed.checkpoints.beginMessage(2);
    await bed.command("echo second > a.txt; rm src/y.ts; echo n > n.txt");
    states.push(everything(folder));
    await bed.checkpoints.beginMessage(3);
    await bed.tool(["n.txt", "made/by/tool.txt"], () => {
      rmSync(join(folder, "n.txt"));
      mkdirSync(join(folder, "made/by"), { recursive: true });
      writeFileSync(join(folder, "made/by/tool.txt"), "t");
    });
    await bed.checkpoints.close();

    const again = bed.again();
    const at = "2026-01-02T03:04:05.000Z";
    assert.deepEqual(
      await again.checkpoints.list(),
      [1, 2, 3].map((message) => ({ message, at })),
    );
    for (const message of [3, 2, 1, 3, 1, 2]) {
      await again.checkpoints.restore(message);
      assert.deepEqual(everything(folder), states[message - 1], `before message ${message}`);
    }
    assert.deepEqual(await again.checkpoints.restore(9), { files: 0, missing: [], uncovered: [] });
  });

  it("a message that is written anew replaces the checkpoints from there on", async () => {
    const folder = temporaryFolder({ "a.txt": "0" });
    const bed = bedIn(folder);
    const write = (text: string) => bed.tool(["a.txt"], () => writeFileSync(join(folder, "a.txt"), text));
    for (const n of [1, 2, 3]) {
      await bed.checkpoints.beginMessage(n);
      await write(String(n));
    }
    await bed.checkpoints.restore(2);
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "1");
    await bed.checkpoints.beginMessage(2);
    assert.equal(await bed.checkpoints.undoable(), undefined);
    await write("anew");
    assert.deepEqual(
      (await bed.checkpoints.list()).map(({ message }) => message),
      [1, 2],
    );
    await bed.checkpoints.restore(2);
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "1");
    await bed.checkpoints.restore(1);
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "0");
  });

  it("tell each step, by whom, and again for a call", async () => {
    const folder = temporaryFolder({ "a.txt": "a", "b.txt": "b" });
    const bed = bedIn(folder);
    await bed.checkpoints.beginMessage(1);
    await bed.tool(["a.txt"], () => writeFileSync(join(folder, "a.txt"), "A"), "call-1");
    await bed.command("rm b.txt; echo -n c > c.txt; mkdir d; ln -s c.txt l; chmod 755 a.txt", "call-2");
    await bed.tool(["a.txt"], () => {}, "call-3");
    await bed.checkpoints.restore(1);
    const [A, a, b, c] = ["A", "a", "b", "c"].map((text) => refOf(Buffer.from(text)));
    const named = bed.steps.map(({ path, by, before, after, callId }) => ({
      path: basename(path),
      by,
      before,
      after,
      callId: callId.slice(0, 7),
    }));
    const byName = (x: { path: string }, y: { path: string }) => (x.path < y.path ? -1 : 1);
    assert.deepEqual(named.slice(0, 1), [{ path: "a.txt", by: "tool", before: a, after: A, callId: "call-1" }]);
    assert.deepEqual(named.slice(1, 3).sort(byName), [
      { path: "b.txt", by: "command", before: b, after: undefined, callId: "call-2" },
      { path: "c.txt", by: "command", before: undefined, after: c, callId: "call-2" },
    ]);
    assert.deepEqual(named.slice(3).sort(byName), [
      { path: "a.txt", by: "restore", before: A, after: a, callId: "restore" },
      { path: "b.txt", by: "restore", before: undefined, after: b, callId: "restore" },
      { path: "c.txt", by: "restore", before: c, after: undefined, callId: "restore" },
    ]);
    assert.deepEqual(await bed.again().checkpoints.stepsOf("call-1"), bed.steps.slice(0, 1));
    assert.deepEqual((await bed.again().checkpoints.stepsOf("call-2")).length, 2);
  });

  it("a step that takes away what could be run says how it was", async () => {
    const folder = temporaryFolder({ "run.sh": "x", "a.txt": "y" });
    chmodSync(join(folder, "run.sh"), 0o750);
    const bed = bedIn(folder);
    await bed.checkpoints.beginMessage(1);
    await bed.tool(["run.sh", "a.txt"], () => {
      for (const name of ["run.sh", "a.txt"]) rmSync(join(folder, name));
    });
    assert.deepEqual(
      bed.steps.map(({ path, mode }) => `${basename(path)} ${mode?.toString(8)}`),
      ["a.txt undefined", "run.sh 750"],
    );
  });

  it("what is undone in the midst of a call leaves the call its steps", async () => {
    const bed = bedIn(temporaryFolder({ "a.txt": "a", "b.txt": "b" }));
    const { checkpoints } = bed;
    const write = async (name: string, callId?: string) => {
      const path = join(bed.folder, name);
      const end = await checkpoints.changing([{ path, bytes: undefined }], callId);
      writeFileSync(path, "new");
      await end();
    };
    await checkpoints.beginMessage(1);
    checkpoints.beginCall("call");
    await write("a.txt", "undo");
    await write("b.txt");
    assert.deepEqual(
      bed.steps.map(({ path, callId }) => `${basename(path)} ${callId}`),
      ["a.txt undo", "b.txt call"],
    );
  });

  it("what the user changed meanwhile is said, and comes back with the undo", async () => {
    const folder = temporaryFolder({ "mine.txt": "0", "theirs.txt": "0", "other.txt": "0", "between.txt": "0" });
    const bed = bedIn(folder);
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    await bed.checkpoints.beginMessage(1);
    await bed.tool(["mine.txt", "theirs.txt", "between.txt"], () => {
      for (const name of ["mine.txt", "theirs.txt", "between.txt"]) write(name, "agent");
    });
    write("theirs.txt", "agent and user");
    write("other.txt", "user");
    write("between.txt", "user");
    await bed.tool(["between.txt"], () => write("between.txt", "user and agent"));
    const { files } = await bed.checkpoints.compare(1);
    assert.deepEqual(
      files.map(({ path, userChanged, kind, before, now }) => [basename(path), userChanged, kind, before, now]),
      [
        ["between.txt", true, "edited", refOf(Buffer.from("0")), refOf(Buffer.from("user and agent"))],
        ["mine.txt", false, "edited", refOf(Buffer.from("0")), refOf(Buffer.from("agent"))],
        ["theirs.txt", true, "edited", refOf(Buffer.from("0")), refOf(Buffer.from("agent and user"))],
      ],
    );
    const before = everything(folder);
    await bed.checkpoints.restore(1);
    assert.equal(readFileSync(join(folder, "theirs.txt"), "utf8"), "0");
    assert.equal(readFileSync(join(folder, "other.txt"), "utf8"), "user");
    assert.deepEqual((await bed.checkpoints.compare(1)).files, []);
    assert.deepEqual(await bed.checkpoints.changedSinceRestore(), []);
    write("mine.txt", "since the restore");
    write("other.txt", "not touched by the restore");
    rmSync(join(folder, "theirs.txt"));
    write("between.txt", "user and agent");
    assert.deepEqual(await bed.checkpoints.changedSinceRestore(), [join(folder, "mine.txt")]);
    write("other.txt", "user");
    await bed.checkpoints.undoRestore();
    assert.deepEqual(everything(folder), before);
  });

  it("what an editor holds unsaved is kept, and written through the editor", async () => {
    const folder = temporaryFolder({ "a.txt": "disk" });
    const path = join(folder, "a.txt");
    let buffer: string | undefined;
    const written: [string, string | undefined][] = [];
    const bed = bedIn(folder, {
      checkpoints: {
        unsaved: async () => (buffer === undefined ? undefined : Buffer.from(buffer)),
        write: async (file, bytes) => {
          written.push([basename(file), bytes && String(bytes)]);
          buffer = undefined;
          if (bytes) writeFileSync(file, bytes);
          else rmSync(file);
        },
      },
    });
    await bed.checkpoints.beginMessage(1);
    const end = await bed.checkpoints.changing([{ path, bytes: Buffer.from("typed") }]);
    writeFileSync(path, "agent");
    await end();
    buffer = "agent, typed on";
    await bed.checkpoints.restore(1);
    await bed.checkpoints.undoRestore();
    assert.deepEqual(written, [
      ["a.txt", "typed"],
      ["a.txt", "agent, typed on"],
    ]);
  });

  it("touch neither .git nor what is ignored; nested repositories and tracked files that are ignored are covered", async () => {
    const folder = temporaryFolder({
      ".gitignore": "dist/\nnode_modules/\n",
      "a.txt": "a",
      "dist/tracked.js": "t",
      "dist/not.js": "n",
      "sub/repo/inner.txt": "i",
    });
    const git = (cwd: string, ...args: string[]) => {
      const ran = spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd, encoding: "utf8" });
      assert.equal(ran.status, 0, ran.stderr);
    };
    git(folder, "init", "-q");
    git(join(folder, "sub/repo"), "init", "-q");
    git(folder, "add", "-f", "a.txt", ".gitignore", "dist/tracked.js");
    git(folder, "commit", "-qm", "one");
    const bed = bedIn(folder);
    await bed.checkpoints.beginMessage(1);
    await bed.command(
      `echo A > a.txt; echo T > dist/tracked.js; echo N > dist/not.js; echo I > sub/repo/inner.txt
       git -c user.name=t -c user.email=t@t commit -qam two; git config some.thing else`,
    );
    await bed.tool([".git/description"], () => writeFileSync(join(folder, ".git/description"), "mine"));
    const gitBefore = everything(join(folder, ".git"));
    await bed.checkpoints.restore(1);
    assert.deepEqual(everything(join(folder, ".git")), gitBefore);
    const read = (path: string) => readFileSync(join(folder, path), "utf8");
    assert.deepEqual(["a.txt", "dist/tracked.js", "dist/not.js", "sub/repo/inner.txt"].map(read), [
      "a",
      "t",
      "N\n",
      "i",
    ]);
    assert.ok(bed.steps.every(({ path }) => !path.includes(".git")));
  });

  it("what only became visible is not taken for new", async () => {
    const folder = temporaryFolder({
      ".gitignore": "build/\n*.tmp\n",
      "build/old.js": "old",
      "x.tmp": "x",
      "a.txt": "a",
    });
    const bed = bedIn(folder);
    const before = everything(folder);
    await bed.checkpoints.beginMessage(1);
    await bed.command("echo > .gitignore");
    assert.deepEqual((await bed.checkpoints.restore(1)).files, 1);
    assert.deepEqual(everything(folder), before);
    // And what only became hidden not for deleted.
    await bed.checkpoints.beginMessage(2);
    await bed.command("echo 'a.txt' >> .gitignore");
    assert.deepEqual(
      (await bed.checkpoints.compare(2)).files.map(({ path }) => basename(path)),
      [".gitignore"],
    );
  });

  it("a huge file is passed over, and said", async () => {
    const folder = temporaryFolder({ "huge.bin": "h".repeat(5_000), "a.txt": "a", "gone.bin": "g".repeat(5_000) });
    const bed = bedIn(folder, { scan: { maxFileBytes: 4_000 } });
    await bed.checkpoints.beginMessage(1);
    await bed.command("echo more >> huge.bin; echo A > a.txt; rm gone.bin");
    const missing = ["gone.bin", "huge.bin"].map((name) => ({ path: join(folder, name), why: "too_large" }));
    const compared = (await bed.checkpoints.compare(1)).files.map(({ path, missing }) => [basename(path), missing]);
    assert.deepEqual(compared, [
      ["a.txt", undefined],
      ["gone.bin", "too_large"],
      ["huge.bin", "too_large"],
    ]);
    const restored = await bed.checkpoints.restore(1);
    assert.deepEqual(
      [...restored.missing].sort((a, b) => (a.path < b.path ? -1 : 1)),
      missing,
    );
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "a");
    assert.equal(readFileSync(join(folder, "huge.bin"), "utf8"), `${"h".repeat(5_000)}more\n`);
  });

  it("what was not looked at is said, and never taken for new or gone", async () => {
    const folder = temporaryFolder(
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`d${i % 4}/s/f${i}.txt`, `${i}`])),
    );
    const bed = bedIn(folder, { scan: { maxFiles: 12 } });
    await bed.checkpoints.beginMessage(1);
    const before = everything(folder);
    await bed.command("echo n > d3/s/new.txt; rm d3/s/f3.txt; echo changed > d0/s/f0.txt");
    const { uncovered } = await bed.checkpoints.compare(1);
    assert.deepEqual(
      uncovered.map(({ path, why }) => [basename(path), why]),
      [
        ["d2", "too_many_files"],
        ["d3", "too_many_files"],
      ],
    );
    const restored = await bed.checkpoints.restore(1);
    assert.deepEqual([restored.files, restored.uncovered], [1, uncovered]);
    const { "d3/s/f3.txt": _, ...rest } = before;
    assert.deepEqual(everything(folder), { ...rest, "d3/s/new.txt": "644 n\n" });
  });

  it("a link that was put in the way is not followed", async () => {
    const folder = temporaryFolder({ "src/a.txt": "a", "src/b.txt": "b" });
    const outside = temporaryFolder({ "a.txt": "outside" });
    const bed = bedIn(folder);
    await bed.checkpoints.beginMessage(1);
    await bed.tool(["src/a.txt"], () => writeFileSync(join(folder, "src/a.txt"), "A"));
    rmSync(join(folder, "src"), { recursive: true });
    symlinkSync(outside, join(folder, "src"));
    const { missing, files } = await bed.checkpoints.restore(1);
    assert.deepEqual([missing, files], [[{ path: join(folder, "src/a.txt"), why: "blocked" }], 0]);
    assert.deepEqual(everything(outside), { "a.txt": "644 outside" });
    // A command that does it is known: the folder comes back.
    rmSync(join(folder, "src"));
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "src/a.txt"), "A");
    await bed.checkpoints.beginMessage(2);
    const before = everything(folder);
    await bed.command(`rm -r src; ln -s ${outside} src; echo x > src/a.txt`);
    assert.deepEqual((await bed.checkpoints.restore(2)).missing, []);
    assert.deepEqual(everything(folder), before);
    assert.deepEqual(everything(outside), { "a.txt": "644 x\n" });
  });

  it("lines that cannot be read cost only what they told", async () => {
    const folder = temporaryFolder({ "a.txt": "a", "b.txt": "b" });
    const bed = bedIn(folder);
    await bed.checkpoints.beginMessage(1);
    await bed.command("echo A > a.txt");
    const journal = join(bed.storage, "chat.checkpoints");
    appendFileSync(
      journal,
      `{"type":"step","path":"/etc/passwd","before":"x"}\nrubbish\n\0\0\n{"type":"message","mess`,
    );
    const again = bed.again();
    await again.command("echo B > b.txt");
    await again.checkpoints.close();
    const last = bed.again();
    assert.equal((await last.checkpoints.restore(1)).files, 2);
    assert.deepEqual(everything(folder), { "a.txt": "644 a", "b.txt": "644 b" });
    truncateSync(journal, 10);
    assert.deepEqual(await bed.again().checkpoints.list(), []);
  });

  it("contents that were pruned are said, the rest comes back", async () => {
    const folder = temporaryFolder({ "a.txt": "a", "b.txt": "b" });
    const bed = bedIn(folder);
    await bed.checkpoints.beginMessage(1);
    await bed.command("echo A > a.txt; echo n > n.txt");
    rmSync(join(bed.storage, "blobs"), { recursive: true });
    const again = bed.again();
    assert.deepEqual(
      (await again.checkpoints.compare(1)).files.map(({ path, missing }) => [basename(path), missing]),
      [
        ["a.txt", "pruned"],
        ["n.txt", undefined],
      ],
    );
    const { missing, files } = await again.checkpoints.restore(1);
    assert.deepEqual([missing, files], [[{ path: join(folder, "a.txt"), why: "pruned" }], 1]);
    assert.deepEqual(everything(folder), { "a.txt": "644 A\n", "b.txt": "644 b" });
  });

  it("a disk that keeps nothing is told once; work goes on; a restore that nobody could take back is none", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    const storage = temporaryFolder({ blobs: "in the way" });
    const bed = bedIn(folder, { storage });
    await bed.checkpoints.beginMessage(1);
    await bed.tool(["a.txt"], () => writeFileSync(join(folder, "a.txt"), "A"));
    await bed.command("echo n > n.txt");
    assert.equal(bed.problems.length, 1);
    await assert.rejects(bed.checkpoints.restore(1), { name: "SessionError" });
    assert.deepEqual(everything(folder), { "a.txt": "644 A", "n.txt": "644 n\n" });
  });

  it("commands in the background: what they change is found by and by", async () => {
    const folder = temporaryFolder({ "a.txt": "a", "b.txt": "b", "user.txt": "u" });
    const bed = bedIn(folder);
    const before = everything(folder);
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    await bed.checkpoints.beginMessage(1);
    const end = await bed.checkpoints.runningInBackground("bg");
    write("a.txt", "by the server");
    await bed.tool(["b.txt"], () => write("b.txt", "by the tool"));
    await bed.checkpoints.beginMessage(2);
    write("late.txt", "by the server");
    await bed.command("echo n > n.txt");
    end();
    await bed.checkpoints.close();
    write("user.txt", "by the user");
    await bed.command("true");
    assert.deepEqual(
      bed.steps.map(({ path, callId }) => `${basename(path)} ${callId}`),
      ["b.txt tool", "a.txt bg", "late.txt bg", "n.txt command"],
    );
    await bed.checkpoints.restore(1);
    assert.deepEqual(everything(folder), { ...before, "user.txt": "644 by the user" });
  });

  it("killed in the midst of a restore: it goes on, or goes back", async function () {
    this.timeout(60_000);
    let cutShort = 0;
    for (const way of ["on", "back"]) {
      const files = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}.txt`, `before ${i}`]));
      const folder = temporaryFolder(files);
      const storage = temporaryFolder();
      const bed = bedIn(folder, { storage });
      const before = everything(folder);
      await bed.checkpoints.beginMessage(1);
      await bed.command("for f in f*.txt; do echo after > $f; done; rm f1.txt; echo n > n.txt");
      const after = everything(folder);
      await bed.checkpoints.close();
      const program = join(import.meta.dirname, "checkpointRestorer.ts");
      spawnSync(process.execPath, [program, folder, storage, "40"], { stdio: "inherit" });
      const middle = everything(folder);
      const again = bed.again();
      const undoable = await again.checkpoints.undoable();
      cutShort += undoable?.interrupted ? 1 : 0;
      assert.notDeepEqual(middle, before);
      assert.notDeepEqual(middle, after);
      if (way === "on") await again.checkpoints.restore(1);
      else await again.checkpoints.undoRestore();
      const wanted = way === "on" ? before : after;
      // What the kill left half written beside a file is nobody's.
      const left = Object.entries(everything(folder)).filter(([path]) => !/^\.mimo-\w+\.tmp$/.test(path));
      assert.deepEqual(Object.fromEntries(left), wanted);
      assert.equal((await again.checkpoints.undoable())?.interrupted, false);
    }
    assert.equal(cutShort, 2);
  });

  it("lie beside the session", () => {
    assert.equal(journalBeside("/x/1-2.jsonl"), "/x/1-2.checkpoints");
  });

  it("make no folder in a workspace", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    const bed = bedIn(folder);
    await bed.checkpoints.beginMessage(1);
    await bed.command("true");
    assert.deepEqual(everything(folder), { "a.txt": "644 a" });
    assert.deepEqual(bed.steps, []);
    assert.equal(existsSync(join(bed.storage, "blobs")), true);
  });
});
