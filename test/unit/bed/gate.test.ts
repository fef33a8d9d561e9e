import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { closeGate } from "../../bed/gate.ts";

const OPEN = "function hx(r,t){return!0}";
const CHECK =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: code as VS Code ships it
  "function CD(r,t){if(!hx(r,t))throw new Error(`Extension '${r.identifier.value}' CANNOT use API proposal: ${t}.`)}";
const OTHER = "function KO(s,o){return!0}function m1(s,o){return o}";

describe("the gate on proposed API", () => {
  it("is closed: only what an extension names is enabled", () => {
    const closed = closeGate(`${OTHER}${OPEN}${CHECK}`, "x.js");
    const run = new Function(`${closed};return [hx, CD, KO];`) as () => [Enabled, Enabled, Enabled];
    const [enabled, check, other] = run();
    const named = { identifier: { value: "a.b" }, enabledApiProposals: ["inlineChat"] };
    const plain = { identifier: { value: "a.b" } };
    assert.equal(enabled(named, "inlineChat"), true);
    assert.equal(enabled(named, "timeline"), false);
    assert.equal(enabled(plain, "timeline"), false);
    assert.throws(() => check(plain, "timeline"), /CANNOT use API proposal: timeline/);
    assert.equal(other(plain, "timeline"), true, "a function that only looks alike was changed");
  });

  it("fails loudly when the place is not there, or there are two", () => {
    assert.throws(() => closeGate(OTHER, "x.js"), /found 0 times in x\.js/);
    assert.throws(() => closeGate(`${OPEN}${CHECK}`.repeat(2), "x.js"), /found 2 times in x\.js/);
  });
});

type Enabled = (extension: object, proposal: string) => unknown;
