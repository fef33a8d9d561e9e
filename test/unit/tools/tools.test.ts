import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import type { ShellResult } from "../../../src/agent/ports.ts";
import { wireTools } from "../../../src/agent/tool.ts";
import { allTools } from "../../../src/tools/all.ts";
import { EVERYTHING, toolNamed, workbench } from "./bench.ts";

const toolError = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ToolError, String(error));
  assert.match(error.message, words);
  return true;
};

describe("the tool list", () => {
  const wire = wireTools(allTools(EVERYTHING));
  const namesOf = (tools: ReturnType<typeof allTools>) => tools.map(({ name }) => name);

  it("is small, stable and says what the platform needs", () => {
    const sent = JSON.stringify(wire);
    assert.ok(Buffer.byteLength(sent) <= 5_500, `${Buffer.byteLength(sent)} bytes`);
    assert.equal(JSON.stringify(wireTools(allTools(EVERYTHING))), sent);
    const names = wire.map((tool) => tool.function.name);
    assert.deepEqual(names, [
      "read_file",
      "list_files",
      "find_files",
      "search_text",
      "edit_file",
      "write_file",
      "run_command",
      "read_output",
      "stop_command",
      "update_todos",
      "move_path",
      "delete_path",
      "create_folder",
      "edit_notebook",
      "get_diagnostics",
      "ask_user",
    ]);
    for (const { function: tool } of wire) {
      assert.equal(tool.parameters.type, "object");
      assert.ok(tool.description.length > 0);
    }
  });

  it("knows what models call from their training, and does not offer it", () => {
    const listed = new Set(wire.map((tool) => tool.function.name));
    assert.deepEqual(
      namesOf(allTools(EVERYTHING)).filter((name) => !listed.has(name)),
      ["apply_patch"],
    );
  });

  it("offers the editor's problems and the user only where they are", () => {
    const always = namesOf(allTools());
    assert.deepEqual(always, namesOf(allTools(EVERYTHING)).slice(0, -2));
    assert.deepEqual(namesOf(allTools({ user: EVERYTHING.user })), [...always, "ask_user"]);
    assert.deepEqual(namesOf(allTools({ diagnostics: EVERYTHING.diagnostics })), [...always, "get_diagnostics"]);
  });

  it("runs side by side what only looks", () => {
    const alone = allTools(EVERYTHING).filter(({ readOnly }) => !readOnly);
    assert.deepEqual(namesOf(alone), [
      "edit_file",
      "write_file",
      "run_command",
      "stop_command",
      "move_path",
      "delete_path",
      "create_folder",
      "edit_notebook",
      "apply_patch",
      "ask_user",
    ]);
  });

  it("has the fixed arguments", () => {
    const parameters = Object.fromEntries(wire.map(({ function: tool }) => [tool.name, tool.parameters]));
    assert.deepEqual(parameters.read_file, {
      type: "object",
      properties: {
        path: { type: "string" },
        start: { type: "integer", minimum: 1 },
        end: { type: "integer", minimum: 1 },
        line_numbers: { type: "boolean" },
      },
      required: ["path"],
    });
    assert.deepEqual(parameters.run_command, {
      type: "object",
      properties: {
        command: { type: "string" },
        cwd: { type: "string" },
        timeout: { type: "number", description: "seconds", exclusiveMinimum: 0, maximum: 600 },
        background: { type: "boolean" },
      },
      required: ["command"],
    });
    assert.deepEqual(parameters.edit_file, {
      type: "object",
      properties: {
        path: { type: "string" },
        edits: {
          type: "array",
          items: {
            type: "object",
            properties: {
              old_text: { type: "string" },
              new_text: { type: "string" },
              replace_all: { type: "boolean" },
            },
            required: ["old_text", "new_text"],
          },
        },
      },
      required: ["path", "edits"],
    });
  });

  it("forgives what is clear and refuses what is not", () => {
    const read = toolNamed("read_file").schema;
    assert.deepEqual(read.parse({ path: "a", start: "12", end: null }), { path: "a", start: 12 });
    const edit = toolNamed("edit_file").schema;
    const edits = [{ old_text: "1", new_text: "2" }];
    assert.deepEqual(edit.parse({ path: "a", edits: JSON.stringify(edits) }), { path: "a", edits });
    const quoted = { path: "a", edits: [{ old_text: "1", new_text: "2", replace_all: "true" }] };
    assert.deepEqual(edit.parse(quoted), { path: "a", edits: [{ old_text: "1", new_text: "2", replace_all: true }] });
    // Text that looks like a number stays text.
    assert.deepEqual(toolNamed("write_file").schema.parse({ path: "1", content: "null" }), {
      path: "1",
      content: "null",
    });
    const refused: [string, unknown][] = [
      ["read_file", { path: "a", start: "one" }],
      ["read_file", { path: "a", start: 0 }],
      ["read_file", { path: "a", lines: 3 }],
      ["read_file", { path: null }],
      ["read_file", "a"],
      ["read_file", null],
      ["edit_file", { path: "a", edits: [] }],
      ["edit_file", { path: "a", edits: [{ old_text: "1" }] }],
      ["edit_file", { path: "a", edits: [{ old_text: "1", new_text: "2", count: 1 }] }],
      ["edit_file", JSON.parse('{"path":"a","edits":[{"old_text":"1","new_text":"2"}],"__proto__":{"x":1}}')],
      ["run_command", { command: "x", timeout: 601 }],
      ["run_command", { command: "" }],
      ["read_output", { id: "bg1", wait: 61 }],
      ["update_todos", { todos: [{ text: "a", status: "later" }] }],
      ["update_todos", { todos: Array.from({ length: 51 }, () => ({ text: "a", status: "done" })) }],
      ["ask_user", { question: " " }],
    ];
    for (const [name, args] of refused) {
      assert.equal(toolNamed(name).schema.safeParse(args).success, false, `${name} ${JSON.stringify(args)}`);
    }
  });
});

