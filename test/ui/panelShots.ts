import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { PanelState, ViewEvent } from "../../src/protocol/view.ts";
import { openPanelBrowser, type PageOptions } from "../unit/webview/page/panelPage.ts";
import * as samples from "../unit/webview/page/samples.ts";

/**
 * `node test/ui/panelShots.ts [NAME]`: pictures of the panel alone, in its states, widths, themes and languages, for
 * looking at. They go to `test-results/screens/panelAlone/`.
 */
const FOLDER = fileURLToPath(new URL("../../test-results/screens/panelAlone/", import.meta.url));
const { READY, BUSY } = samples;

interface Shot extends PageOptions {
  readonly name: string;
  readonly state: PanelState;
  readonly events: readonly ViewEvent[];
  readonly click?: string;
  readonly type?: string;
  readonly next?: string;
}

const conversation: Shot = { name: "conversation", state: BUSY, events: samples.running(), height: 1300 };
const edit: Shot = { name: "edit", state: BUSY, events: samples.asksForEdit(), height: 1100 };
const command: Shot = { name: "command", state: BUSY, events: samples.asksForCommand(), height: 1300 };
const setUp: Shot = { name: "setup", state: { ...READY, key: { state: "none" } }, events: [], height: 560 };
const local: PanelState = { ...READY, key: { state: "notNeeded", host: "127.0.0.1" }, simulated: true, mode: "edit" };

