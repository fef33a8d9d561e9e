import { chmod, lstat, mkdir, realpath, rm, rmdir, symlink, unlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { replaceFile } from "./atomicWrite.ts";
import { refOf } from "./blobPack.ts";
import type { BlobStore } from "./changeRecorder.ts";
import type { RecordedChange } from "./checkpointsJournal.ts";
import { fileRef, readState, type State, sameState } from "./checkpointsState.ts";
import type { CheckpointOptions, Missing, MissingReason } from "./checkpointsTypes.ts";
import { inParallel } from "./inParallel.ts";
import { realPath } from "./places.ts";

export type RestoreWorld = Pick<CheckpointOptions, "store" | "roots" | "unsaved" | "write">;

/** What is to be done so that everything is as `targets` say, and what cannot be. Everything that is there now is kept.
 * Rejects when the disk refuses that; nothing is changed. */
export async function planRestore(
  targets: ReadonlyMap<string, State>,
  world: RestoreWorld,
): Promise<{ items: RecordedChange[]; missing: Missing[] }> {
  const items: RecordedChange[] = [];
  const missing: Missing[] = [];
  const parents = await realParents(world.roots());
  await inParallel([...targets], async ([path, after]) => {
    const before = (await parents.areReal(path)) ? await stateNow(path, world, world.store) : undefined;
    if (sameState(before, after)) return;
    const why = await whyNot({ path, before, after }, world.store);
    if (why) missing.push({ path, why });
    else items.push({ path, before, after });
  });
  return { items: items.sort(byPath), missing: missing.sort(byPath) };
}

async function whyNot({ before, after }: RecordedChange, store: BlobStore): Promise<MissingReason | undefined> {
  if (after?.kind === "unkept") return after.why;
  // What nobody has kept is not taken away.
  if (before?.kind === "unkept") return before.why;
  if (after === undefined || after.kind === "folder") return undefined;
  return (await store.get(after.ref)) ? undefined : "pruned";
}

/** Does it, as far as the system lets it. Never rejects. */
export async function applyRestore(items: readonly RecordedChange[], world: RestoreWorld): Promise<Missing[]> {
  const missing = new Map<string, MissingReason>();
  const parents = await realParents(world.roots());
  const attempt = async (item: RecordedChange, work: () => Promise<MissingReason | undefined>) => {
    if (missing.has(item.path)) return;
    const why = await work().catch(() => "refused" as const);
    if (why) missing.set(item.path, why);
  };
  const take = (item: RecordedChange) =>
    attempt(item, async () => (await guard(item, world, parents)) ?? (await remove(item, world)));
  const goes = items.filter(({ before, after }) => before && (after === undefined || after.kind !== before.kind));
  await inParallel(
    goes.filter(({ before }) => before?.kind !== "folder"),
    take,
  );
  for (const item of byDepth(goes).reverse()) if (item.before?.kind === "folder") await take(item);
  for (const item of byDepth(items)) {
    if (item.after?.kind !== "folder") continue;
    await attempt(item, async () => {
      if (!(await parents.areReal(item.path))) return "blocked";
      await mkdir(item.path, { recursive: true });
      return undefined;
    });
  }
  const comes = items.filter(({ after }) => after?.kind === "file" || after?.kind === "link");
  await inParallel(comes, (item) => {
    const isInPlace = item.before?.kind === item.after?.kind;
    return attempt(item, async () => {
      const why = isInPlace ? await guard(item, world, parents) : await guardNew(item, parents);
      return why ?? (await put(item, world));
    });
  });
  return [...missing].map(([path, why]) => ({ path, why })).sort(byPath);
}

/** What was kept as the present state is what goes, and it goes where it was. */
async function guard(
  item: RecordedChange,
  world: RestoreWorld,
  parents: RealParents,
): Promise<MissingReason | undefined> {
  if (!(await parents.areReal(item.path))) return "blocked";
  const now = await stateNow(item.path, world, HASH_ONLY);
  return sameState(now, item.before) ? undefined : "changed";
}

async function guardNew({ path }: RecordedChange, parents: RealParents): Promise<MissingReason | undefined> {
  if (!(await parents.areReal(path))) return "blocked";
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  return isThere ? "changed" : undefined;
}

async function remove({ path, before }: RecordedChange, world: RestoreWorld): Promise<MissingReason | undefined> {
  if (before?.kind === "folder") {
    try {
      await rmdir(path);
    } catch {
      return "blocked";
    }
  } else if (before?.kind === "file") await (world.write ?? writeToDisk)(path, undefined);
  else await unlink(path);
  return undefined;
}

async function put({ path, before, after }: RecordedChange, world: RestoreWorld): Promise<MissingReason | undefined> {
  if (after?.kind !== "file" && after?.kind !== "link") return undefined;
  const bytes = await world.store.get(after.ref);
  if (!bytes) return "pruned";
  if (after.kind === "link") {
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    await symlink(bytes, path);
    return undefined;
  }
  if (fileRef(before) !== after.ref) {
    // A command may have made it read-only, which whoever writes it heeds.
    if (before?.kind === "file" && (before.mode & 0o200) === 0) await chmod(path, before.mode | 0o200);
    await (world.write ?? writeToDisk)(path, bytes);
  }
  const { mode } = await lstat(path);
  if ((mode & 0o7777) !== after.mode) await chmod(path, after.mode);
  return undefined;
}

export async function writeToDisk(path: string, bytes: Uint8Array | undefined): Promise<void> {
  if (bytes) await replaceFile(path, Buffer.from(bytes));
  else await unlink(path);
}

export async function stateNow(path: string, { unsaved }: RestoreWorld, store: BlobStore): Promise<State> {
  return readState(path, store, { unsaved: await unsaved?.(path), storage: "reject" });
}

const HASH_ONLY: BlobStore = { put: async (bytes) => refOf(bytes), get: async () => undefined };

export interface RealParents {
  /** No link leads to another place than the one that the path names. */
  areReal(path: string): Promise<boolean>;
}

/** The folders of the workspace themselves may be named through links. */
export async function realParents(roots: readonly string[]): Promise<RealParents> {
  const real = await Promise.all(roots.map(async (root) => ({ root, real: await realpath(root).catch(() => root) })));
  return {
    async areReal(path) {
      const parent = dirname(path);
      const within = real.find(({ root }) => parent === root || parent.startsWith(root + sep));
      const expected = within ? join(within.real, relative(within.root, parent)) : parent;
      // Links that lead in a circle lead nowhere.
      const found = await realPath(parent).catch(() => undefined);
      return found !== undefined && folded(found) === folded(expected);
    },
  };
}

/** Systems that take no note of letter case answer with their own. */
function folded(path: string): string {
  return process.platform === "linux" ? path : path.toLowerCase();
}

export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}

function byDepth(items: readonly RecordedChange[]): RecordedChange[] {
  const depth = ({ path }: RecordedChange) => path.split(sep).length;
  return [...items].sort((a, b) => depth(a) - depth(b));
}