describe("read_file", () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join("");

  it("gives the raw text, or a range of its lines", async () => {
    const { call } = workbench({ "a.txt": "one\r\n two\nthree", "empty.txt": "" });
    assert.equal(await call("read_file", { path: "a.txt" }), "one\r\n two\nthree");
    assert.equal(await call("read_file", { path: "a.txt", start: 2 }), " two\nthree\n[lines 2-3 of 3]");
    assert.equal(await call("read_file", { path: "a.txt", start: 1, end: 2 }), "one\r\n two\n[lines 1-2 of 3]");
    assert.equal(await call("read_file", { path: "a.txt", start: 1, end: 99 }), "one\r\n two\nthree");
    assert.equal(await call("read_file", { path: "empty.txt" }), "(empty file)");
    await assert.rejects(call("read_file", { path: "a.txt", start: 4 }), toolError(/a\.txt has 3 lines; start 4/));
    await assert.rejects(call("read_file", { path: "a.txt", start: 3, end: 2 }), toolError(/before start/));
  });

  it("caps lines and bytes and says how to go on", async () => {
    const wide = "é".repeat(2_499);
    const { call } = workbench({
      "long.txt": numbered(2_310),
      "wide.txt": `${wide}\n`.repeat(30),
      "huge.txt": "好".repeat(30_000),
    });
    const long = await call("read_file", { path: "long.txt" });
    assert.ok(long.endsWith("\n2000\n[lines 1-2000 of 2310; go on with start 2001]"));
    assert.equal(await call("read_file", { path: "long.txt", start: 2_309 }), "2309\n2310\n[lines 2309-2310 of 2310]");
    assert.match(await call("read_file", { path: "wide.txt" }), /\n\[lines 1-10 of 30; go on with start 11\]$/);
    const huge = await call("read_file", { path: "huge.txt" });
    assert.match(huge, /^好{16666}\n\[line 1 cut after 50000 bytes/);
  });

  it("declares the read, has no effect before it runs, and remembers the version", async () => {
    const { folder, env, plan } = workbench({ "a.txt": "x" });
    const { actions, run } = await plan("read_file", { path: "a.txt" });
    const place = { path: join(folder, "a.txt"), shown: "a.txt", inside: true, kind: "file" };
    assert.deepEqual(actions, [{ kind: "read", place }]);
    assert.equal(env.seen.size, 0);
    await run();
    assert.deepEqual([...env.seen], [[place.path, (await env.files.read(await env.files.locate("a.txt"))).version]]);
  });

  it("helps with a path that does not exist", async () => {
    const { call } = workbench({ "src/panel/view.ts": "", "src/panel/style.css": "", "README.md": "" });
    await assert.rejects(
      call("read_file", { path: "view.ts" }),
      toolError(/^view\.ts does not exist\. Files of that name: src\/panel\/view\.ts$/),
    );
    await assert.rejects(
      call("read_file", { path: "src/panel/veiw.ts" }),
      toolError(/In src\/panel: view\.ts, style\.css$/),
    );
    await assert.rejects(
      call("read_file", { path: "lib/x/Readme.txt" }),
      toolError(/In the workspace folder: README\.md, src\/$/),
    );
    await assert.rejects(call("read_file", { path: "src" }), toolError(/is a folder; list it with list_files/));
    await assert.rejects(
      call("read_file", { path: "/no/such/place" }),
      toolError(/^\/no\/such\/place does not exist\.$/),
    );
  });
});

