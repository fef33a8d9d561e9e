import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "mocha";
import { StoppedError } from "../../../src/agent/errors.ts";
import type { Background, BackgroundState, Shell } from "../../../src/agent/ports.ts";
import { createBackground } from "../../../src/node/background.ts";
import type { ChangeRecorder } from "../../../src/node/changeRecorder.ts";
import { createFiles } from "../../../src/node/files.ts";
import { createFileTree } from "../../../src/node/fileTree.ts";
import { recordBackground, recordFiles, recordShell } from "../../../src/node/recording.ts";
import { bedIn, everything } from "./checkpointBed.ts";
import { temporaryFolder } from "./temporary.ts";

const command = { command: "x", cwd: "/", timeoutMs: 1_000, callId: "call" };
const result = { output: "", exitCode: 0, signal: undefined, timedOut: false };

function tools(folder: string) {
  const bed = bedIn(folder);
  const roots = () => [{ name: "w", path: folder }];
  return { bed, ...recordFiles(createFiles({ roots }), createFileTree({ roots }), bed.checkpoints) };
}

/** A recorder that writes down what it is told. */
function listening(): { readonly recorder: ChangeRecorder; readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    recorder: {
      beginCall: (callId) => heard.push(`call ${callId}`),
      async changing(states) {
        heard.push(`changing ${states.map(({ path, bytes }) => `${basename(path)}=${bytes}`).join(" ")}`);
        return async () => {
          heard.push("changed");
        };
      },
      async runningCommand() {
        heard.push("running");
        return async () => {
          heard.push("ran");
        };
      },
    },
  };
}

