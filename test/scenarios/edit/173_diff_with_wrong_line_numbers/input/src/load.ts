import { readFile } from "node:fs/promises";

export async function load(path: string): Promise<string> {
  const text = await readFile(path, "utf8");
  return text.trim();
}

export async function loadAll(paths: string[]): Promise<string[]> {
  const texts = [];
  for (const path of paths) {
    texts.push(await load(path));
  }
  return texts;
}