describe("a pipe where a file should be", function () {
  this.timeout(5_000);

  it("is refused by every tool, and nobody waits for its other end", async () => {
    const { folder, call } = workbench({ "a.txt": "hit\n" }, EVERYTHING);
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const refused = toolError(/pipe is not a regular file \(a device, pipe or socket\)/);
    await assert.rejects(call("read_file", { path: "pipe" }), refused);
    await assert.rejects(call("write_file", { path: "pipe", content: "x" }), refused);
    await assert.rejects(call("edit_file", { path: "pipe", edits: [{ old_text: "a", new_text: "b" }] }), refused);
    await assert.rejects(call("search_text", { pattern: "x", path: "pipe" }), refused);
    await assert.rejects(call("get_diagnostics", { path: "pipe" }), refused);
    await assert.rejects(call("run_command", { command: "true", cwd: "pipe" }), refused);
    assert.equal(await call("search_text", { pattern: "hit" }), "a.txt\n1:hit\n");
  });
});

describe("looking around", function () {
  this.timeout(20_000);

  const tree = {
    ".gitignore": "out/\n",
    "src/a.ts": "let x = 1;\nlet y = 22;\n",
    "src/b/c.ts": "x\n",
    "out/x.ts": "x",
  };

  it("lists, finds and searches", async () => {
    const { call } = workbench(tree);
    assert.equal(await call("list_files", {}), ".gitignore\nsrc/\nsrc/a.ts\nsrc/b/\n");
    assert.equal(await call("list_files", { path: "src", depth: 1 }), "src/a.ts\nsrc/b/\n");
    assert.equal(await call("find_files", { pattern: "*.ts" }), "src/a.ts\nsrc/b/c.ts\n");
    assert.match(await call("find_files", { pattern: "*.rs", path: "src" }), /^No files match \*\.rs in src/);
    assert.equal(await call("search_text", { pattern: "\\bx\\b" }), "src/a.ts\n1:let x = 1;\nsrc/b/c.ts\n1:x\n");
    assert.equal(
      await call("search_text", { pattern: "LET .", ignore_case: true, path: "src/a.ts" }),
      "src/a.ts\n1:let x = 1;\n2:let y = 22;\n",
    );
    assert.match(await call("search_text", { pattern: "(", literal: true }), /^No matches/);
    await assert.rejects(call("search_text", { pattern: "(" }), toolError(/set literal/));
    await assert.rejects(call("list_files", { path: "src/a.ts" }), toolError(/is a file, not a folder/));
    await assert.rejects(call("search_text", { pattern: "x", path: "srk" }), toolError(/srk does not exist.*src\//));
  });

  it("caps what it gives", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 600 }, (_, i) => [`f${String(i).padStart(4, "0")}.txt`, "hit\n"]),
    );
    const { call } = workbench({ ...many, "long.min.js": `hit${"z".repeat(5_000)}\n` });
    const listed = await call("list_files", {});
    assert.match(listed, /^f0000\.txt\n(.*\n){499}\[more; list a folder below/);
    assert.match(await call("find_files", { pattern: "*.txt" }), /f0299\.txt\n\[more; narrow/);
    assert.match(await call("search_text", { pattern: "hit" }), /^f0000\.txt\n1:hit\n(.*\n){398}\[more; narrow/);
    const line = await call("search_text", { pattern: "hit", path: "long.min.js" });
    assert.equal(line, `long.min.js\n1:hit${"z".repeat(297)}…\n`);
  });
});

describe("write_file", () => {
  it("creates files with their folders", async () => {
    const { folder, call, plan } = workbench();
    const args = { path: "src/new/a.ts", content: "one\ntwo\n" };
    const { actions } = await plan("write_file", args);
    assert.deepEqual(actions, [
      {
        kind: "write",
        place: { path: join(folder, "src/new/a.ts"), shown: "src/new/a.ts", inside: true, kind: "missing" },
        change: {
          shown: "src/new/a.ts",
          path: join(folder, "src/new/a.ts"),
          kind: "create",
          added: 2,
          removed: 0,
          truncated: false,
          hunks: [
            {
              oldStart: 1,
              newStart: 1,
              lines: [
                { sign: "+", text: "one" },
                { sign: "+", text: "two" },
              ],
            },
          ],
        },
      },
    ]);
    assert.equal(await call("write_file", args), "Created src/new/a.ts (2 lines).");
    assert.equal(readFileSync(join(folder, "src/new/a.ts"), "utf8"), "one\ntwo\n");
    // What it wrote itself it has seen.
    assert.equal(await call("write_file", { ...args, content: "1\n" }), "Replaced src/new/a.ts (+1 -2).");
    assert.match(await call("write_file", { ...args, content: "1\n" }), /exactly this content already/);
  });

  it("replaces only what the model has seen as it is", async () => {
    const { folder, call } = workbench({ "a.txt": "a\r\nb\r\n" });
    await assert.rejects(call("write_file", { path: "a.txt", content: "x" }), toolError(/have not read it/));
    await call("read_file", { path: "a.txt" });
    writeFileSync(join(folder, "a.txt"), "user\r\n");
    await assert.rejects(
      call("write_file", { path: "a.txt", content: "x" }),
      toolError(/has changed since you read it/),
    );
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "user\r\n");
    await call("read_file", { path: "a.txt" });
    await call("write_file", { path: "a.txt", content: "x\ny\n" });
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "x\r\ny\r\n");
    await assert.rejects(call("write_file", { path: "sub/", content: "x" }), toolError(/names a folder/));
    await assert.rejects(call("write_file", { path: ".", content: "x" }), toolError(/is a folder/));
  });

  it("writes nothing when the file changed between approval and write", async () => {
    const { folder, call, plan } = workbench({ "a.txt": "a" });
    await call("read_file", { path: "a.txt" });
    const planned = await plan("write_file", { path: "a.txt", content: "mine" });
    writeFileSync(join(folder, "a.txt"), "theirs");
    await assert.rejects(planned.run(), toolError(/changed meanwhile; nothing was written/));
    const fresh = await plan("write_file", { path: "b.txt", content: "mine" });
    writeFileSync(join(folder, "b.txt"), "theirs");
    await assert.rejects(fresh.run(), toolError(/come into being/));
    assert.equal(
      readFileSync(join(folder, "a.txt"), "utf8") + readFileSync(join(folder, "b.txt"), "utf8"),
      "theirstheirs",
    );
  });
});