const SHOTS: readonly Shot[] = [
  ...[240, 340, 480, 900].map((width): Shot => ({ ...conversation, width })),
  ...(["light", "hc-dark", "hc-light"] as const).map((theme): Shot => ({ ...conversation, theme })),
  { ...conversation, locale: "zh-cn" },
  { ...edit, width: 480 },
  ...([240, 340] as const).map((width): Shot => ({ ...edit, width })),
  ...(["light", "hc-dark", "hc-light"] as const).map((theme): Shot => ({ ...edit, theme })),
  { ...command, locale: "zh-cn", width: 480 },
  { ...command, name: "refusal", click: "[aria-label='Say why']" },
  { ...setUp },
  { ...setUp, locale: "zh-cn", theme: "light" },
  { name: "empty", state: local, events: [], height: 480 },
  { name: "restricted", state: { ...READY, trusted: false, folder: undefined }, events: [], height: 480 },
  { name: "modes", state: READY, events: [], height: 480, click: "[data-opens=modes]" },
  { name: "modes", state: READY, events: [], height: 480, click: "[data-opens=modes]", theme: "hc-light" },
  { name: "models", state: READY, events: [], height: 480, click: "[data-opens=models]" },
  { name: "models", state: READY, events: [], height: 480, click: "[data-opens=models]", locale: "zh-cn", width: 480 },
  { name: "failed", state: READY, events: samples.failed(), height: 1100, theme: "light" },
  { name: "failed", state: READY, events: samples.failed(), height: 1100, locale: "zh-cn" },
  { name: "finished", state: READY, events: samples.finished(), height: 1500, width: 480 },
  { name: "stopped", state: READY, events: samples.stopped(), height: 1300 },
  { name: "queue", state: samples.QUEUED, events: [...samples.running(), ...samples.planned(2)], height: 900 },
  { name: "queue", state: samples.QUEUED, events: samples.asksUser(), height: 900, width: 200, theme: "hc-light" },
  { name: "asked", state: BUSY, events: samples.asksUser(), height: 900 },
  { name: "asked", state: BUSY, events: samples.answered(), height: 900, theme: "light", locale: "zh-cn" },
  { name: "background", state: BUSY, events: samples.inBackground(), height: 480 },
  { name: "sources", state: READY, events: samples.searched(), height: 560 },
  { name: "retrying", state: BUSY, events: samples.retrying(), height: 760 },
  { name: "noticed", state: READY, events: samples.noticed(), height: 700, locale: "zh-cn" },
  { name: "keys", state: samples.RICH, events: [], height: 560, click: "[data-opens=models]" },
  { name: "thinking", state: BUSY, events: samples.thinking(), height: 480, click: ".step.live", type: "Also bump" },
  ...([240, 340, 480, 900] as const).map(
    (width): Shot => ({
      name: "hunks",
      state: BUSY,
      events: samples.asksFor(samples.SELECTABLE),
      height: 800,
      width,
      click: ".box",
    }),
  ),
  ...(["light", "hc-dark", "hc-light"] as const).map(
    (theme): Shot => ({
      name: "hunks",
      state: BUSY,
      events: samples.asksFor(samples.SELECTABLE),
      height: 800,
      theme,
      locale: "zh-cn",
      click: ".box",
    }),
  ),
  { name: "moves", state: BUSY, events: samples.asksFor(samples.MOVED, "move_path"), height: 600 },
  {
    name: "deletes",
    state: BUSY,
    events: samples.asksFor(samples.REMOVED, "delete_path"),
    height: 600,
    locale: "zh-cn",
  },
  {
    name: "deletes",
    state: BUSY,
    events: samples.asksFor(samples.REMOVED_FILE, "delete_path"),
    height: 600,
    width: 240,
  },
  { name: "makes", state: BUSY, events: samples.asksFor(samples.FOLDER, "create_folder"), height: 600, theme: "light" },
  { name: "earlier", state: READY, events: samples.changedEarlier(), height: 1500 },
  { name: "earlier", state: READY, events: samples.changedEarlier(), height: 1500, width: 240, theme: "hc-dark" },
  { name: "remarks", state: READY, events: samples.changedEarlier(), height: 900, click: ".step.more[aria-expanded]" },
  ...([200, 240, 340, 480, 900] as const).map(
    (width): Shot => ({
      name: "changes",
      state: samples.CHANGED,
      events: samples.finished(),
      height: 800,
      width,
      click: "[data-changes]",
    }),
  ),
  ...(["light", "hc-dark", "hc-light"] as const).map(
    (theme): Shot => ({
      name: "changes",
      state: { ...samples.CHANGED, changeCount: 47 },
      events: samples.finished(),
      height: 800,
      theme,
      locale: "zh-cn",
      click: "[data-changes]",
    }),
  ),
  { name: "undoall", state: samples.CHANGED, events: samples.finished(), height: 700, click: "[data-undo]" },
  {
    name: "undoall",
    state: samples.CHANGED,
    events: samples.finished(),
    height: 700,
    click: "[data-undo]",
    width: 480,
    theme: "light",
  },
  { name: "full", state: samples.FULL, events: [...samples.running(), ...samples.planned(2)], height: 800 },
  {
    name: "full",
    state: samples.FULL,
    events: [...samples.running(), ...samples.planned(2)],
    height: 800,
    width: 240,
    locale: "zh-cn",
  },
  { name: "running", state: samples.RUNNING, events: samples.inBackground(), height: 600, click: ".strip-h" },
  { name: "restored", state: samples.RESTORED, events: samples.finished(), height: 600 },
  {
    name: "restored",
    state: samples.RESTORED,
    events: samples.finished(),
    height: 600,
    width: 240,
    theme: "hc-light",
    locale: "zh-cn",
  },
  ...([200, 340, 480] as const).map(
    (width): Shot => ({
      name: "restore",
      state: READY,
      events: samples.checkpointed(),
      height: 800,
      width,
      click: "[data-opens^=restore] >> nth=-1",
    }),
  ),
  {
    name: "restore",
    state: BUSY,
    events: samples.checkpointed(),
    height: 800,
    theme: "light",
    locale: "zh-cn",
    click: "[data-opens^=restore] >> nth=-1",
  },
  {
    name: "restore",
    state: READY,
    events: samples.checkpointed(),
    height: 800,
    theme: "hc-dark",
    click: "[data-opens^=restore] >> nth=-1",
  },
  {
    name: "confirm",
    state: READY,
    events: samples.checkpointed(),
    height: 800,
    click: "[data-opens^=restore] >> nth=-1",
    next: "[role=menuitem]",
  },
  ...([200, 340, 480] as const).map(
    (width): Shot => ({
      name: "input",
      state: BUSY,
      events: samples.waitsForInput("Ok to proceed? (y) "),
      height: 800,
      width,
    }),
  ),
  {
    name: "input",
    state: BUSY,
    events: samples.waitsForInput("[sudo] password for ada:"),
    height: 800,
    theme: "hc-light",
    locale: "zh-cn",
  },
];

await mkdir(FOLDER, { recursive: true });
const browser = await openPanelBrowser();
const wanted = process.argv[2];
for (const shot of SHOTS) {
  if (wanted && shot.name !== wanted) continue;
  const { name, state, events, click, next, type, width = 340, theme = "dark", locale = "en" } = shot;
  const panel = await browser.open({ ...shot, width, scale: 1.5 });
  await panel.page.clock.setFixedTime(samples.START + 33_000);
  await panel.snapshot(state, events);
  await panel.page.locator(".comp").waitFor();
  if (click) await panel.page.locator(click).first().click();
  if (next) await panel.page.locator(next).first().click();
  if (type) {
    await panel.page.locator("textarea").fill(type);
    await panel.page.locator("textarea").press("Enter");
  }
  await panel.page.waitForTimeout(150);
  await panel.page.screenshot({ path: `${FOLDER}${name}-${width}-${theme}-${locale}.png` });
  await panel.close();
}
await browser.close();
