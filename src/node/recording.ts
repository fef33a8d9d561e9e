import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Background, Files, FileTree, Place, Shell } from "../agent/ports.ts";
import type { ChangeRecorder, FileState } from "./changeRecorder.ts";
import type { Checkpoints } from "./checkpointsTypes.ts";
import { encodeText } from "./text.ts";

/** What is kept of a folder that is moved or removed as a whole: files, links and folders. */
const ENTRIES_IN_A_FOLDER = 5_000;

export type FileRecorder = ChangeRecorder & Partial<Pick<Checkpoints, "leftOut">>;

/** Files and their tree, with a recorder that sees everything before it is changed. */
export function recordFiles(
  files: Files,
  tree: FileTree,
  recorder: FileRecorder,
  most = ENTRIES_IN_A_FOLDER,
): { readonly files: Files; readonly tree: FileTree } {
  const around = async <T>(states: readonly FileState[], work: () => Promise<T>): Promise<T> => {
    const end = await recorder.changing(states);
    try {
      return await work();
    } finally {
      await end();
    }
  };
  const state = (place: Place) => stateOf(files, place);
  const statesIn = async (place: Place): Promise<FileState[]> => {
    if (place.kind !== "folder") return [await state(place)];
    const paths = [place.path];
    if (await collect(place.path, paths, most)) recorder.leftOut?.(place.path);
    // Editors hold nothing unsaved in there, or the tree refuses: the disk says it all.
    return paths.map((path) => ({ path, bytes: undefined }));
  };
  return {
    files: {
      locate: (path) => files.locate(path),
      read: (place) => files.read(place),
      readPart: (place, range, options) => files.readPart(place, range, options),
      write: async (place, text, options) => around([await state(place)], () => files.write(place, text, options)),
    },
    tree: {
      filesIn: (place, options) => tree.filesIn(place, options),
      createFolder: (place) => around([{ path: place.path, bytes: undefined }], () => tree.createFolder(place)),
      move: async (from, to) => {
        const states = await statesIn(from);
        const moved = states.map(({ path }) => ({ path: to.path + path.slice(from.path.length), bytes: undefined }));
        return around([...states, ...moved], () => tree.move(from, to));
      },
      remove: async (place) => around(await statesIn(place), () => tree.remove(place)),
    },
  };
}

/** All that is in a folder, links and empty folders too. Says whether there is more. */
async function collect(folder: string, paths: string[], most: number): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return true;
  for (const entry of entries) {
    if (paths.length >= most) return true;
    const path = join(folder, entry.name);
    paths.push(path);
    if (entry.isDirectory() && entry.name !== ".git" && (await collect(path, paths, most))) return true;
  }
  return false;
}

/** What the tools see, which may be an editor's unsaved text. Without bytes the recorder takes what the disk has. */
async function stateOf(files: Files, place: Place): Promise<FileState> {
  if (place.kind !== "file") return { path: place.path, bytes: undefined };
  try {
    const { text, encoding } = await files.read(place);
    return { path: place.path, bytes: encodeText(text, encoding) };
  } catch {
    return { path: place.path, bytes: undefined };
  }
}

/** A shell whose commands may change anything in the workspace. */
export function recordShell(shell: Shell, recorder: ChangeRecorder): Shell {
  return {
    get name() {
      return shell.name;
    },
    async run(command, options) {
      recorder.beginCall(command.callId);
      const begun = recorder.runningCommand();
      await unlessStopped(begun, options.signal);
      try {
        return await shell.run(command, options);
      } finally {
        // Whoever stopped it does not wait for what it changed to be found; whatever comes next does.
        await unlessStopped(
          begun.then((end) => end()),
          options.signal,
        );
      }
    },
  };
}

/** Until it is done or the signal fires; recording never fails a command. */
async function unlessStopped(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const settled = work.then(
    () => {},
    () => {},
  );
  if (signal.aborted) return;
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener("abort", stop);
  });
  await Promise.race([settled, stopped]);
  signal.removeEventListener("abort", stop);
}

/** Commands in the background: what they change is found by and by, at the latest after their end was seen. */
export function recordBackground(
  background: Background,
  recorder: Pick<Checkpoints, "runningInBackground">,
): Background {
  const ends = new Map<string, () => void>();
  const seen = ({ id, running }: { readonly id: string; readonly running: boolean }) => {
    if (running) return;
    ends.get(id)?.();
    ends.delete(id);
  };
  return {
    async start(command, { signal = new AbortController().signal } = {}) {
      const begun = recorder.runningInBackground(command.callId);
      const end = () => void begun.then((ended) => ended()).catch(() => {});
      await unlessStopped(begun, signal);
      try {
        const state = await background.start(command, { signal });
        ends.set(state.id, end);
        seen(state);
        return state;
      } catch (error) {
        end();
        throw error;
      }
    },
    async read(id, options) {
      const result = await background.read(id, options);
      seen(result.state);
      return result;
    },
    async stop(id) {
      const result = await background.stop(id);
      seen(result.state);
      return result;
    },
    list() {
      const states = background.list();
      for (const state of states) seen(state);
      return states;
    },
  };
}
