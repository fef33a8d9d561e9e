import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ViewEvent } from "../../../src/protocol/view.ts";
import { axeFaults } from "./page/axe.ts";
import { drawnAfter } from "./page/drawnAfter.ts";
import { bundle, openPanelBrowser, type PageOptions, type PanelPage } from "./page/panelPage.ts";
import * as samples from "./page/samples.ts";
import { usePanelPage } from "./page/usePanelPage.ts";

const { READY, BUSY } = samples;

describe("the panel in a browser", function () {
  this.timeout(60_000);
  const page = usePanelPage();
  const open = (state = READY, events?: readonly ViewEvent[], options?: PageOptions) =>
    page({ state, events, options });
  /** Without the drafts, which come when typing pauses. */
  const posted = async (opened: PanelPage) => (await opened.posted()).filter(({ type }) => type !== "draft");
  const answers = async (opened: PanelPage) => (await opened.posted()).filter(({ type }) => type === "answer");
  const sent = async (opened: PanelPage) => (await opened.posted()).filter(({ type }) => type === "send");

  it("says ready once, and asks again after a gap in the numbers", async () => {
    const opened = await open(READY, samples.conversation());
    await opened.send({ type: "events", seq: 7, events: samples.stamped([[60, 4, { type: "end", outcome: "done" }]]) });
    await opened.page.waitForFunction(() => (globalThis as unknown as { posted: unknown[] }).posted.length === 2);
    assert.deepEqual(await posted(opened), [{ type: "ready" }, { type: "ready" }]);
    assert.equal(await opened.page.getByText("exit 0").count(), 1);
  });

  it("is drawn the same from a snapshot as from the same events live", async () => {
    const body = (opened: PanelPage) =>
      opened.page.evaluate(() => document.querySelector(".log")?.innerHTML.replace(/ class="step live"/g, ""));
    const once = await open(READY, samples.finished());
    const expected = await body(once);
    const live = await open(READY, []);
    for (const event of samples.finished()) await live.events([event]);
    await live.page.getByText("all 46 tests pass").waitFor();
    await live.page.waitForTimeout(100);
    assert.equal(await body(live), expected);
  });

  it("sends on Enter, breaks the line on Shift+Enter, keeps the draft", async () => {
    const opened = await open();
    const field = opened.page.locator("textarea");
    await field.click();
    await opened.page.keyboard.type("one");
    await opened.page.keyboard.press("Shift+Enter");
    await opened.page.keyboard.type("two");
    const kept = () => opened.page.evaluate(() => (globalThis as unknown as { kept: unknown }).kept);
    assert.deepEqual(await kept(), { draft: "one\ntwo" });
    await opened.page.keyboard.press("Enter");
    assert.deepEqual(await sent(opened), [{ type: "send", text: "one\ntwo" }]);
    assert.deepEqual(await kept(), { draft: "" });
    await opened.page.keyboard.press("Enter");
    assert.equal((await sent(opened)).length, 1);
  });

  it("never sends with the Enter of an input method", async () => {
    const opened = await open();
    await opened.page.locator("textarea").click();
    const cdp = await opened.page.context().newCDPSession(opened.page);
    await cdp.send("Input.imeSetComposition", { text: "ni hao", selectionStart: 6, selectionEnd: 6 });
    const enter = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 };
    await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...enter, windowsVirtualKeyCode: 229 });
    await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...enter });
    await cdp.send("Input.insertText", { text: "你好" });
    assert.equal(await opened.page.locator("textarea").inputValue(), "你好");
    assert.deepEqual(await sent(opened), []);
    // Safari's order: compositionend first, then the keydown of the same key.
    await opened.page.evaluate(() => {
      const field = document.querySelector("textarea");
      field?.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
      field?.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "好" }));
      field?.dispatchEvent(
        new KeyboardEvent("keydown", { key: "Enter", keyCode: 13, bubbles: true, cancelable: true }),
      );
    });
    assert.deepEqual(await sent(opened), []);
    await opened.page.waitForTimeout(80);
    await opened.page.keyboard.press("Enter");
    assert.deepEqual(await sent(opened), [{ type: "send", text: "你好" }]);
  });

  it("stops on the square and on Esc", async () => {
    const opened = await open(BUSY, samples.thinking());
    await opened.page.getByRole("button", { name: "Stop" }).click();
    await opened.page.keyboard.press("Escape");
    assert.deepEqual((await posted(opened)).slice(1), [{ type: "stop" }, { type: "stop" }]);
  });

  it("asks about a command and hands over each answer", async () => {
    const buttons = { "Run once": "once", "Always in this chat": "session" } as const;
    for (const [name, decision] of Object.entries(buttons)) {
      const opened = await open(BUSY, samples.asksForCommand());
      const card = opened.page.getByRole("group", { name: "Waiting for you: npm test -- src/cart" });
      await card.getByText("Asks because this mode confirms every command.").waitFor();
      await card.getByText("in packages/web").waitFor();
      await card.getByRole("button", { name, exact: true }).click();
      assert.deepEqual(await answers(opened), [{ type: "answer", id: "q2", decision }]);
    }
  });

  it("denies with one click", async () => {
    const opened = await open(BUSY, samples.asksForEdit());
    await opened.page.getByRole("button", { name: "Reject", exact: true }).click();
    assert.deepEqual(await answers(opened), [{ type: "answer", id: "q1", decision: "deny" }]);
    const command = await open(BUSY, samples.asksForCommand());
    await command.page.getByRole("button", { name: "Don't run", exact: true }).click();
    assert.deepEqual(await answers(command), [{ type: "answer", id: "q2", decision: "deny" }]);
  });

  for (const width of [240, 340, 480]) {
    it(`takes a reason with a refusal, and moves nothing under the pointer, ${width} px wide`, async () => {
      const opened = await open(BUSY, samples.asksForEdit(), { width });
      const button = (name: string) => opened.page.getByRole("button", { name, exact: true });
      const field = opened.page.getByRole("textbox", { name: "Reason, or what to do instead" });
      const places = () => Promise.all(["Accept", "Reject", "Say why"].map((name) => button(name).boundingBox()));
      const before = await places();
      assert.equal(await button("Say why").getAttribute("aria-expanded"), "false");
      await button("Say why").click();
      assert.deepEqual(await places(), before, "nothing may move under the pointer");
      assert.equal(await button("Say why").getAttribute("aria-expanded"), "true");
      await opened.page.keyboard.type("keep sum");
      assert.deepEqual(await answers(opened), []);
      await opened.page.keyboard.press("Enter");
      assert.deepEqual(await answers(opened), [{ type: "answer", id: "q1", decision: "deny", reason: "keep sum" }]);
      await button("Say why").click();
      await field.fill("not now");
      await button("Reject").click();
      assert.deepEqual((await answers(opened)).slice(1), [
        { type: "answer", id: "q1", decision: "deny", reason: "not now" },
      ]);
    });
  }

  it("closes the reason on Esc without stopping the task, and keeps the keys for answers out of it", async () => {
    const opened = await open(BUSY, samples.asksForEdit());
    const why = opened.page.getByRole("button", { name: "Say why" });
    await why.click();
    await opened.page.keyboard.type("keep this");
    await opened.page.keyboard.press("Control+Backspace");
    const field = opened.page.getByRole("textbox", { name: "Reason, or what to do instead" });
    assert.equal(await field.inputValue(), "keep ");
    await opened.page.keyboard.press("Escape");
    assert.equal(await field.count(), 0);
    assert.equal(await why.evaluate((node) => node === document.activeElement), true);
    assert.deepEqual((await posted(opened)).slice(1), []);
    await why.click();
    assert.equal(await field.inputValue(), "", "a closed reason is forgotten");
    await opened.page.keyboard.press("Control+Enter");
    assert.deepEqual(await answers(opened), [{ type: "answer", id: "q1", decision: "deny" }]);
  });

  it("takes what is written in the composer for the answer to a question", async () => {
    const opened = await open(BUSY, samples.asksForCommand());
    await opened.page.locator("textarea").fill("use pnpm");
    await opened.page.locator("textarea").press("Enter");
    assert.deepEqual(await answers(opened), [{ type: "answer", id: "q2", decision: "deny", reason: "use pnpm" }]);
  });

  it("keeps the user's words, or the rule, in sight of what was refused", async () => {
    const refused = (result: string) =>
      samples.stamped([
        [50, 3, { type: "answered", id: "q2", decision: "deny" }],
        [50, 3, { type: "tool_result", id: "c6", status: "denied", text: result }],
      ]);
    const opened = await open(BUSY, samples.asksForCommand(), { locale: "zh-cn" });
    await opened.events(refused("The user refused this call and said: 先用 pnpm"));
    await opened.page.getByText("你的回复：先用 pnpm", { exact: true }).waitFor();
    await opened.snapshot(BUSY, [...samples.asksForCommand(), ...refused("Not allowed: plan mode changes nothing")]);
    await opened.page.getByText("不允许：计划模式不做任何更改。", { exact: true }).waitFor();
    await opened.snapshot(BUSY, [...samples.asksForCommand(), ...refused("The user refused this call.")]);
    await opened.page.getByText("未运行").waitFor();
    assert.equal(await opened.page.locator(".told").count(), 0);
  });

  it("wraps the long lines of a diff: a change is never out of sight", async () => {
    const opened = await open(BUSY, samples.asksForEdit(), { width: 300 });
    const cut = await opened.page.evaluate(() =>
      [...document.querySelectorAll(".diff .lines, .diff .tx")]
        .filter((node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== "inline")
        .map((node) => node.textContent),
    );
    assert.deepEqual(cut, []);
    const [line, box] = await opened.page.evaluate(() => [
      Math.max(...[...document.querySelectorAll(".diff .dl")].map((node) => node.getBoundingClientRect().height)),
      document.querySelector(".diff")?.clientWidth ?? 0,
    ]);
    assert.ok((line ?? 0) >= 36 && (box ?? 0) < 300, `the longest line is ${line} px high`);
  });

  it("says that a question waits only while its answers are out of sight", async () => {
    const opened = await open(BUSY, samples.asksForCommand(), { height: 400 });
    const strip = opened.page.locator(".strip");
    await opened.page.getByRole("button", { name: "Run once" }).waitFor();
    await opened.page.waitForTimeout(100);
    assert.equal(await strip.count(), 0);
    await opened.page.locator(".body").hover();
    await opened.page.mouse.wheel(0, -400);
    await strip.getByText("Waiting for you").click();
    await opened.page.getByRole("button", { name: "Run once" }).click({ timeout: 2000 });
  });

  it("answers by keyboard while the composer is empty, and leaves the focus where it is", async () => {
    const opened = await open(BUSY, samples.asksForEdit().slice(0, -2));
    await opened.page.locator("textarea").click();
    await opened.events(samples.asksForEdit().slice(-2));
    await opened.page.getByRole("group", { name: "Waiting for you: src/cart/totals.ts" }).waitFor();
    const focused = () => opened.page.evaluate(() => document.activeElement?.tagName);
    assert.equal(await focused(), "TEXTAREA");
    const urgent = await opened.page.locator("[aria-live=assertive]").textContent();
    assert.equal(urgent, "Waiting for you: edit src/cart/totals.ts");
    await opened.page.keyboard.type("x");
    await opened.page.keyboard.press("Control+Backspace");
    assert.deepEqual(await answers(opened), []);
    await opened.page.locator("textarea").fill("");
    await opened.page.keyboard.press("Control+Enter");
    await opened.page.keyboard.press("Control+Backspace");
    assert.deepEqual(await answers(opened), [
      { type: "answer", id: "q1", decision: "once" },
      { type: "answer", id: "q1", decision: "deny" },
    ]);
    await opened.events(samples.stamped([[40, 2, { type: "answered", id: "q1", decision: "once" }]]));
    await opened.page.locator("[data-waiting]").waitFor({ state: "detached" });
    assert.equal(await opened.page.locator("[aria-live=assertive]").textContent(), "");
  });

  it("shows what is hidden in a command", async () => {
    const opened = await open(BUSY, samples.asksForCommand("npm test \u202e# tset\t\t\t\t; rm -rf ~\nsecond"));
    const shown = await opened.page.locator("[data-waiting] .cmd").textContent();
    assert.ok(shown?.includes("⟨U+202E⟩") && shown.includes("⇥") && shown.includes("second"), shown ?? "");
  });

  it("opens files, diffs, terminals and links through the host only", async () => {
    const opened = await open(READY, samples.finished(), { width: 480 });
    const before = opened.page.url();
    await opened.page.getByRole("link", { name: "totals.ts:61" }).click();
    await opened.page.getByRole("link", { name: "the tax rules" }).press("Enter");
    await opened.page.getByRole("button", { name: "Open diff" }).click();
    await opened.page.getByRole("button", { name: "totals.ts", exact: true }).click();
    await opened.page.getByRole("button", { name: "Open in terminal" }).click();
    await opened.page.locator(".cb").first().hover();
    await opened.page.getByRole("button", { name: "Insert at cursor" }).click();
    const said = (await posted(opened)).slice(1);
    assert.deepEqual(said.slice(0, 5), [
      { type: "openFile", path: "src/cart/totals.ts", line: 61 },
      { type: "openLink", href: "https://example.org/tax" },
      { type: "openDiff", callId: "c5" },
      { type: "openFile", path: "src/cart/totals.ts" },
      { type: "openTerminal", callId: "c7" },
    ]);
    assert.ok(said[5]?.type === "insertCode" && said[5].text.startsWith("// half to even"));
    assert.equal(opened.page.url(), before);
  });

  it("opens and closes reasoning by keyboard, closed at first", async () => {
    const opened = await open(READY, samples.finished());
    const row = opened.page.getByRole("button", { name: "Thought for 12 s" });
    assert.equal(await row.getAttribute("aria-expanded"), "false");
    await row.press("Enter");
    await opened.page.getByText("leave sum() alone").waitFor();
    await row.press("Enter");
    assert.equal(await opened.page.getByText("leave sum() alone").count(), 0);
  });

  it("chooses mode, model and thinking by keyboard", async () => {
    const opened = await open();
    await opened.page.keyboard.press("Control+.");
    await opened.page.keyboard.press("ArrowDown");
    await opened.page.keyboard.press("ArrowDown");
    await opened.page.keyboard.press("Enter");
    await opened.page.getByRole("button", { name: "Model: MiMo-V2.6-Pro" }).press("Enter");
    await opened.page.getByRole("switch", { name: "Think before answering" }).click();
    await opened.page.getByRole("option", { name: /Flash/ }).click();
    await opened.page.keyboard.press("Control+.");
    await opened.page.keyboard.press("Escape");
    assert.equal(await opened.page.getByRole("dialog").count(), 0);
    assert.deepEqual((await posted(opened)).slice(1), [
      { type: "setMode", mode: "auto" },
      { type: "setThinking", on: false },
      { type: "setModel", model: "mimo-v2.6-flash" },
    ]);
  });

  it("says what is wrong and offers what to press", async () => {
    const opened = await open(READY, samples.failed());
    const card = opened.page.getByRole("alert");
    await card.getByText("The key was refused", { exact: true }).waitFor();
    await card.getByText("Details: The key was refused by token-plan-cn.xiaomimimo.com (401).").waitFor();
    await card.getByRole("button", { name: "Add key" }).click();
    assert.deepEqual((await posted(opened)).at(-1), { type: "command", name: "setKey" });
    await card.getByRole("button", { name: "Go on" }).click();
    assert.deepEqual((await posted(opened)).at(-1), { type: "send", text: "Go on." });
  });

  it("takes a filtered message back for another try, and a long chat to another model", async () => {
    const failing = (reason: "filter" | "too_long") =>
      samples.stamped([
        [0, 0, { type: "user", text: "Do it" }],
        [1, 1, { type: "error", reason, message: "no\u202e" }],
        [1, 1, { type: "end", outcome: "failed" }],
      ]);
    const opened = await open(READY, failing("filter"));
    await opened.page.getByText("Details: no⟨U+202E⟩").waitFor();
    await opened.page.locator("textarea").fill("and more");
    await opened.page.getByRole("button", { name: "Edit message" }).click();
    assert.equal(await opened.page.locator("textarea").inputValue(), "Do it\nand more");
    assert.equal(await opened.page.evaluate(() => document.activeElement?.tagName), "TEXTAREA");
    await opened.page.getByRole("button", { name: "New chat" }).click();
    assert.deepEqual((await posted(opened)).slice(1), [{ type: "newChat" }]);
    await opened.snapshot({ ...samples.RICH, model: "mimo-v2.5-pro" }, failing("too_long"));
    await opened.page.getByRole("button", { name: "Choose model" }).click();
    await opened.page.getByRole("dialog", { name: "Model" }).waitFor();
    await opened.events(samples.stamped([[9, 2, { type: "user", text: "Again" }]]));
    await opened.page.getByRole("button", { name: "Choose model" }).waitFor({ state: "detached" });
  });

  it("promises nothing that the window does not allow", async () => {
    const promise = "MiMo reads, edits and runs code in this folder, and asks where you want to be asked.";
    for (const state of [
      { ...READY, folder: undefined },
      { ...READY, trusted: false },
    ]) {
      const opened = await open(state);
      await opened.page.locator(".note").waitFor();
      assert.equal(await opened.page.getByText(promise).count(), 0);
      await opened.state(READY);
      await opened.page.getByText(promise).waitFor();
    }
  });

  it("asks for one thing after a failure when the key is gone", async () => {
    const opened = await open({ ...READY, key: { state: "none" }, keys: [] }, samples.failed());
    await opened.page.getByText("Chats stay readable; sending needs a key.").waitFor();
    assert.deepEqual(await opened.page.locator(".body .btn:not(.sec):not(.quiet)").allTextContents(), ["Add key"]);
  });

  it("guides through the first steps without a key, and sends nothing", async () => {
    const opened = await open({ ...READY, key: { state: "none" }, keys: [] });
    await opened.page.getByText("Set up in three steps").waitFor();
    await opened.page.getByText("An independent project, not Xiaomi's.").waitFor();
    await opened.page.locator("textarea").fill("hello");
    await opened.page.locator("textarea").press("Enter");
    await opened.page.getByText("Add a key first").waitFor();
    await opened.page.getByRole("button", { name: "Add key" }).click();
    await opened.page.getByRole("button", { name: "Open console" }).click();
    assert.deepEqual((await posted(opened)).slice(1), [
      { type: "command", name: "setKey" },
      { type: "command", name: "openConsole" },
    ]);
  });

  it("follows new text at the end only, and offers the way back", async () => {
    const opened = await open(BUSY, samples.running(), { height: 500 });
    const gap = () =>
      opened.page.evaluate(() => {
        const body = document.querySelector(".body");
        return body ? body.scrollHeight - body.clientHeight - body.scrollTop : Number.NaN;
      });
    await opened.page.waitForTimeout(100);
    assert.ok((await gap()) <= 1, "at the end at first");
    await opened.page.locator(".body").hover();
    await opened.page.mouse.wheel(0, -400);
    const button = opened.page.getByRole("button", { name: "Go to end" });
    await button.waitFor();
    const away = await gap();
    const more = "More text.\n\n".repeat(20);
    await opened.events(samples.stamped([[34, 4, { type: "content_delta", text: more }]]));
    await opened.page.waitForTimeout(100);
    assert.ok((await gap()) > away, "does not move while the user reads");
    await button.click();
    await opened.page.waitForTimeout(100);
    assert.ok((await gap()) <= 1, "back at the end");
  });

  it("passes axe in its states and themes", async () => {
    const states = [
      [READY, samples.finished(), "dark"],
      [BUSY, samples.asksForEdit(), "light"],
      [READY, samples.failed(), "light"],
      [{ ...READY, key: { state: "none" }, simulated: true }, [], "hc-dark"],
      [{ ...READY, trusted: false }, [], "hc-light"],
    ] as const;
    for (const [state, events, theme] of states) {
      const opened = await open(state, events, { theme, locale: "zh-cn" });
      await opened.page.locator("[data-opens=models]").click();
      assert.deepEqual(await axeFaults(opened), [], theme);
    }
  });

  it("opens a chat of 1,500 events whole, and at its end", async () => {
    const chat = samples.long(1500);
    const opened = await open(READY, []);
    await opened.page.evaluate(drawnAfter, { type: "snapshot", seq: 9, state: READY, events: chat });
    const tasks = chat.filter(({ type }) => type === "user").length;
    assert.equal(await opened.page.locator(".task").count(), tasks);
    await opened.page.waitForFunction(
      (all) => document.body.textContent?.split("all 46 tests pass").length === all + 1,
      tasks,
    );
    assert.equal(await opened.page.locator(".task:empty").count(), 0);
    const gap = await opened.page.evaluate(() => {
      const body = document.querySelector(".body");
      return body ? body.scrollHeight - body.clientHeight - body.scrollTop : Number.NaN;
    });
    assert.ok(gap <= 1, `stays at the end, ${gap}`);
  });

  it("draws nothing of the chat anew while the user types", async () => {
    const counting = await openPanelBrowser(undefined, ["test/unit/webview/page/drawn.ts"]);
    try {
      const opened = await counting.open();
      await opened.snapshot(BUSY, samples.running());
      await opened.page.locator(".log").waitFor();
      const drawn = () => opened.page.evaluate(() => (globalThis as unknown as { drawn: string[] }).drawn.splice(0));
      const opening = await drawn();
      assert.ok(opening.includes("log") && opening.includes("task") && opening.includes("card"), opening.join());
      await opened.page.locator("textarea").pressSequentially("also bump it", { delay: 5 });
      const typing = new Set(await drawn());
      assert.ok(typing.has("textarea"), "typing draws the composer");
      // The running command counts its seconds, in a text of its own.
      assert.deepEqual(
        ["log", "task", "user", "turn", "steps", "card", "card-h", "md", "foot"].filter((name) => typing.has(name)),
        [],
      );
    } finally {
      await counting.close();
    }
  });

  // Half of it are the markdown and the languages of code; review, checkpoints and terminal made 20 KB of the rest.
  it("is under 270 KB", async () => {
    const { length } = Buffer.from(await bundle("src/webview/main.tsx"));
    assert.ok(length < 270_000, `${length} bytes`);
  });
});
