import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { retryWords, wordsOf } from "../../src/webview/failures.ts";
import { noticeWords } from "../../src/webview/notes.ts";
import { FAULTS, type PlatformFault, passing } from "../faults.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { useWorkbench } from "./fixture.ts";

const IDLE_SECONDS = 15;
/** Waiting out the idle time once is enough for the panel; the others differ in the client only. */
const STALL = "a stall within the answer";

const shown = FAULTS.filter(({ name, becomes, planOnly }) => {
  if (planOnly) return false;
  return becomes.kind !== "retried" || becomes.reason !== "stalled" || name === STALL;
});

/** What the user sends: the number names the scene, the words a picture of it. */
const wordsFor = (fault: PlatformFault) => `Play ${FAULTS.indexOf(fault)}: ${fault.name}`;

function sceneOf(fault: PlatformFault): NonNullable<ScriptInput["scenes"]>[number] {
  const turn = fault.becomes.kind === "retried" ? passing(fault, 1) : fault.turn;
  return {
    when: `^Play ${FAULTS.indexOf(fault)}:`,
    turns: [turn, { reasoning: "I have it.", content: `Went on after: ${fault.name}.` }],
  };
}

describe("What the panel shows of the platform's faults", function () {
  this.timeout(60_000);
  const window = useWorkbench({
    simulator: { script: { scenes: shown.map(sceneOf), otherwise: { content: "Still here." } } },
    settings: { "mimoAgent.idleTimeout": IDLE_SECONDS },
  });

  for (const fault of shown) {
    const { name, becomes } = fault;
    it(`${name}: ${becomes.kind === "mended" ? "goes on" : becomes.reason}`, async () => {
      const workbench = window();
      const cards = workbench.panel.locator(".note.err");
      const before = await cards.count();
      await workbench.say(wordsFor(fault));
      const end = becomes.kind === "final" ? cards.nth(before) : workbench.panel.getByText(`Went on after: ${name}.`);
      await end.waitFor({ timeout: 45_000 });
      await workbench.idle();
      const task = workbench.panel.locator(".task").last();
      switch (becomes.kind) {
        case "final":
          assert.match(await cards.last().innerText(), new RegExp(`^\\s*${wordsOf(becomes).title}`));
          break;
        case "retried": {
          const row = task.locator(".step", { hasText: "Tried again" });
          assert.match((await row.allInnerTexts()).join(" "), new RegExp(retryWords(becomes.reason).title));
          break;
        }
        case "mended":
          if (becomes.notice) await task.getByText(noticeWords(becomes.notice)).waitFor();
          assert.ok(!(await task.innerText()).includes("<tool_call>"));
          break;
      }
      // The user's words stand where they were sent.
      assert.ok((await task.innerText()).includes(wordsFor(fault)));
    });
  }

  it("has lost nothing, also after the window was loaded anew", async () => {
    const workbench = window();
    const said = () => workbench.panel.getByRole("region", { name: "Your message" }).allInnerTexts();
    const before = await said();
    await workbench.screenshot({ area: "faults", name: "before-reload" });
    await workbench.reload();
    await workbench.openMimo();
    await workbench.panel.getByText(shown.slice(-1).map(wordsFor)[0] ?? "", { exact: true }).waitFor();
    assert.deepEqual(await said(), before);
    await workbench.say("Are you there?");
    await workbench.panel.getByText("Still here.").waitFor();
    const refused = workbench.simulator?.requests().filter((entry) => entry.status >= 400 && !entry.fault);
    assert.deepEqual(refused, []);
  });
});
