import { applyEvents, createTranscript } from "../../src/webview/transcript.ts";
import { drawnAfter } from "../unit/webview/page/drawnAfter.ts";
import type { MarkdownPage } from "../unit/webview/page/markdownEntry.ts";
import { bundle, openPanelBrowser, type PanelBrowser } from "../unit/webview/page/panelPage.ts";
import * as samples from "../unit/webview/page/samples.ts";
import type { Figure } from "./figures.ts";

const RUNS = 5;
const LINES = 5_000;

/** The panel's own bundle in a real browser, and its reducer. */
export async function panel(): Promise<Figure[]> {
  const browser = await openPanelBrowser();
  const markdown = await openPanelBrowser("test/unit/webview/page/markdownEntry.ts");
  try {
    const opened: number[] = [];
    for (let run = 0; run < RUNS; run++) opened.push(await openingMs(browser, 1_500));
    const [early, late] = [eventUs(0), eventUs(20_000)];
    return [
      { name: "chat of 1,500 events, opened", value: Math.min(...opened), unit: "ms", bound: 300, better: "lower" },
      ...(await streaming(markdown)),
      { name: "an event in a new chat", value: early, unit: "us", bound: undefined, better: "lower" },
      { name: "an event after 20,000 turns", value: late, unit: "us", bound: 4 * early + 5, better: "lower" },
      {
        name: "view bundle",
        value: Buffer.byteLength(await bundle("src/webview/main.tsx")) / 1000,
        unit: "KB",
        bound: 250,
        better: "lower",
      },
    ];
  } finally {
    await browser.close();
    await markdown.close();
  }
}

async function openingMs(browser: PanelBrowser, events: number): Promise<number> {
  const opened = await browser.open();
  await opened.snapshot(samples.READY, []);
  await opened.page.locator("textarea").waitFor();
  const message = { type: "snapshot", seq: 9, state: samples.READY, events: samples.long(events) };
  const ms = await opened.page.evaluate(drawnAfter, message);
  await opened.close();
  return ms;
}

async function streaming(browser: PanelBrowser): Promise<Figure[]> {
  const page = await browser.open();
  const paragraphs = Array.from({ length: 600 }, (_, i) => `Paragraph ${i} with \`code\` and **words** in it.\n\n`);
  const lines = Array.from({ length: LINES }, (_, i) => `const value${i} = ${i} * 2; // line\n`);
  const figures: Figure[] = [];
  for (const [name, parts] of [
    ["answer of 600 paragraphs", paragraphs],
    [`code block of ${LINES} lines`, ["```ts\n", ...lines, "```\n"]],
  ] as const) {
    const timing = await page.page.evaluate(
      (list) => (globalThis as unknown as { readonly markdown: MarkdownPage }).markdown.timed(list),
      [...parts],
    );
    if (!timing.same) throw new Error(`${name}: the streamed document differs from the whole one`);
    figures.push({
      name: `${name}, a flush`,
      value: timing.busy / parts.length,
      unit: "ms",
      bound: 1.5,
      better: "lower",
    });
  }
  await page.close();
  return figures;
}

/** Microseconds an event takes in a chat that already has that many turns. */
function eventUs(turns: number): number {
  const count = 4_000;
  const times = Array.from({ length: RUNS }, () => {
    const transcript = createTranscript();
    const push = (i: number) => {
      applyEvents(transcript, samples.stamped([[i, i, { type: "reasoning_delta", text: "a " }]]));
      applyEvents(transcript, samples.stamped([[i, i, { type: "content_delta", text: "b " }]]));
    };
    for (let i = 0; i < turns; i++) push(i);
    const begun = performance.now();
    for (let i = turns; i < turns + count; i++) push(i);
    return (1000 * (performance.now() - begun)) / (2 * count);
  });
  return Math.min(...times);
}
