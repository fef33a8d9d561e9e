/** A process that asks the gate of a folder as fast as it may: `FOLDER LIMIT WINDOW_MS MARGIN_MS COUNT ask|spread`. */
import { createRequestGate } from "../../../src/node/requestGate.ts";

const [folder = "", limit, windowMs, marginMs, count, what] = process.argv.slice(2);
const gate = createRequestGate({
  folder,
  limit: Number(limit),
  windowMs: Number(windowMs),
  marginMs: Number(marginMs),
});
const { signal } = new AbortController();
for (let i = 0; i < Number(count); i++) {
  if (what === "spread") console.log(await gate.spread());
  else {
    await gate.enter({ signal });
    console.log(Number(process.hrtime.bigint() / 1_000n) / 1_000);
  }
}
