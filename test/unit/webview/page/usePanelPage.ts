import { after, afterEach, before } from "mocha";
import { FromView, type PanelState, type ViewEvent } from "../../../../src/protocol/view.ts";
import { openPanelBrowser, type PageOptions, type PanelBrowser, type PanelPage } from "./panelPage.ts";

export interface Shown {
  readonly state: PanelState;
  readonly events?: readonly ViewEvent[] | undefined;
  readonly options?: PageOptions | undefined;
  readonly draft?: string | undefined;
  /** Between the page's loading and its first snapshot. */
  readonly prepare?: (opened: PanelPage) => Promise<void>;
}

/**
 * One browser for the tests of a `describe`, and one page at a time: the next one closes the one before. All that a page
 * says must be what the host accepts.
 */
export function usePanelPage(): (shown: Shown) => Promise<PanelPage> {
  let browser: PanelBrowser | undefined;
  let panel: PanelPage | undefined;
  before(async () => {
    browser = await openPanelBrowser();
  });
  after(() => browser?.close());
  const close = async () => {
    const open = panel;
    panel = undefined;
    for (const message of (await open?.posted()) ?? []) FromView.parse(message);
    await open?.close();
  };
  afterEach(close);
  return async ({ state, events = [], options, draft, prepare }) => {
    if (!browser) throw new Error("The browser is open during tests only.");
    await close();
    const opened = await browser.open(options);
    panel = opened;
    await prepare?.(opened);
    await opened.snapshot(state, events, draft);
    await opened.page.locator("textarea").waitFor();
    return opened;
  };
}

/** Without what every page says by itself. */
export async function said(opened: PanelPage) {
  return (await opened.posted()).filter(({ type }) => type !== "draft" && type !== "ready");
}

export const field = (opened: PanelPage) => opened.page.locator("textarea");
export const button = (opened: PanelPage, name: string) => opened.page.getByRole("button", { name, exact: true });
export const focused = (opened: PanelPage) => opened.page.evaluate(() => document.activeElement?.tagName);
/** The images that are about to be sent. */
export const chips = (opened: PanelPage) =>
  opened.page.locator(".comp").getByRole("list", { name: "Images" }).getByRole("listitem");
