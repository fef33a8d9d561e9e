import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { asksForSecret, looksLikePrompt, watchWaiting } from "../../../src/node/shellWaiting.ts";
import { wait } from "./processes.ts";

describe("a command that waits for input", () => {
  it("is known by its line", () => {
    const asks = [
      "Continue? ",
      "Proceed [y/N] ",
      "Overwrite (yes/no)? ",
      "Name: ",
      "[sudo] password for ann: ",
      "Enter passphrase for key '/home/a/.ssh/id': ",
      "> ",
      ">>> ",
      "(Pdb) ",
      "Press any key to continue . . .",
      "Press ENTER",
      "--More--",
      "请输入密码：",
      "是否继续？",
      "? Project name: » ",
    ];
    const says = [
      "",
      "   ",
      "Building...",
      "50%",
      "Downloading 3 of 4",
      "[====    ] 40/100",
      "done.",
      "listening on 3000",
    ];
    assert.deepEqual(
      asks.filter((line) => !looksLikePrompt(line)),
      [],
    );
    assert.deepEqual(says.filter(looksLikePrompt), []);
    assert.deepEqual(
      [
        asksForSecret("Password: "),
        asksForSecret("密码："),
        asksForSecret("", "read -rs answer"),
        asksForSecret("Name: ", "read -rs answer"),
        asksForSecret("", "ls -s | read x"),
        asksForSecret("Name: "),
      ],
      [true, true, true, false, false, false],
    );
  });

  const watched = (reads: () => boolean | undefined) => {
    const seen: (string | undefined)[] = [];
    const watch = watchWaiting({
      readsInput: async () => reads(),
      onWaiting: (prompt) => seen.push(prompt),
      onUnprompted: () => seen.push("unprompted"),
      quietMs: 30,
      unpromptedMs: 60,
    });
    return { seen, watch };
  };
  const until = async (test: () => boolean) => {
    for (let i = 0; i < 400 && !test(); i++) await wait(10);
    assert.ok(test());
  };

  it("is told once, and again when it goes on", async () => {
    const { seen, watch } = watched(() => undefined);
    watch.output("building\nGo on? ");
    await until(() => seen.length === 1);
    assert.equal(watch.prompt, "Go on? ");
    await wait(100);
    watch.output("yes\nName: ");
    await until(() => seen.length === 3);
    watch.input();
    watch.end();
    assert.deepEqual(seen, ["Go on? ", undefined, "Name: ", undefined]);
  });

  it("says nothing of one that only takes its time", async () => {
    const { seen, watch } = watched(() => undefined);
    watch.output("compiling 3 files");
    await wait(300);
    watch.end();
    assert.deepEqual(seen, []);
  });

  it("is seen also where it asked with a whole line, or not at all", async () => {
    const { seen, watch } = watched(() => true);
    watch.output("Pick one:\n1) a\n2) b\n");
    await until(() => seen.includes("unprompted"));
    watch.end();
    assert.equal(seen[0], "2) b");
    const silent = watched(() => true);
    await until(() => silent.seen.includes("unprompted"));
    silent.watch.end();
    assert.equal(silent.seen[0], "");
  });

  it("somebody who types is not cut off", async () => {
    const { seen, watch } = watched(() => true);
    watch.input();
    await until(() => seen.length === 1);
    await wait(300);
    watch.end();
    assert.deepEqual(seen, [""]);
  });
});
