import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { isAbort, ToolError } from "../../../src/agent/errors.ts";
import type { Search, TextQuery } from "../../../src/agent/ports.ts";
import { createFiles } from "../../../src/node/files.ts";
import { findRipgrep } from "../../../src/node/ripgrep.ts";
import { createSearch } from "../../../src/node/search.ts";
import { installBed } from "../../bed/install.ts";
import { temporaryFolder } from "./temporary.ts";

const options = () => ({ signal: AbortSignal.timeout(20_000) });

function searchIn(folders: readonly [string, string][], ripgrep: string | undefined) {
  const roots = () => folders.map(([name, path]) => ({ name, path }));
  const files = createFiles({ roots });
  return { files, search: createSearch({ roots, ripgrep: async () => ripgrep }) };
}

const TREE: Readonly<Record<string, string | Uint8Array>> = {
  ".gitignore": "*.log\n/dist/\nvendor/**\n!vendor/keep.txt\n# comment\n",
  ".ignore": "generated.ts\n",
  ".git/config": "needle",
  ".git/info/exclude": "private.txt\n",
  ".hidden/a.txt": "needle in hidden\n",
  "a.txt": "one\nneedle two\nNEEDLE three\r\nfour needle needle\n",
  "no-newline.txt": "last needle",
  "empty.txt": "",
  "debug.log": "needle",
  "keep.log.txt": "needle",
  "dist/a.js": "needle",
  "src/dist/b.js": "needle",
  "src/generated.ts": "needle",
  "src/.gitignore": "!wanted.log\nlocal/\n",
  "src/wanted.log": "needle",
  "src/local/x.ts": "needle",
  "src/deep/er/c.ts": "const needle = /a+b/;\n\n\nneedle();\n",
  "src-other/d.ts": "needle",
  "vendor/lib.c": "needle",
  "vendor/keep.txt": "needle",
  "private.txt": "needle",
  "binary.bin": Buffer.concat([Buffer.from("needle\n"), Buffer.from([0, 1, 2]), Buffer.from("needle\n")]),
  "bom.txt": "\uFEFFneedle at the start\n",
  "utf16.txt": Buffer.from("\uFEFFneedle sixteen\n", "utf16le"),
  "bad.txt": Buffer.concat([Buffer.from("needle "), Buffer.from([0xc4, 0xe3]), Buffer.from("\n")]),
  "中文/文件.md": "针 needle\n",
  ".env": "SECRET=needle\n",
  ".env.example": "SECRET=needle-example\n",
  "nested/.git/HEAD": "ref: refs/heads/main\n",
  "nested/x.log": "needle",
  "nested/y.txt": "needle",
};