describe("run_command", function () {
  this.timeout(20_000);

  it("gives the raw output and how it ended", async () => {
    const { folder, call } = workbench({ "sub/x": "" });
    assert.equal(await call("run_command", { command: "echo hi" }), "hi\n");
    assert.equal(await call("run_command", { command: "printf hi; exit 3" }), "hi\n[exit 3]");
    assert.equal(await call("run_command", { command: "true" }), "(no output)");
    assert.equal(await call("run_command", { command: "false" }), "(no output)\n[exit 1]");
    assert.equal(await call("run_command", { command: "pwd", cwd: "sub" }), `${folder}/sub\n`);
    assert.equal(
      await call("run_command", { command: "echo a; sleep 5", timeout: "0.3" }),
      "a\n[timed out after 0.3 s]",
    );
    assert.equal(await call("run_command", { command: "kill -9 $$" }), "(no output)\n[ended by SIGKILL]");
    await assert.rejects(call("run_command", { command: "ls", cwd: "nope" }), toolError(/nope does not exist/));
  });

  it("hands the shell what was approved", async () => {
    const asked: unknown[] = [];
    const result: ShellResult = { output: "ok", exitCode: 0, signal: undefined, timedOut: false };
    const shell = {
      name: "bash",
      run: async (command: unknown) => {
        asked.push(command);
        return result;
      },
    };
    const { folder, plan } = workbench({}, { shell });
    const { actions, run } = await plan("run_command", { command: "make\nall", timeout: "600" });
    const cwd = { path: folder, shown: ".", inside: true, kind: "folder" };
    assert.deepEqual(actions, [{ kind: "command", command: "make\nall", cwd }]);
    assert.deepEqual(asked, []);
    assert.equal(await run(), "ok");
    assert.deepEqual(asked, [{ command: "make\nall", cwd: folder, timeoutMs: 600_000, callId: "c" }]);
  });
});
