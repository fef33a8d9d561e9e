import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { ToolError } from "../../../src/agent/errors.ts";
import { createFiles } from "../../../src/node/files.ts";
import { createFileTree, moveAcross } from "../../../src/node/fileTree.ts";
import { temporaryFolder } from "./temporary.ts";

function one(content: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder(content);
  const roots = () => [{ name: "app", path: folder }];
  const { locate } = createFiles({ roots });
  const tree = createFileTree({ roots });
  return {
    folder,
    tree,
    locate,
    move: async (from: string, to: string) => tree.move(await locate(from), await locate(to)),
    remove: async (path: string) => tree.remove(await locate(path)),
    createFolder: async (path: string) => tree.createFolder(await locate(path)),
  };
}

const toolError = (words: RegExp) => (error: unknown) => error instanceof ToolError && words.test(error.message);

describe("the file tree", () => {
  it("moves files and folders to where nothing is", async () => {
    const { folder, move } = one({ "a.txt": "a", "src/x/y.ts": "y" });
    await move("a.txt", "new/deep/b.txt");
    assert.equal(readFileSync(join(folder, "new/deep/b.txt"), "utf8"), "a");
    assert.equal(existsSync(join(folder, "a.txt")), false);
    await move("src", "lib/src");
    assert.equal(readFileSync(join(folder, "lib/src/x/y.ts"), "utf8"), "y");
    await move("new/deep/b.txt", "new/deep/B.txt");
    assert.equal(readFileSync(join(folder, "new/deep/B.txt"), "utf8"), "a");
  });

  it("refuses to move onto something, into itself, from nothing or through a file", async () => {
    const { folder, move } = one({ "a.txt": "a", "b.txt": "b", "src/x.ts": "" });
    await assert.rejects(move("a.txt", "b.txt"), toolError(/^b.txt is there already; nothing was moved/));
    await assert.rejects(move("a.txt", "src"), toolError(/src is there already/));
    await assert.rejects(move("a.txt", "a.txt"), toolError(/is there already/));
    await assert.rejects(move("src", "src/inner"), toolError(/cannot be moved into itself/));
    await assert.rejects(move("none", "x"), toolError(/none does not exist/));
    await assert.rejects(move("a.txt", "b.txt/x"), toolError(/a file stands where a folder should/));
    assert.equal(readFileSync(join(folder, "b.txt"), "utf8"), "b");
  });

  it("never touches the workspace folder itself, nor what holds it", async () => {
    const { folder, move, remove } = one({ "a.txt": "a" });
    await assert.rejects(remove("."), toolError(/holds the workspace; it cannot be deleted/));
    await assert.rejects(remove(".."), toolError(/holds the workspace/));
    await assert.rejects(remove("/"), toolError(/whole disk/));
    await assert.rejects(move(".", "/tmp/elsewhere-entirely"), toolError(/holds the workspace; it cannot be moved/));
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "a");
  });

  it("removes a folder with all it holds, and not what its links lead to", async () => {
    const outside = temporaryFolder({ keep: "k" });
    const { folder, remove } = one({ "src/x.ts": "", "src/deep/y.ts": "" });
    symlinkSync(outside, join(folder, "src/link"));
    await remove("src");
    assert.equal(existsSync(join(folder, "src")), false);
    assert.equal(readFileSync(join(outside, "keep"), "utf8"), "k");
    await assert.rejects(remove("src"), toolError(/does not exist/));
  });

  it("refuses when a link was put in the way after the path was judged", async () => {
    const outside = temporaryFolder({ "a.txt": "theirs" });
    const { folder, tree, locate } = one({ "sub/a.txt": "ours" });
    const place = await locate("sub/a.txt");
    const target = await locate("sub/b.txt");
    renameSync(join(folder, "sub"), join(folder, "moved"));
    symlinkSync(outside, join(folder, "sub"));
    await assert.rejects(tree.remove(place), toolError(/leads elsewhere/));
    await assert.rejects(tree.move(await locate("moved/a.txt"), target), toolError(/leads elsewhere/));
    await assert.rejects(tree.createFolder(target), toolError(/leads elsewhere/));
    assert.equal(readFileSync(join(outside, "a.txt"), "utf8"), "theirs");
  });

  it("creates folders with those above them", async () => {
    const { folder, createFolder } = one({ "a.txt": "" });
    await createFolder("x/y/z");
    assert.ok(statSync(join(folder, "x/y/z")).isDirectory());
    await assert.rejects(createFolder("x/y"), toolError(/x\/y is there already\.$/));
    await assert.rejects(createFolder("a.txt"), toolError(/is there already, and is a file/));
    await assert.rejects(createFolder("a.txt/b"), toolError(/a file stands where a folder should/));
  });

  it("lists every plain file, sorted, up to a limit", async () => {
    const { folder, tree, locate } = one({ "src/b.ts": "", "src/.git/x": "", "src/a/c.ts": "", "z.ts": "" });
    symlinkSync("b.ts", join(folder, "src/link.ts"));
    writeFileSync(join(folder, ".gitignore"), "*.ts");
    const src = await locate("src");
    const paths = ["src/.git/x", "src/a/c.ts", "src/b.ts"].map((path) => join(folder, path));
    assert.deepEqual(await tree.filesIn(src, { limit: 3 }), { paths, more: false });
    assert.deepEqual(await tree.filesIn(src, { limit: 2 }), { paths: paths.slice(0, 2), more: true });
    const z = join(folder, "z.ts");
    assert.deepEqual(await tree.filesIn(await locate("z.ts"), { limit: 1 }), { paths: [z], more: false });
  });

  it("crosses disks by copying first, and leaves nothing half done", async () => {
    const { folder } = one({ "src/a.ts": "a", "src/deep/b.ts": "b", "there/x": "x" });
    await moveAcross(join(folder, "src"), join(folder, "dst"));
    assert.equal(readFileSync(join(folder, "dst/deep/b.ts"), "utf8"), "b");
    assert.equal(existsSync(join(folder, "src")), false);
    mkdirSync(join(folder, "src"));
    await assert.rejects(moveAcross(join(folder, "none"), join(folder, "never")));
    assert.equal(existsSync(join(folder, "never")), false);
  });
});
