import { lstat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import type { Place } from "../agent/ports.ts";
import { PROTECTED_FOLDERS } from "../approval/paths.ts";
import { type Root, realPath } from "./places.ts";

/** A place in a folder that a protected name of the workspace leads to (`.vscode` as a link to `config`) has that name
 * too: whoever writes there writes what the name stands for. */
export async function withProtectedName(place: Place, roots: readonly Root[]): Promise<Place> {
  if (!place.inside || place.alias !== undefined) return place;
  const links = (await Promise.all(roots.map(protectedLinks))).flat();
  if (links.length === 0) return place;
  const real = await realPath(place.path);
  for (const link of links) {
    const inner = relative(link.leadsTo, real);
    if (inner === ".." || inner.startsWith(`..${sep}`) || isAbsolute(inner)) continue;
    return { ...place, alias: join(link.path, inner) };
  }
  return place;
}

async function protectedLinks({ path: root }: Root): Promise<{ path: string; leadsTo: string }[]> {
  const links = await Promise.all(
    PROTECTED_FOLDERS.map(async (folder) => {
      const path = join(root, folder);
      const found = await lstat(path).catch(() => undefined);
      return found?.isSymbolicLink() ? [{ path, leadsTo: await realPath(path) }] : [];
    }),
  );
  return links.flat();
}
