import { ToolError } from "../agent/errors.ts";
import type { Place } from "../agent/ports.ts";
import type { ToolEnv } from "../agent/tool.ts";

const SUGGESTIONS = 5;

/** The place of a path that has to be there as a file or a folder. Otherwise a ToolError that names what is near. */
export async function existing(
  path: string,
  kind: "file" | "folder",
  env: ToolEnv,
  signal: AbortSignal,
): Promise<Place> {
  const place = await env.files.locate(path);
  if (place.kind === kind) return place;
  switch (place.kind) {
    case "missing":
      throw new ToolError(`${place.shown} does not exist. ${await nearby(place, env, signal)}`.trimEnd());
    case "folder":
      throw new ToolError(`${place.shown} is a folder; list it with list_files.`);
    case "file":
      throw new ToolError(`${place.shown} is a file, not a folder.`);
    case "other":
      throw new ToolError(`${place.shown} is not a regular file (a device, pipe or socket).`);
  }
}

/** Places outside the workspace are looked at only with the user's consent, so nothing is said about them here. */
async function nearby(place: Place, env: ToolEnv, signal: AbortSignal): Promise<string> {
  if (!place.inside) return "";
  const parts = place.shown.split("/");
  const name = parts.at(-1) ?? "";
  const root = await env.files.locate(".");
  const options = { signal };
  const glob = `**/${name.replace(/[[\]{}*?\\]/g, "?")}`;
  const same = await env.search.files({ glob, within: root, limit: SUGGESTIONS }, options);
  if (same.paths.length > 0) return `Files of that name: ${same.paths.join(", ")}`;
  const folder = await nearestFolder(parts, env);
  if (folder?.kind !== "folder") return "";
  const entries = await env.search.list({ folder, depth: 1, limit: 200 }, options);
  const close = entries.paths.map(lastPart).sort((a, b) => unlikeness(a, name) - unlikeness(b, name));
  const there = close.slice(0, SUGGESTIONS * 2).join(", ") || "nothing";
  return `In ${folder.shown === "." ? "the workspace folder" : folder.shown}: ${there}`;
}

async function nearestFolder(parts: readonly string[], env: ToolEnv): Promise<Place | undefined> {
  for (let length = parts.length - 1; length > 0; length--) {
    const folder = await env.files.locate(parts.slice(0, length).join("/"));
    if (folder.kind !== "missing") return folder;
  }
  return env.files.locate(".");
}

function lastPart(path: string): string {
  return path.match(/[^/]+\/?$/)?.[0] ?? path;
}

/** Edits (insert, delete, replace) between two names, without regard to case. */
function unlikeness(a: string, b: string): number {
  const [from, to] = [a.toLowerCase().slice(0, 100), b.toLowerCase().slice(0, 100)];
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
