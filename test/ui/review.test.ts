import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { ScriptInput } from "../simulator/script.ts";
import { lastRequest, useWorkbench } from "./fixture.ts";

const AREA = "review";

const lines = (from: number, to: number, mark = "") =>
  Array.from({ length: to - from + 1 }, (_, i) => `const value${from + i} = ${from + i};${mark}\n`).join("");

const edit = (path: string, ...edits: readonly (readonly [string, string])[]) => ({
  name: "edit_file",
  arguments: { path, edits: edits.map(([old_text, new_text]) => ({ old_text, new_text })) },
});
const read = (path: string) => ({ name: "read_file", arguments: { path } });
const TWO_PLACES = [
  ["const value2 = 2;", "const value2 = 22;"],
  ["const value38 = 38;", "const value38 = 3838;"],
] as const;

const REWRITE = [
  "for f in many/*.txt; do sed -i 's/line/LINE/' $f; done",
  "printf 'a\\000b' > many/7.txt",
  "rm many/9.txt",
  "echo new > many/new.txt",
].join("; ");

const SCRIPT: ScriptInput = {
  scenes: [
    {
      when: "change two places",
      turns: [
        { reasoning: "I look.", calls: [read("src/values.ts")] },
        { reasoning: "Two places.", calls: [edit("src/values.ts", ...TWO_PLACES)] },
        { content: "The places are changed." },
      ],
    },
    {
      when: "change three files",
      turns: [
        {
          reasoning: "Three files.",
          calls: [
            edit("src/values.ts", ["const value20 = 20;", "const value20 = 2020;"]),
            { name: "write_file", arguments: { path: "src/fresh.ts", content: "export const fresh = true;\n" } },
            { name: "delete_path", arguments: { path: "src/old.ts" } },
          ],
        },
        { content: "Three files are changed." },
      ],
    },
    {
      when: "rewrite",
      turns: [
        { reasoning: "A command.", calls: [{ name: "run_command", arguments: { command: REWRITE } }] },
        { content: "All is rewritten." },
      ],
    },
  ],
};

function prepare(workspace: string): void {
  mkdirSync(join(workspace, "src"), { recursive: true });
  mkdirSync(join(workspace, "many"));
  writeFileSync(join(workspace, "src/values.ts"), lines(1, 40));
  writeFileSync(join(workspace, "src/old.ts"), "export const old = 1;\n");
  for (let n = 1; n <= 10; n++) writeFileSync(join(workspace, `many/${n}.txt`), `line ${n}\r\nline\n`);
}

