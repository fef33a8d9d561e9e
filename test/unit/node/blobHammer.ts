/** A process that puts contents into the store of a folder until it is killed, and prints what it was told is kept:
 * `FOLDER MAX_BYTES`. */
import { randomBytes } from "node:crypto";
import { createBlobStore } from "../../../src/node/blobStore.ts";

const [folder = "", maxBytes] = process.argv.slice(2);
const store = createBlobStore(folder, { maxBytes: Number(maxBytes) });
for (;;) {
  const sizes = [10, 1_000, 50_000, 3];
  const refs = await Promise.all(sizes.map((size) => store.put(randomBytes(size))));
  process.stdout.write(`${refs.join("\n")}\n`);
}