describe("search", function () {
  this.timeout(30_000);

  let folder = "";
  let both: [string, Search][] = [];
  let within: TextQuery["within"];
  let files: ReturnType<typeof createFiles>;

  before(async function () {
    // The test bed's VS Code brings a ripgrep, found as in a user's; the first run installs it.
    this.timeout(300_000);
    const { vscode } = await installBed();
    const program = await findRipgrep({ appRoot: vscode, avoid: [] });
    assert.ok(program, "VS Code's own ripgrep");
    folder = temporaryFolder(TREE);
    symlinkSync("a.txt", join(folder, "link.txt"));
    symlinkSync("src", join(folder, "link"));
    mkdirSync(join(folder, "bare"));
    const scan = searchIn([["app", folder]], undefined);
    files = scan.files;
    within = await files.locate(".");
    both = [
      ["ripgrep", searchIn([["app", folder]], program).search],
      ["fallback", scan.search],
    ];
  });

  const query = (more: Partial<TextQuery>): TextQuery => {
    return { pattern: "needle", literal: false, ignoreCase: false, glob: undefined, within, limit: 100, ...more };
  };
  const each = async (check: (search: Search, name: string) => Promise<void>) => {
    for (const [name, search] of both) await check(search, name);
  };

  it("finds lines, ignore files respected, secrets and binaries left out", () =>
    each(async (search, name) => {
      const { matches, more } = await search.text(query({}), options());
      const found = matches.map(({ shown, line, text }) => `${shown}:${line}:${text}`);
      assert.deepEqual(
        found,
        [
          ".env.example:1:SECRET=needle-example",
          ".hidden/a.txt:1:needle in hidden",
          "a.txt:2:needle two",
          "a.txt:4:four needle needle",
          "bad.txt:1:needle \uFFFD\uFFFD",
          "bom.txt:1:needle at the start",
          "keep.log.txt:1:needle",
          "nested/x.log:1:needle",
          "nested/y.txt:1:needle",
          "no-newline.txt:1:last needle",
          "src-other/d.ts:1:needle",
          "src/deep/er/c.ts:1:const needle = /a+b/;",
          "src/deep/er/c.ts:4:needle();",
          "src/dist/b.js:1:needle",
          "src/wanted.log:1:needle",
          "utf16.txt:1:needle sixteen",
          "vendor/keep.txt:1:needle",
          "中文/文件.md:1:针 needle",
        ],
        name,
      );
      assert.equal(more, false);
    }));

  it("respects case, literal text, globs, folders and single files", () =>
    each(async (search, name) => {
      const shown = async (more: Partial<TextQuery>) =>
        (await search.text(query(more), options())).matches.map((match) => `${match.shown}:${match.line}`);
      assert.deepEqual(await shown({ ignoreCase: true, glob: "a.txt" }), [
        ".hidden/a.txt:1",
        "a.txt:2",
        "a.txt:3",
        "a.txt:4",
      ]);
      assert.deepEqual(await shown({ pattern: "/a+b/", literal: true }), ["src/deep/er/c.ts:1"], name);
      assert.deepEqual(await shown({ pattern: "three$" }), ["a.txt:3"]);
      assert.deepEqual(await shown({ pattern: "^$", glob: "*.ts" }), ["src/deep/er/c.ts:2", "src/deep/er/c.ts:3"]);
      assert.deepEqual(await shown({ pattern: "(?<=four )needle" }), ["a.txt:4"]);
      // An ignored file stays ignored when a glob names it.
      assert.deepEqual(await shown({ glob: "*.log" }), ["nested/x.log:1", "src/wanted.log:1"], name);
      assert.deepEqual(await shown({ glob: "src/**/*.ts" }), ["src/deep/er/c.ts:1", "src/deep/er/c.ts:4"]);
      const src = await files.locate("src");
      assert.deepEqual(await shown({ within: src, glob: "*.js" }), ["src/dist/b.js:1"]);
      assert.deepEqual(await shown({ within: src, glob: "deep/**" }), ["src/deep/er/c.ts:1", "src/deep/er/c.ts:4"]);
      assert.deepEqual(await shown({ within: await files.locate("a.txt") }), ["a.txt:2", "a.txt:4"]);
      // An ignored folder is searched when it is asked for by name.
      assert.deepEqual(await shown({ within: await files.locate("dist") }), ["dist/a.js:1"], name);
      // Asked for by name, and judged by name.
      assert.deepEqual(await shown({ within: await files.locate(".env") }), [".env:1"], name);
      assert.deepEqual(await shown({ pattern: "nowhere" }), []);
    }));

  it("finds files and lists folders", () =>
    each(async (search, name) => {
      const paths = async (glob: string, at = ".", limit = 100) =>
        search.files({ glob, within: await files.locate(at), limit }, options());
      assert.deepEqual((await paths("*.ts")).paths, ["src-other/d.ts", "src/deep/er/c.ts"], name);
      assert.deepEqual((await paths("**/*.md")).paths, ["中文/文件.md"]);
      assert.deepEqual((await paths("src/deep/**", "src")).paths, ["src/deep/er/c.ts"]);
      const cut = await paths("*", ".", 3);
      assert.deepEqual(cut, { paths: [".env", ".env.example", ".gitignore"], more: true }, name);
      const folder = await files.locate("src");
      assert.deepEqual(await search.list({ folder, depth: 2, limit: 100 }, options()), {
        paths: ["src/.gitignore", "src/deep/", "src/deep/er/", "src/dist/", "src/dist/b.js", "src/wanted.log"],
        more: false,
      });
      const top = (await search.list({ folder: within, depth: 1, limit: 100 }, options())).paths;
      assert.ok(top.includes("bare/") && !top.includes("dist/") && !top.includes("link/") && !top.includes(".git/"));
      assert.deepEqual((await search.list({ folder: within, depth: 1, limit: 2 }, options())).more, true);
      await assert.rejects(
        search.list({ folder: await files.locate("a.txt"), depth: 1, limit: 9 }, options()),
        ToolError,
      );
    }));

  it("says how a pattern is wrong, and stops", () =>
    each(async (search, name) => {
      await assert.rejects(
        search.text(query({ pattern: "(" }), options()),
        (error: unknown) => {
          return error instanceof ToolError && /pattern cannot be used/.test(error.message);
        },
        name,
      );
      await assert.rejects(search.text(query({ pattern: "a\nb" }), options()), ToolError, name);
      await assert.rejects(search.text(query({}), { signal: AbortSignal.abort() }), isAbort, name);
      await assert.rejects(
        search.files({ glob: "*", within, limit: 9 }, { signal: AbortSignal.abort() }),
        isAbort,
        name,
      );
    }));

  it("cuts at the limit, the first ones first", () =>
    each(async (search, name) => {
      const { matches, more } = await search.text(query({ limit: 2 }), options());
      assert.deepEqual([matches.map(({ shown }) => shown), more], [[".env.example", ".hidden/a.txt"], true], name);
    }));

  it("searches all folders of a workspace", async () => {
    const a = temporaryFolder({ "x.ts": "needle" });
    const b = temporaryFolder({ "lib/y.ts": "needle" });
    for (const [name] of both) {
      const program = name === "ripgrep" ? await findRipgrep({ avoid: [] }) : undefined;
      const many = searchIn(
        [
          ["web", b],
          ["api", a],
        ],
        program,
      );
      const whole = await many.files.locate(".");
      const { matches } = await many.search.text(query({ within: whole }), options());
      assert.deepEqual(
        matches.map(({ shown }) => shown),
        ["api/x.ts", "web/lib/y.ts"],
      );
      assert.deepEqual((await many.search.files({ glob: "*.ts", within: whole, limit: 9 }, options())).paths, [
        "api/x.ts",
        "web/lib/y.ts",
      ]);
      assert.deepEqual((await many.search.list({ folder: whole, depth: 2, limit: 9 }, options())).paths, [
        "web/",
        "web/lib/",
        "api/",
        "api/x.ts",
      ]);
      const web = await many.files.locate("web");
      assert.deepEqual(
        (await many.search.text(query({ within: web }), options())).matches.map(({ shown }) => shown),
        ["web/lib/y.ts"],
      );
    }
  });

  it("ripgrep and the fallback agree on a generated tree", async () => {
    const names = ["a", "b-c", "b", "Z", "x.y", "test", "build", "ü"];
    let seed = 7;
    const random = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * n);
    };
    const pick = () => names[random(names.length)] ?? "a";
    const tree: Record<string, string> = {};
    for (let i = 0; i < 250; i++) {
      const path = [
        ...Array.from({ length: random(4) }, pick),
        `${pick()}${random(20)}.${["ts", "log", "txt"][random(3)]}`,
      ];
      tree[path.join("/")] = Array.from({ length: random(8) }, () => `${pick()} ${random(30)}`).join("\n");
    }
    const rules = [
      "*.log",
      "build/",
      "/test",
      "!a1.log",
      "b*/",
      "x.y/*",
      "!x.y/a*",
      "**/Z/**",
      "b-c/*.ts",
      "a?.txt",
      "[xZ]*",
      "\\!x",
    ];
    for (let i = 0; i < 25; i++) {
      const at = Array.from({ length: random(3) }, pick);
      const name = [".gitignore", ".gitignore", ".ignore"][random(3)] ?? "";
      tree[[...at, name].join("/")] = Array.from({ length: 1 + random(3) }, () => rules[random(rules.length)]).join(
        "\n",
      );
    }
    const generated = temporaryFolder(tree);
    const program = await findRipgrep({ avoid: [] });
    const [first, second] = [program, undefined].map((each) => searchIn([["app", generated]], each));
    for (const at of [".", "a", "b", "x.y", "b-c"]) {
      const place = await files.locate(join(generated, at));
      for (const pattern of ["a 1", "^[a-z] ", "Z.*2$", "ü"]) {
        const wanted = query({ pattern, within: place, limit: 10_000 });
        assert.deepEqual(await first?.search.text(wanted, options()), await second?.search.text(wanted, options()));
      }
      for (const glob of ["*.ts", "**", "a/**/*.txt", "*1*"]) {
        const wanted = { glob, within: place, limit: 10_000 };
        assert.deepEqual(
          await first?.search.files(wanted, options()),
          await second?.search.files(wanted, options()),
          at,
        );
      }
    }
  }).timeout(20_000);

  it("the fallback gives up on a pattern that would never end", async () => {
    const { files, search } = searchIn([["app", temporaryFolder({ a: `${"a".repeat(60)}b` })]], undefined);
    const start = performance.now();
    const hostile = query({ pattern: "^(a+)+$", within: await files.locate(".") });
    await assert.rejects(search.text(hostile, options()), (error: unknown) => {
      return error instanceof ToolError && /takes too long/.test(error.message);
    });
    assert.ok(performance.now() - start < 3_000);
  });

  it("never takes a ripgrep from the workspace", async () => {
    const workspace = temporaryFolder({ "bin/rg": "#!/bin/sh\n" });
    chmodSync(join(workspace, "bin/rg"), 0o755);
    const env = { PATH: `${join(workspace, "bin")}:bin:.` };
    assert.equal(await findRipgrep({ avoid: [workspace], env }), undefined);
    assert.equal(await findRipgrep({ avoid: [], env }), join(workspace, "bin/rg"));
    const appRoot = temporaryFolder({ "node_modules/@vscode/ripgrep/bin/rg": "" });
    const bundled = join(appRoot, "node_modules/@vscode/ripgrep/bin/rg");
    assert.equal(await findRipgrep({ appRoot, avoid: [], env: {} }), undefined);
    chmodSync(bundled, 0o755);
    assert.equal(await findRipgrep({ appRoot, avoid: [], env }), bundled);
  });

  it("the fallback gives up on choices, too, that would never end", async () => {
    const { files, search } = searchIn([["app", temporaryFolder({ a: `${"a".repeat(60)}!` })]], undefined);
    const hostile = query({ pattern: `${"(a|aa)".repeat(40)}$`, within: await files.locate(".") });
    await assert.rejects(search.text(hostile, options()), /takes too long/);
  });

  it("finds lines that hold the separators U+2028 and U+2029", async () => {
    const folder = temporaryFolder({ "a.txt": "needle\u2028one\nneedle\u2029two\n" });
    for (const program of [undefined, await findRipgrep({ avoid: [] })]) {
      const { files, search } = searchIn([["app", folder]], program);
      const { matches } = await search.text(query({ pattern: "needle", within: await files.locate(".") }), options());
      assert.deepEqual(
        matches.map(({ line, text }) => [line, text]),
        [
          [1, "needle\u2028one"],
          [2, "needle\u2029two"],
        ],
      );
    }
  });
});
