import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { type Block, blocksFrom, type Content, encodeBlock, endOf, isRef, readBlock, refOf } from "./blobPack.ts";
import type { BlobRef, BlobStore } from "./changeRecorder.ts";
import { storageFailure } from "./storageFailure.ts";

export interface BlobStoreOptions {
  /** On the disk, of all chats and windows together. The packs that were least lately of use go first. */
  readonly maxBytes: number;
}

const PACK = /^[\w-]+\.pack$/;
/** A pack is pruned as a whole: small enough to lose little, large enough for 200 MB to be a few dozen. */
const PACK_BYTES = 8_000_000;
/** What is compressed together. Reading one content reads its block. */
const BLOCK_BYTES = 400_000;
const BLOCK_CONTENTS = 2_000;
/** Blocks that were read last are kept in memory: files of one restore lie side by side. */
const CACHED_BLOCKS = 6;
/** A pack whose contents are of use again is marked as such, no more often than this. */
const TOUCH_MS = 60_000;
/** Many that are gone are asked for at a time: the folder is not read for each. */
const REFRESH_MS = 50;
/** Parts of what is allowed: how much may be written between two looks at it all, and what pruning leaves. */
const LOOK_AFTER = 0.05;
const PRUNE_TO = 0.9;

interface Pack {
  readonly path: string;
  /** Up to where its blocks are known. */
  end: number;
  touched: number;
}

interface Place {
  readonly pack: Pack;
  readonly block: Block;
  readonly index: number;
}

interface Waiting extends Content {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** In a folder of its own. Several processes may use it at the same time: each writes packs of its own and reads all. */
export function createBlobStore(folder: string, options: BlobStoreOptions): BlobStore {
  return new PackedStore(folder, options);
}

class PackedStore implements BlobStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #packBytes: number;
  readonly #packs = new Map<string, Pack>();
  readonly #places = new Map<BlobRef, Place>();
  readonly #underway = new Map<BlobRef, Promise<void>>();
  readonly #cache = new Map<Block, Promise<readonly Buffer[] | undefined>>();
  #waiting: Waiting[] = [];
  #isWriting = false;
  #own: Pack | undefined;
  #refreshing: Promise<void> | undefined;
  #isKnown = false;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #unpruned = Number.POSITIVE_INFINITY;

