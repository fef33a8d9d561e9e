import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import { FromView, type PanelState, type ViewEvent } from "../../../src/protocol/view.ts";
import { openPanelBrowser, type PageOptions, type PanelBrowser, type PanelPage } from "./page/panelPage.ts";
import * as samples from "./page/samples.ts";

const { READY, BUSY, RICH, QUEUED } = samples;

/** What a user drops or pastes, drawn in the page: `size` pixels a side. */
interface Picture {
  readonly name: string;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  /** Noise does not compress. */
  readonly noise?: true;
}

describe("the composer in a browser", function () {
  this.timeout(60_000);
  let browser: PanelBrowser;
  let panel: PanelPage | undefined;
  before(async () => {
    browser = await openPanelBrowser();
  });
  after(() => browser?.close());
  afterEach(async () => {
    const open = panel;
    panel = undefined;
    for (const message of (await open?.posted()) ?? []) FromView.parse(message);
    await open?.close();
  });

  async function open(state: PanelState, events: readonly ViewEvent[] = [], options?: PageOptions, draft?: string) {
    const opened = await browser.open(options);
    panel = opened;
    await opened.snapshot(state, events, draft);
    await opened.page.locator("textarea").waitFor();
    return opened;
  }
  const said = async (opened: PanelPage) =>
    (await opened.posted()).filter(({ type }) => type !== "draft" && type !== "ready");
  const field = (opened: PanelPage) => opened.page.locator("textarea");
  const button = (opened: PanelPage, name: string) => opened.page.getByRole("button", { name, exact: true });
  const focused = (opened: PanelPage) => opened.page.evaluate(() => document.activeElement?.tagName);

  /** Hands files over by an event of the page, as the browser does for a paste or a drop. */
  function give(opened: PanelPage, how: "paste" | "drop", pictures: readonly Picture[], text = "") {
    return opened.page.evaluate(
      async ({ how, pictures, text }) => {
        const data = new DataTransfer();
        for (const { name, type, width, height, noise } of pictures) {
          const canvas = document.createElement("canvas");
          canvas.width = width;
          canvas.height = height;
          const context = canvas.getContext("2d");
          if (noise && context) {
            const pixels = context.createImageData(width, height);
            for (let at = 0; at < pixels.data.length; at += 65_536)
              crypto.getRandomValues(pixels.data.subarray(at, at + 65_536));
            for (let at = 3; at < pixels.data.length; at += 4) pixels.data[at] = 255;
            context.putImageData(pixels, 0, 0);
          }
          const kind = type === "text/plain" ? "image/png" : type;
          const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, kind));
          if (blob) data.items.add(new File(type === "image/x-broken" ? ["no image"] : [blob], name, { type }));
        }
        if (text !== "") data.setData("text/plain", text);
        const target = document.querySelector("textarea");
        const given = { bubbles: true, cancelable: true };
        if (how === "paste") target?.dispatchEvent(new ClipboardEvent("paste", { ...given, clipboardData: data }));
        else {
          target?.dispatchEvent(new DragEvent("dragover", { ...given, dataTransfer: data }));
          document.body.dispatchEvent(new DragEvent("drop", { ...given, dataTransfer: data }));
        }
      },
      { how, pictures, text },
    );
  }
  const png = (name: string, side = 12): Picture => ({ name, type: "image/png", width: side, height: side });
  const chips = (opened: PanelPage) =>
    opened.page.locator(".comp").getByRole("list", { name: "Images" }).getByRole("listitem");

  describe("queue", () => {
    it("takes the next message while a task runs, with Enter and with the arrow", async () => {
      const opened = await open(BUSY, samples.thinking());
      assert.equal(await field(opened).getAttribute("placeholder"), "Add a message, read with the next step");
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
        await panel?.close();
        const opened = await open(BUSY, samples.asksUser());
        const card = opened.page.getByRole("group", { name: /^MiMo asks: Which rounding/ });
        // The text is markdown.
        await card.locator("code", { hasText: "src/tax/report.ts" }).waitFor();
        assert.equal(await field(opened).getAttribute("placeholder"), "Write an answer");
        await act(opened);
        assert.deepEqual(await said(opened), [expected]);
      }
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

  describe("images", () => {
    it("come by paste and by drop, are shown with name and size, and go with the message", async () => {
      const opened = await open(RICH);
      await give(opened, "paste", [png("invoice.png")]);
      await chips(opened).getByText("invoice.png").waitFor();
      await give(opened, "drop", [{ name: "b.webp", type: "image/webp", width: 30, height: 20 }]);
      await chips(opened).getByText("b.webp").waitFor();
      await chips(opened).getByText("1 KB").first().waitFor();
      assert.equal(await opened.page.getByText("Drop images here").count(), 0);
      await field(opened).press("Enter");
      const [message] = await said(opened);
      assert.ok(message?.type === "send");
      assert.equal(message.text, "");
      assert.deepEqual(
        message.images?.map(({ mime, data }) => [mime, Buffer.from(data, "base64").subarray(0, 4).toString("latin1")]),
        [
          ["image/png", "\u0089PNG"],
          ["image/webp", "RIFF"],
        ],
      );
      assert.equal(await chips(opened).count(), 0);
    });

    it("come from the file dialog, and can be taken out by keyboard", async () => {
      const opened = await open(RICH);
      const dialog = opened.page.waitForEvent("filechooser");
      await button(opened, "Attach images").press("Enter");
      const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
      const file = (name: string) => ({ name, mimeType: "image/png", buffer: Buffer.from(pixel, "base64") });
      await (await dialog).setFiles([file("a.png"), file("b\u202e.png")]);
      await chips(opened).getByText("b⟨U+202E⟩.png").waitFor();
      await button(opened, "Remove a.png").press("Enter");
      assert.equal(await chips(opened).count(), 1);
      assert.equal(await focused(opened), "TEXTAREA");
    });

    it("are made smaller until the platform takes them, without a change of the small ones", async () => {
      const opened = await open(RICH);
      await give(opened, "paste", [
        { name: "wide.png", type: "image/png", width: 5000, height: 100 },
        { name: "noise.png", type: "image/png", width: 2000, height: 1600, noise: true },
      ]);
      await chips(opened).nth(1).waitFor({ timeout: 30_000 });
      await field(opened).press("Enter");
      const [message] = await said(opened);
      assert.ok(message?.type === "send");
      const sizes = await opened.page.evaluate(async (images) => {
        const read = async ({ mime, data }: { mime: string; data: string }) => {
          const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
          const { width, height } = await createImageBitmap(new Blob([bytes], { type: mime }));
          return { mime, bytes: bytes.length, width, height };
        };
        return Promise.all(images.map(read));
      }, message.images ?? []);
      assert.deepEqual([sizes[0]?.mime, sizes[0]?.width, sizes[0]?.height], ["image/png", 2048, 41]);
      assert.ok((sizes[1]?.bytes ?? 0) <= 5 * 1024 * 1024 && (sizes[1]?.width ?? 0) > 500, JSON.stringify(sizes[1]));
    });

    it("are eight at the most, and images", async () => {
      const opened = await open(RICH);
      await give(opened, "paste", [{ name: "broken.png", type: "image/x-broken", width: 1, height: 1 }]);
      await opened.page.getByText("broken.png could not be read as an image.").waitFor();
      await give(opened, "drop", [{ name: "notes.txt", type: "text/plain", width: 1, height: 1 }]);
      await give(
        opened,
        "paste",
        Array.from({ length: 10 }, (_, i) => png(`${i}.png`)),
      );
      await opened.page.getByText("A message takes 8 images at the most.").waitFor();
      await chips(opened).nth(7).waitFor();
      assert.deepEqual(
        await chips(opened).locator(".ell").allTextContents(),
        Array.from({ length: 8 }, (_, i) => `${i}.png`),
      );
    });

    it("leave a text that comes with a picture of it alone", async () => {
      const opened = await open(RICH);
      await give(opened, "paste", [png("cells.png")], "1\t2");
      await opened.page.waitForTimeout(200);
      assert.equal(await chips(opened).count(), 0);
    });

    it("wait for a model that sees", async () => {
      const blind = { ...RICH, model: "mimo-v2.5-pro" };
      const opened = await open(blind);
      await give(opened, "paste", [png("a.png")]);
      await opened.page.getByText("MiMo-V2.5-Pro takes no images.").waitFor();
      await field(opened).fill("What is it?");
      await field(opened).press("Enter");
      assert.deepEqual(await said(opened), []);
      await button(opened, "Choose another model").click();
      assert.deepEqual(await opened.page.getByRole("option").locator(".price > .ell").allTextContents(), [
        "MiMo-V2.6-Pro",
        "MiMo-V2.6-Flash",
      ]);
      await opened.page.getByRole("option", { name: /Flash/ }).click();
      await opened.state({ ...blind, model: "mimo-v2.6-flash" });
      await opened.page.getByText("takes no images").waitFor({ state: "detached" });
      await field(opened).press("Enter");
      assert.deepEqual(
        (await said(opened)).map((message) => (message.type === "send" ? message.images?.length : message)),
        [{ type: "setModel", model: "mimo-v2.6-flash" }, 1],
      );
    });

    it("cannot be attached where no model sees", async () => {
      const opened = await open({ ...RICH, models: RICH.models.slice(2), model: "mimo-v2.5-pro" });
      assert.equal(await button(opened, "Attach images").isDisabled(), true);
      await give(opened, "paste", [png("a.png")]);
      await opened.page.getByText("no other model here does").waitFor();
      await button(opened, "Remove a.png").click();
      await opened.page.getByText("no other model here does").waitFor({ state: "detached" });
    });

    it("come back with a message that is taken out of the queue, and are forgotten once it was read", async () => {
      const opened = await open(BUSY, samples.thinking());
      await give(opened, "paste", [png("a.png")]);
      await chips(opened).waitFor();
      await field(opened).fill("like this");
      await field(opened).press("Enter");
      const queue = [{ id: "m1", text: "like this", images: 1 }];
      await opened.state({ ...BUSY, queue });
      await opened.page.getByRole("button", { name: "Take back: like this" }).click();
      await chips(opened).getByText("a.png").waitFor();
      await field(opened).press("Enter");
      await opened.events(
        samples.stamped([[9, 2, { type: "user", text: "like this", images: [{ mime: "image/png", bytes: 90 }] }]]),
      );
      await opened.page.getByText("PNG · 1 KB").waitFor();
      await opened.state({ ...BUSY, queue: [{ ...queue[0], id: "m2", text: "like this", images: 1 }] });
      await opened.page.getByRole("button", { name: "Take back: like this" }).click();
      assert.equal(await field(opened).inputValue(), "like this");
      assert.equal(await chips(opened).count(), 0);
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
