import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before } from "mocha";
import { ROOT } from "../bed/project.ts";
import { Workbench, type WorkbenchOptions } from "../bed/workbench.ts";

/** One window for the tests of a `describe`, with the panel open. A test that fails leaves a picture of it. */
export function useWorkbench(options: WorkbenchOptions): () => Workbench {
  let workbench: Workbench | undefined;
  before(async () => {
    workbench = await Workbench.open(options);
    await workbench.openMimo();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== "failed" || !workbench) return;
    const folder = join(ROOT, "test-results/failures");
    mkdirSync(folder, { recursive: true });
    const name = this.currentTest.fullTitle().replace(/[^\w-]+/g, "-");
    await workbench.page.screenshot({ path: join(folder, `${name}.png`) }).catch(() => {});
    writeFileSync(join(folder, `${name}.txt`), evidence(workbench));
    console.error(`        (test-results/failures/${name}.png and .txt)`);
  });
  after(async () => {
    await workbench?.close();
  });
  return () => {
    if (!workbench) throw new Error("The window is open during tests only.");
    return workbench;
  };
}

function evidence({ complaints, simulator }: Workbench): string {
  const requests = simulator?.requests().map(({ n, at, path, status }) => `${n} ${at} ${path} ${status}`) ?? [];
  return ["The page said:", ...complaints, "", "The simulator was asked:", ...requests, ""].join("\n");
}

export interface SentMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly reasoning_content?: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly { readonly id: string }[];
}

export interface SentRequest {
  readonly messages: readonly SentMessage[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/** The last request for an answer that the window's simulator got. */
export function lastRequest(workbench: Workbench): SentRequest {
  const chats = (workbench.simulator?.requests() ?? []).filter(({ path }) => path.endsWith("/chat/completions"));
  return JSON.parse(chats.at(-1)?.body ?? '{"messages":[]}') as SentRequest;
}