  constructor(folder: string, { maxBytes }: BlobStoreOptions) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#packBytes = Math.min(PACK_BYTES, maxBytes / 8);
  }

  async put(bytes: Uint8Array): Promise<BlobRef> {
    const ref = refOf(bytes);
    if (!this.#isKnown) await this.#refresh();
    const place = this.#places.get(ref);
    if (place && (await this.#touch(place.pack))) return ref;
    let underway = this.#underway.get(ref);
    if (!underway) {
      underway = new Promise<void>((done, failed) => this.#waiting.push({ ref, bytes, done, failed })).finally(() =>
        this.#underway.delete(ref),
      );
      this.#underway.set(ref, underway);
      void this.#writeOut();
    }
    await underway;
    return ref;
  }

  async get(ref: BlobRef): Promise<Buffer | undefined> {
    if (!isRef(ref)) return undefined;
    await this.#underway.get(ref)?.catch(() => {});
    if (!this.#places.has(ref) && performance.now() - this.#refreshedAt > REFRESH_MS) await this.#refresh();
    const place = this.#places.get(ref);
    if (!place) return undefined;
    const bytes = (await this.#contents(place))?.[place.index];
    if (bytes && refOf(bytes) === ref) return bytes;
    // Kept anew when somebody has it again.
    if (this.#places.get(ref) === place) this.#places.delete(ref);
    return undefined;
  }

  /** A block as a whole, from memory where it was read a moment ago. */
  async #contents({ pack, block }: Place): Promise<readonly Buffer[] | undefined> {
    const cached = this.#cache.get(block);
    this.#cache.delete(block);
    const contents = cached ?? this.#read(pack, block);
    this.#cache.set(block, contents);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > CACHED_BLOCKS && oldest) this.#cache.delete(oldest);
    return contents;
  }

  async #read(pack: Pack, block: Block): Promise<readonly Buffer[] | undefined> {
    let file: FileHandle | undefined;
    try {
      file = await open(pack.path, "r");
      return await readBlock(file, block);
    } catch {
      if (!(await isThere(pack.path))) this.#forget(pack);
      return undefined;
    } finally {
      await file?.close();
    }
  }

  /** One block after another: whatever comes in meanwhile goes into the next one together. */
  async #writeOut(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    // Those who put several at once get them into one block.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        await this.#append(batch);
        for (const { done } of batch) done();
      } catch (error) {
        // The end of the pack may be half a block: nothing goes after it.
        this.#own = undefined;
        for (const { failed } of batch) failed(storageFailure(error, this.#folder));
      }
    }
    this.#isWriting = false;
  }

  #nextBatch(): Waiting[] {
    let bytes = 0;
    const count = this.#waiting.findIndex((each, i) => {
      bytes += each.bytes.length;
      return i > 0 && (bytes > BLOCK_BYTES || i >= BLOCK_CONTENTS);
    });
    return this.#waiting.splice(0, count === -1 ? this.#waiting.length : count);
  }

  async #append(batch: readonly Content[]): Promise<void> {
    const pack = await this.#packToWrite();
    const { block, bytes } = await encodeBlock(batch, pack.end);
    let file: FileHandle | undefined;
    try {
      file = await open(pack.path, "r+");
      await writeAll(file, bytes, block.at);
    } catch (error) {
      await file?.truncate(block.at).catch(() => {});
      throw error;
    } finally {
      await file?.close();
    }
    pack.end = endOf(block);
    for (const [index, { ref }] of batch.entries()) this.#places.set(ref, { pack, block, index });
    this.#unpruned += bytes.length;
    if (this.#unpruned > this.#maxBytes * LOOK_AFTER) await this.#prune();
  }

  async #packToWrite(): Promise<Pack> {
    // Somebody else may have pruned it, after a night of sleep.
    if (this.#own && this.#own.end < this.#packBytes && (await isThere(this.#own.path))) return this.#own;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const name = `${Date.now().toString(36)}-${process.pid}-${randomBytes(4).toString("hex")}.pack`;
    const path = join(this.#folder, name);
    await (await open(path, "wx", 0o600)).close();
    const pack = { path, end: 0, touched: Date.now() };
    this.#packs.set(name, pack);
    this.#own = pack;
    return pack;
  }

  /** What others have written since. Packs that cannot be read are passed over. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#readPacks().finally(() => {
      this.#refreshing = undefined;
      this.#isKnown = true;
      this.#refreshedAt = performance.now();
    });
    return this.#refreshing;
  }

  async #readPacks(): Promise<void> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => PACK.test(name));
    for (const [name, pack] of this.#packs) if (!names.includes(name)) this.#forget(pack);
    for (const name of names) {
      const pack = this.#packs.get(name) ?? { path: join(this.#folder, name), end: 0, touched: 0 };
      if (pack === this.#own) continue;
      this.#packs.set(name, pack);
      await this.#readList(pack).catch(() => {});
    }
  }

  async #readList(pack: Pack): Promise<void> {
    const file = await open(pack.path, "r");
    try {
      for await (const { block, refs } of blocksFrom(file, pack.end)) {
        for (const [index, ref] of refs.entries()) this.#places.set(ref, { pack, block, index });
        pack.end = endOf(block);
      }
    } finally {
      await file.close();
    }
  }

  /** False when the pack is gone. */
  async #touch(pack: Pack): Promise<boolean> {
    const now = Date.now();
    if (now - pack.touched < TOUCH_MS) return true;
    pack.touched = now;
    try {
      await utimes(pack.path, new Date(now), new Date(now));
      return true;
    } catch {
      // Not ours to mark is still there to read.
      if (await isThere(pack.path)) return true;
      this.#forget(pack);
      return false;
    }
  }

  #forget(pack: Pack): void {
    for (const [name, known] of this.#packs) if (known === pack) this.#packs.delete(name);
    for (const [ref, place] of this.#places) if (place.pack === pack) this.#places.delete(ref);
    if (this.#own === pack) this.#own = undefined;
  }

  /** Never fails: a disk that does not let go of a pack is asked again the next time. */
  async #prune(): Promise<void> {
    this.#unpruned = 0;
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => PACK.test(name));
    const found = await Promise.all(names.map((name) => sized(join(this.#folder, name), name)));
    const packs = found.filter((pack) => pack !== undefined).sort((a, b) => a.at - b.at);
    let total = packs.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total <= this.#maxBytes * (1 - LOOK_AFTER)) return;
    for (const { name, path, bytes } of packs) {
      if (total <= this.#maxBytes * PRUNE_TO) break;
      if (path === this.#own?.path) continue;
      await rm(path, { force: true }).catch(() => {});
      total -= bytes;
      const pack = this.#packs.get(name);
      if (pack) this.#forget(pack);
    }
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function sized(path: string, name: string) {
  const found = await stat(path).catch(() => undefined);
  return found && { path, name, bytes: found.size, at: found.mtimeMs };
}
