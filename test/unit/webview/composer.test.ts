import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { PanelState, ViewEvent } from "../../../src/protocol/view.ts";
import { give, png } from "./page/files.ts";
import type { PageOptions, PanelPage } from "./page/panelPage.ts";
import * as samples from "./page/samples.ts";
import { button, chips, field, focused, said, usePanelPage } from "./page/usePanelPage.ts";

const { READY, BUSY, RICH, QUEUED } = samples;

describe("the composer in a browser", function () {
  this.timeout(60_000);
  const page = usePanelPage();
  const open = (state: PanelState, events?: readonly ViewEvent[], options?: PageOptions, draft?: string) =>
    page({ state, events, options, draft });

  describe("queue", () => {
    it("takes the next message while a task runs, with Enter and with the arrow", async () => {
      const opened = await open(BUSY, samples.thinking());
      assert.equal(await field(opened).getAttribute("placeholder"), "Message for the next step");
      assert.equal(await button(opened, "Queue").count(), 0);
      await field(opened).fill("next");
      await field(opened).press("Enter");
      await field(opened).fill("and more");
      await button(opened, "Queue").click();
      assert.deepEqual(await said(opened), [
        { type: "send", text: "next" },
        { type: "send", text: "and more" },
      ]);
      assert.equal(await field(opened).inputValue(), "");
      await opened.page.getByText("Queued: it is read with the next step").waitFor({ state: "attached" });
    });

    it("lists what waits, and gives a message back to the composer, before or behind what stands there", async () => {
      const opened = await open(QUEUED, samples.running());
      const waiting = opened.page.getByRole("list", { name: "Next" }).getByRole("listitem");
      assert.deepEqual(await waiting.locator(".grow").allTextContents(), [
        "Add a changelog entry for the rounding fix",
        "Compare with this",
      ]);
      assert.equal(await button(opened, "Send now").count(), 0);
      await waiting.nth(1).getByRole("button", { name: "Take back: Compare with this" }).click();
      assert.equal(await field(opened).inputValue(), "Compare with this");
      assert.equal(await focused(opened), "TEXTAREA");
      await waiting.nth(0).getByRole("button").press("Enter");
      assert.equal(
        await field(opened).inputValue(),
        "Compare with this\nAdd a changelog entry for the rounding fix\nand bump the version",
      );
      assert.deepEqual(await said(opened), [
        { type: "unqueue", id: "m2" },
        { type: "unqueue", id: "m1" },
      ]);
    });

    it("waits for the user after a stop", async () => {
      const opened = await open({ ...QUEUED, busy: false }, samples.stopped());
      await button(opened, "Send now").click();
      assert.deepEqual(await said(opened), [{ type: "sendQueued" }]);
      await opened.state(READY);
      await button(opened, "Send now").waitFor({ state: "detached" });
    });

    it("stays under a third of the panel", async () => {
      const queue = Array.from({ length: 30 }, (_, i) => ({ id: `m${i}`, text: `Message ${i}`, images: 0 }));
      const opened = await open({ ...BUSY, queue }, [...samples.running(), ...samples.planned(2)], { height: 640 });
      const dock = await opened.page.locator(".dock").boundingBox();
      assert.ok((dock?.height ?? 0) <= 640 * 0.45, `${dock?.height} px`);
      const strips = await opened.page.locator(".strips").boundingBox();
      assert.ok((strips?.height ?? 0) <= 640 / 3, `${strips?.height} px`);
    });
  });

  describe("questions of the model's", () => {
    it("are answered with a click, a digit, or words, and can be left", async () => {
      const answer = "Half to even, as in the cart";
      const ways: readonly [(opened: PanelPage) => Promise<void>, object][] = [
        [
          (opened) => opened.page.getByRole("button", { name: answer }).click(),
          { type: "reply", id: "q3", text: answer },
        ],
        [
          async (opened) => {
            await opened.page.locator("body").click({ position: { x: 4, y: 4 } });
            await opened.page.keyboard.press("3");
          },
          { type: "reply", id: "q3", text: "Ask me again for each file" },
        ],
        [
          async (opened) => {
            await field(opened).fill("1. whatever\n2. the law says");
            await field(opened).press("Enter");
          },
          { type: "reply", id: "q3", text: "1. whatever\n2. the law says" },
        ],
        [(opened) => button(opened, "No answer").click(), { type: "answer", id: "q3", decision: "deny" }],
      ];
      for (const [act, expected] of ways) {
        const opened = await open(BUSY, samples.asksUser());
        const card = opened.page.getByRole("group", { name: /^MiMo asks: Which rounding/ });
        // The text is markdown.
        await card.locator("code", { hasText: "src/tax/report.ts" }).waitFor();
        assert.equal(await field(opened).getAttribute("placeholder"), "Write an answer");
        await act(opened);
        assert.deepEqual(await said(opened), [expected]);
      }
    });

    it("hand the cursor on to the composer when their button goes", async () => {
      const opened = await open(BUSY, samples.asksUser());
      await opened.page.getByRole("button", { name: "Ask me again for each file" }).press("Enter");
      assert.equal(await focused(opened), "TEXTAREA");
    });

    it("take no digit that is being written, and no accepting key", async () => {
      const opened = await open(BUSY, samples.asksUser());
      await field(opened).click();
      await opened.page.keyboard.press("Control+Enter");
      await opened.page.keyboard.type("2");
      assert.equal(await field(opened).inputValue(), "2");
      assert.deepEqual(await said(opened), []);
    });

    it("are told to screen readers at once, and stay in the chat with their answer", async () => {
      const opened = await open(BUSY, samples.asksUser().slice(0, -1));
      await opened.events(samples.asksUser().slice(-1));
      await opened.page.getByRole("group", { name: /^MiMo asks/ }).waitFor();
      const urgent = () => opened.page.locator("[aria-live=assertive]").textContent();
      assert.match((await urgent()) ?? "", /^MiMo asks: Which rounding should/);
      await opened.events(samples.answered().slice(-2));
      await opened.page.getByText("You answered: Half to even, as in the cart").waitFor();
      assert.equal(await urgent(), "");
      await opened.snapshot(BUSY, samples.answered("deny"));
      await opened.page.getByText("You gave no answer.").waitFor();
    });

    it("show what is hidden in an option, and sends it as it is", async () => {
      const opened = await open(BUSY, samples.asksUser(["yes\u202e", "   "]));
      const options = opened.page.locator(".option");
      assert.equal(await options.count(), 1);
      await opened.page.getByRole("button", { name: "yes⟨U+202E⟩" }).click();
      assert.deepEqual(await said(opened), [{ type: "reply", id: "q3", text: "yes\u202e" }]);
    });
  });

  describe("draft", () => {
    const drafts = async (opened: PanelPage) => (await opened.posted()).filter(({ type }) => type === "draft");

    it("is told when typing pauses, and at once when it is gone", async () => {
      const opened = await open(READY);
      await field(opened).pressSequentially("abc", { delay: 20 });
      assert.deepEqual(await drafts(opened), []);
      await opened.page.waitForFunction(
        () => (globalThis as unknown as { posted: { type: string }[] }).posted.at(-1)?.type === "draft",
      );
      await field(opened).press("Enter");
      assert.deepEqual(await drafts(opened), [
        { type: "draft", text: "abc" },
        { type: "draft", text: "" },
      ]);
    });

    it("comes back from the host, unless the view has one of its own", async () => {
      const opened = await open(READY, [], {}, "kept by the host");
      await opened.page.waitForFunction(() => document.querySelector("textarea")?.value === "kept by the host");
      await field(opened).fill("mine");
      await opened.snapshot(READY, [], "older");
      await opened.page.waitForTimeout(50);
      assert.equal(await field(opened).inputValue(), "mine");
    });
  });

  describe("web search, keys and models", () => {
    it("switches web search, says its price, and once what the cache loses", async () => {
      const opened = await open(RICH);
      const globe = opened.page.locator(".tb").getByRole("switch", { name: "Web search" });
      assert.equal(await globe.getAttribute("aria-checked"), "false");
      assert.match((await globe.getAttribute("title")) ?? "", /Billed apart: ¥25 \/ \$5 per 1,000 searches/);
      await globe.click();
      await opened.state({ ...RICH, webSearch: true });
      const hint = opened.page.locator(".hint");
      await hint.getByText("The next message reads about 48.2K tokens anew, once: 14.5M credits.").waitFor();
      await hint.getByText("Billed apart: ¥25 / $5 per 1,000 searches.").waitFor();
      assert.equal(await globe.getAttribute("aria-checked"), "true");
      await field(opened).fill("go");
      await field(opened).press("Enter");
      assert.equal(await hint.textContent(), "");
      await globe.click();
      await opened.state(RICH);
      await hint.getByText("The next message reads").waitFor();
      await globe.click();
      await opened.state({ ...RICH, webSearch: true });
      await opened.page.waitForFunction(() => document.querySelector(".hint")?.textContent === "");
      assert.deepEqual(await said(opened), [
        { type: "setWebSearch", on: true },
        { type: "send", text: "go" },
        { type: "setWebSearch", on: false },
        { type: "setWebSearch", on: true },
      ]);
    });

    it("says what a switch costs, and lets one of several keys be chosen", async () => {
      const opened = await open(RICH);
      const models = opened.page.getByRole("button", { name: "Model: MiMo-V2.6-Pro · Token Plan · China" });
      await models.click();
      const option = (list: string, name: RegExp) =>
        opened.page.getByRole("listbox", { name: list }).getByRole("option", { name });
      await option("Model", /Flash.*Switch: about 4\.82M credits, once/).waitFor();
      assert.equal(await option("Model", /V2\.6-Pro.*Switch/).count(), 0);
      await option("Key", /Pay as you go.*api\.xiaomimimo\.com.*sk-…91c0.*Switch: about 14\.5M credits, once/).click();
      await models.click();
      await button(opened, "Manage keys…").click();
      assert.equal(await opened.page.getByRole("dialog").count(), 0);
      assert.deepEqual(await said(opened), [
        { type: "chooseKey", id: "k2" },
        { type: "command", name: "keys" },
      ]);
    });

    it("says nothing of switching in a new chat, and lists no single key", async () => {
      const opened = await open(READY);
      await button(opened, "Model: MiMo-V2.6-Pro").click();
      await opened.page.getByText("Token Plan · tp-…3f9a").waitFor();
      assert.equal(await opened.page.getByText("Switch:").count(), 0);
      assert.equal(await opened.page.getByRole("listbox", { name: "Key" }).count(), 0);
    });

    it("fits 200 pixels, whatever stands in it", async () => {
      const opened = await open({ ...QUEUED, webSearch: true }, samples.asksUser(), { width: 200 });
      await give(opened, "paste", [png("a very long name of a file indeed.png")]);
      await chips(opened).waitFor();
      await field(opened).fill("next");
      const wide = await opened.page.evaluate(() =>
        [...document.querySelectorAll(".dock *, .card *")]
          .filter(
            (node) => node.getBoundingClientRect().right > window.innerWidth || node.getBoundingClientRect().left < 0,
          )
          .map((node) => node.className),
      );
      assert.deepEqual(wide, []);
      const overlapping = await opened.page.evaluate(() => {
        const boxes = [...document.querySelectorAll(".tb > :not(.grow)")].map((node) => node.getBoundingClientRect());
        const drawn = boxes.filter(({ width }) => width > 0);
        return drawn.filter((box, i) => i > 0 && box.left < (drawn[i - 1]?.right ?? 0) - 0.5).length;
      });
      assert.equal(overlapping, 0);
    });
  });
});