describe("recording", () => {
  it("what tools write, move, make and remove comes back", async () => {
    const folder = temporaryFolder({
      "a.txt": "a\r\n",
      "gbk.txt": Buffer.from("c4e3bac3cac0bde7c4e3bac3a3acd6d0b9fa0a", "hex"),
      "old/x.bin": Buffer.from([0, 1, 2, 255]),
      "old/deep/y.txt": "y",
      "gone/z.txt": "z",
    });
    mkdirSync(join(folder, "gone/empty"));
    const { bed, files, tree } = tools(folder);
    const before = everything(folder);
    await bed.checkpoints.beginMessage(1);
    for (const name of ["a.txt", "gbk.txt"]) {
      const place = await files.locate(name);
      const { text, version } = await files.read(place);
      await files.write(place, `${text}more\n`, { expect: version });
    }
    await files.write(await files.locate("made/here/new.txt"), "new", { expect: "missing" });
    await tree.move(await files.locate("old"), await files.locate("moved/to"));
    await tree.remove(await files.locate("gone/z.txt"));
    await tree.createFolder(await files.locate("made/empty"));
    const after = everything(folder);
    assert.deepEqual((await bed.checkpoints.restore(1)).missing, []);
    assert.deepEqual(everything(folder), before);
    await bed.checkpoints.undoRestore();
    assert.deepEqual(everything(folder), after);
  });

  it("a folder that is removed comes back with all that it held", async () => {
    const folder = temporaryFolder({ "f/a.txt": "a", "f/b/c.txt": "c", "keep.txt": "k" });
    const { bed, files, tree } = tools(folder);
    const before = everything(folder);
    await bed.checkpoints.beginMessage(1);
    await tree.remove(await files.locate("f"));
    assert.deepEqual(everything(folder), { "keep.txt": "644 k" });
    await bed.checkpoints.restore(1);
    assert.deepEqual(everything(folder), before);
  });

  for (const how of ["removed", "moved"] as const) {
    it(`links and empty folders of a folder that is ${how} come back`, async () => {
      const folder = temporaryFolder({ "f/a.sh": "a", "t.txt": "t" });
      chmodSync(join(folder, "f/a.sh"), 0o755);
      mkdirSync(join(folder, "f/empty/deep"), { recursive: true });
      for (const to of ["../t.txt", "nowhere"]) symlinkSync(to, join(folder, "f", basename(to)));
      symlinkSync("..", join(folder, "f/empty/up"));
      const { bed, files, tree } = tools(folder);
      const before = everything(folder);
      await bed.checkpoints.beginMessage(1);
      const place = await files.locate("f");
      if (how === "removed") await tree.remove(place);
      else await tree.move(place, await files.locate("g/h"));
      assert.deepEqual((await bed.checkpoints.restore(1)).missing, []);
      assert.deepEqual(everything(folder), before);
    });
  }

  it("a change that fails leaves no step", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    const { bed, files } = tools(folder);
    await bed.checkpoints.beginMessage(1);
    await assert.rejects(files.write(await files.locate("a.txt"), "b", { expect: "another version" }));
    await assert.rejects(files.write(await files.locate("no/b.txt"), "b", { expect: "another version" }));
    assert.deepEqual(bed.steps, []);
    assert.deepEqual((await bed.checkpoints.compare(1)).files, []);
  });

  it("hands over what the tools see before anything happens, and the end after success and failure", async () => {
    const { recorder, heard } = listening();
    const folder = temporaryFolder({ "a.txt": "on disk" });
    const roots = () => [{ name: "w", path: folder }];
    const disk = createFiles({ roots });
    const live = { text: "typed", version: "v", bytes: 5, encoding: "utf16le" };
    const written: string[] = [];
    const editor = {
      ...disk,
      read: async () => live,
      write: async (_place: unknown, text: string) => {
        heard.push("write");
        if (text === "") throw new Error("no");
        written.push(text);
        return live;
      },
    };
    const { files } = recordFiles(editor, createFileTree({ roots }), recorder);
    const place = await files.locate("a.txt");
    await files.write(place, "x", { expect: "v" });
    await assert.rejects(files.write(place, "", { expect: "v" }), { message: "no" });
    const typed = heard[0] ?? "";
    assert.ok(typed.includes(String(Buffer.from("typed", "utf16le"))), typed);
    assert.deepEqual(heard, [typed, "write", "changed", typed, "write", "changed"]);
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "on disk");
  });

  it("a command runs between two looks, also one that fails", async () => {
    const { recorder, heard } = listening();
    const inner: Shell = {
      name: "sh",
      async run({ command }) {
        heard.push(command);
        if (command === "bad") throw new Error("could not start");
        return result;
      },
    };
    const shell = recordShell(inner, recorder);
    const options = { onOutput: () => {}, signal: new AbortController().signal };
    assert.equal(shell.name, "sh");
    assert.equal(await shell.run(command, options), result);
    await assert.rejects(shell.run({ ...command, command: "bad" }, options), { message: "could not start" });
    assert.deepEqual(heard, ["call call", "running", "x", "ran", "call call", "running", "bad", "ran"]);
  });

  it("whoever stops a command waits for no look", async () => {
    const stop = new AbortController();
    const never = new Promise<never>(() => {});
    const recorder = { ...listening().recorder, runningCommand: async () => () => never };
    const stopping: Shell = {
      name: "sh",
      async run() {
        stop.abort();
        return result;
      },
    };
    const options = { onOutput: () => {}, signal: stop.signal };
    assert.equal(await recordShell(stopping, recorder).run(command, options), result);
    const slow = { ...recorder, runningCommand: () => never };
    assert.equal(await recordShell(stopping, slow).run(command, options), result);
  });

  it("a command in the background is over when somebody sees it, or when it did not start", async () => {
    const heard: string[] = [];
    const recorder = {
      async runningInBackground(callId: string) {
        heard.push(`begin ${callId}`);
        return () => heard.push(`end ${callId}`) && undefined;
      },
    };
    const states = new Map<string, BackgroundState>();
    const state = (id: string, running: boolean): BackgroundState => {
      const made = { id, command: "x", running, exitCode: undefined, signal: undefined };
      states.set(id, made);
      return made;
    };
    const seen = async (id: string) => ({ output: "", state: states.get(id) ?? state(id, true) });
    const inner: Background = {
      async start({ callId }) {
        if (callId === "bad") throw new Error("could not start");
        return state(callId, true);
      },
      read: seen,
      stop: async (id) => ({ output: "", state: state(id, false) }),
      list: () => [...states.values()],
    };
    const background = recordBackground(inner, recorder);
    for (const callId of ["one", "two", "three"]) await background.start({ ...command, callId });
    await assert.rejects(background.start({ ...command, callId: "bad" }));
    await background.read("one", { waitMs: 0, signal: new AbortController().signal });
    assert.deepEqual(heard, ["begin one", "begin two", "begin three", "begin bad", "end bad"]);
    heard.length = 0;
    await background.stop("one");
    await background.stop("one");
    state("two", false);
    background.list();
    state("three", false);
    await background.read("three", { waitMs: 0, signal: new AbortController().signal });
    assert.deepEqual(heard, ["end one", "end two", "end three"]);
    assert.equal(background.list().length, 3);
  });

  it("a stop while the workspace is looked at: nothing is started in the background", async () => {
    const stop = new AbortController();
    let looked = () => {};
    const heard: string[] = [];
    const recorder = {
      runningInBackground: () =>
        new Promise<() => void>((resolve) => {
          looked = () => resolve(() => heard.push("end"));
        }),
    };
    const background = recordBackground(createBackground(), recorder);
    const starting = background.start({ ...command, command: "true" }, { signal: stop.signal });
    stop.abort();
    await assert.rejects(starting, StoppedError);
    assert.deepEqual(background.list(), []);
    looked();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(heard, ["end"]);
  });

  it("a folder with more files than are looked at: that is said", async () => {
    const folder = temporaryFolder({ "many/a": "a", "many/b": "b" });
    const roots = () => [{ name: "w", path: folder }];
    const bed = bedIn(folder);
    const { files, tree } = recordFiles(createFiles({ roots }), createFileTree({ roots }), bed.checkpoints, 2);
    await bed.checkpoints.beginMessage(1);
    await tree.remove(await files.locate("many"));
    const uncovered = [{ path: join(folder, "many"), why: "too_many_files" }];
    assert.deepEqual(await bed.checkpoints.restore(1), { files: 1, missing: [], uncovered });
    assert.equal(Object.keys(everything(folder)).length, 2);
  });
});
