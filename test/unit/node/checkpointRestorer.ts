/** Restores message 1 of the chat in STORAGE and kills itself once COUNT files are written: `FOLDER STORAGE COUNT`. */
import { join } from "node:path";
import { createBlobStore } from "../../../src/node/blobStore.ts";
import { createCheckpoints } from "../../../src/node/checkpoints.ts";
import { writeToDisk } from "../../../src/node/checkpointsRestore.ts";

const [folder = "", storage = "", count] = process.argv.slice(2);
let written = 0;
const checkpoints = createCheckpoints({
  journal: join(storage, "chat.checkpoints"),
  store: createBlobStore(join(storage, "blobs"), { maxBytes: 50_000_000 }),
  roots: () => [folder],
  write: async (path, bytes) => {
    if (++written > Number(count)) process.kill(process.pid, "SIGKILL");
    await writeToDisk(path, bytes);
  },
});
await checkpoints.restore(1);