async function eventually(holds: () => boolean): Promise<void> {
  for (const until = Date.now() + 10_000; !holds(); ) {
    assert.ok(Date.now() < until, "it did not come to be");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("review and restore", () => {
  const window = useWorkbench({ simulator: { script: SCRIPT }, settings: { "mimoAgent.approval.mode": "ask" } });
  const text = (path: string) => readFileSync(join(window().workspace, path), "utf8");
  const folder = (path: string) => {
    const at = join(window().workspace, path);
    return Object.fromEntries(readdirSync(at).map((name) => [name, readFileSync(join(at, name), "base64")]));
  };

  it("takes only the hunks that are chosen, and tells the model which", async () => {
    const workbench = window();
    prepare(workbench.workspace);
    await workbench.say("change two places");
    const boxes = workbench.panel.getByRole("checkbox");
    await boxes.nth(1).waitFor();
    assert.equal(await boxes.count(), 2);
    await boxes.nth(1).uncheck();
    await workbench.button("Accept 1 of 2").waitFor();
    await workbench.screenshot({ area: AREA, name: "hunks" });
    await workbench.button("Accept 1 of 2").click();
    await workbench.panel.getByText("The places are changed.").waitFor();
    assert.equal(text("src/values.ts"), lines(1, 40).replace("value2 = 2;", "value2 = 22;"));
    const told = lastRequest(workbench).messages.findLast(({ role }) => role === "tool");
    assert.match(String(told?.content), /1 of 2 hunks/);
  });

  it("lists what was changed, shows it in the multi-file diff, and undoes one file", async () => {
    const workbench = window();
    await workbench.button("Mode: Ask").click();
    await workbench.panel.getByRole("option", { name: /^Auto edit/ }).click();
    await workbench.button("Mode: Auto edit").waitFor();
    await workbench.say("change three files");
    await workbench.panel.getByText("Three files are changed.").waitFor();
    await workbench.idle();
    const strip = workbench.panel.getByRole("region", { name: "Changed files" });
    await strip.getByText("3 files changed").click();
    await strip.getByRole("button", { name: "Undo old.ts" }).waitFor();
    await workbench.screenshot({ area: AREA, name: "changes" });
    await strip.getByRole("button", { name: "Review", exact: true }).click();
    await workbench.page.locator(".multiDiffEntry").nth(2).waitFor();
    await workbench.screenshot({ area: AREA, name: "multi-diff" });
    await strip.getByRole("button", { name: "Undo old.ts" }).click();
    await strip.getByText("2 files changed").waitFor();
    assert.equal(text("src/old.ts"), "export const old = 1;\n");
  });

  it("keeps and undoes single hunks from the editor, and leaves what the user typed", async () => {
    const workbench = window();
    const { page } = workbench;
    const strip = workbench.panel.getByRole("region", { name: "Changed files" });
    await page.keyboard.press("Control+p");
    await page.locator(".quick-input-widget input.input").first().fill("values.ts");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "values.ts" }).first().click();
    const editor = page.locator(".editor-instance .monaco-editor").first();
    await editor.locator(".codelens-decoration", { hasText: "Undo" }).nth(1).waitFor();
    // The user's own words, far from what was changed.
    await editor.locator(".view-line", { hasText: "value10" }).click();
    await page.keyboard.press("End");
    await page.keyboard.type(" // mine");
    await page.keyboard.press("Control+s");
    await workbench.screenshot({ area: AREA, name: "marks" });
    await workbench.command("MiMo: Undo Changes in File");
    await page.waitForFunction(() => document.querySelectorAll(".codelens-decoration").length === 0);
    await page.keyboard.press("Control+s");
    await eventually(() => text("src/values.ts") === lines(1, 40).replace("= 10;", "= 10; // mine"));
    await strip.getByText("1 file changed").waitFor();
    await strip.getByRole("button", { name: "Keep", exact: true }).click();
    await strip.waitFor({ state: "detached" });
    await page.locator(".tab", { hasText: "MiMo's changes" }).waitFor({ state: "detached" });
    assert.equal(text("src/fresh.ts"), "export const fresh = true;\n");
  });

  it("brings back every byte after a command that rewrote ten files, and takes that back again", async () => {
    const workbench = window();
    const before = folder("many");
    await workbench.say("rewrite it all");
    await workbench.button("Run once").click();
    await workbench.panel.getByText("All is rewritten.").waitFor();
    await workbench.idle();
    const after = folder("many");
    assert.equal(Object.keys(after).length, 10);
    assert.equal(Object.keys(before).filter((name) => before[name] === after[name]).length, 0);

    const message = workbench.panel.locator(".said", { hasText: "rewrite it all" });
    await message.hover();
    await message.getByRole("button", { name: "Restore to before this message" }).click();
    await workbench.screenshot({ area: AREA, name: "restore" });
    await workbench.panel.getByRole("menuitem", { name: "Restore files and chat" }).click();
    await workbench.button("Restore files and chat").click();
    await workbench.panel.getByRole("region", { name: "Files and chat restored" }).waitFor();
    assert.deepEqual(folder("many"), before);
    assert.equal(await workbench.panel.getByText("All is rewritten.").count(), 0);
    assert.equal(await workbench.composer.inputValue(), "rewrite it all");
    await workbench.screenshot({ area: AREA, name: "restored" });

    await workbench.button("Undo").click();
    await workbench.panel.getByText("All is rewritten.").waitFor();
    assert.deepEqual(folder("many"), after);
  });

  it("restores after the window was loaded anew, too", async () => {
    const workbench = window();
    await workbench.reload();
    await workbench.openMimo();
    const message = workbench.panel.locator(".said", { hasText: "rewrite it all" });
    await message.hover();
    await message.getByRole("button", { name: "Restore to before this message" }).click();
    await workbench.panel.getByRole("menuitem", { name: "Restore files only" }).click();
    await workbench.button("Restore files only").click();
    await workbench.panel.getByRole("region", { name: "Files restored" }).waitFor();
    assert.equal(text("many/9.txt"), "line 9\r\nline\n");
    assert.equal(text("many/7.txt"), "line 7\r\nline\n");
  });
});
