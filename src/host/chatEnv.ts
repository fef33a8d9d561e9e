import { dirname } from "node:path";
import * as vscode from "vscode";
import type { ToolEnv } from "../agent/tool.ts";
import { createBackground } from "../node/background.ts";
import type { BlobStore } from "../node/changeRecorder.ts";
import { createCheckpoints, journalBeside } from "../node/checkpoints.ts";
import type { Checkpoints } from "../node/checkpointsTypes.ts";
import { createFiles } from "../node/files.ts";
import { createFileTree } from "../node/fileTree.ts";
import { createOutputFiles, pruneOutputs } from "../node/outputFiles.ts";
import { createProcessGroups, endOrphans, type ProcessGroups } from "../node/processGroups.ts";
import { recordBackground, recordFiles, recordShell } from "../node/recording.ts";
import { findRipgrep } from "../node/ripgrep.ts";
import { createSearch } from "../node/search.ts";
import { createShell } from "../node/shell.ts";
import type { RunningView } from "../protocol/view.ts";
import { type MirroredBackground, mirrorBackground } from "./background.ts";
import { createDiagnostics } from "./diagnostics.ts";
import { openDocument } from "./documents.ts";
import { createEditorFiles } from "./files.ts";
import { createEditorTree, editorActs } from "./fileTree.ts";
import { keepingOf } from "./keeping.ts";
import type { ChatWorld } from "./openChat.ts";
import { ChatReview } from "./review.ts";
import { type MirroredShell, mirrorShell } from "./shell.ts";
import { unsavedBytes, writeRestored } from "./unsaved.ts";

/** What the tools of one chat work with, and what remembers what they change. */
export interface ChatEnv {
  readonly env: ToolEnv;
  readonly shell: MirroredShell;
  readonly background: MirroredBackground;
  /** undefined when nothing is kept: by the setting, without a folder, or in one that is not trusted. */
  readonly kept: Kept | undefined;
  /** Commands that go on beside the chat. */
  readonly running: () => readonly RunningView[];
  /** What somebody types for a command that waits. False when none takes it. */
  readonly input: (callId: string, text: string) => boolean;
  readonly reveal: (callId: string) => boolean;
  /** Ends what runs; resolves when what is remembered is on the disk. */
  readonly close: () => Promise<void>;
}

export interface Kept {
  readonly store: BlobStore;
  readonly checkpoints: Checkpoints;
  readonly review: ChatReview;
}

/** `session` is the chat's file: what belongs to it lies beside it and goes with it. */
export function chatEnv(world: ChatWorld, session: string): ChatEnv {
  const { roots, user } = world;
  const outputs = beside(session, "outputs");
  void pruneOutputs(dirname(session));
  const inner = createShell({
    // Chosen in VS Code's settings; what it is decides the syntax that the model is told to write.
    shell: vscode.env.shell || undefined,
    groups: processGroups(world.processFolder),
    outputs: createOutputFiles({ folder: outputs }),
    input: "person",
  });
  const shell = mirrorShell(inner, { mode: world.terminal });
  const commands = createBackground({ shell, onWaiting: world.waiting });
  const background = mirrorBackground(commands);
  const kept = keptOf(world, session);
  const running: RunningView[] = [];
  const changed = () => world.changed();
  const watched: ToolEnv["background"] = {
    ...background,
    async start(command, options) {
      const state = await background.start(command, options);
      const view = { callId: command.callId, command: command.command };
      running.push(view);
      changed();
      commands.watch(state.id, {
        onOutput: () => {},
        onEnd: () => {
          running.splice(running.indexOf(view), 1);
          changed();
        },
      });
      return state;
    },
  };
  const disk = createFiles({ roots, outputs: () => outputs });
  const plain = {
    files: createEditorFiles(disk),
    tree: createEditorTree(createFileTree({ roots, acts: editorActs })),
    shell,
    background: watched,
  };
  const recorded = kept ? recordedBy(kept.checkpoints, plain) : plain;
  const ripgrep = findRipgrep({ appRoot: world.appRoot, avoid: roots().map(({ path }) => path) });
  return {
    env: {
      ...recorded,
      search: createSearch({ roots, ripgrep: () => ripgrep }),
      user,
      diagnostics: createDiagnostics(),
      seen: new Map(),
    },
    shell,
    background,
    kept,
    running: () => [...running],
    input: (callId, text) => shell.input(callId, text) || background.input(callId, text),
    reveal: (callId) => background.reveal(callId) || shell.reveal(),
    close: async () => {
      shell.dispose();
      background.dispose();
      // What the disk refuses here costs the memory of it; the chat is closed all the same.
      await kept?.checkpoints.close().catch(() => {});
      await kept?.review.close().catch(() => {});
    },
  };
}

function recordedBy(checkpoints: Checkpoints, plain: Pick<ToolEnv, "files" | "tree" | "shell" | "background">) {
  return {
    ...recordFiles(plain.files, plain.tree, checkpoints),
    shell: recordShell(plain.shell, checkpoints),
    background: recordBackground(plain.background, checkpoints),
  };
}

function keptOf(world: ChatWorld, session: string): Kept | undefined {
  const { roots, log } = world;
  if (!world.trusted()) return undefined;
  const keeping = keepingOf({ folder: world.checkpointFolder, maxBytes: world.checkpointBytes(), roots });
  if (!keeping) return undefined;
  const { store, scan } = keeping;
  const checkpoints = createCheckpoints({
    journal: journalBeside(session),
    roots: () => roots().map(({ path }) => path),
    store,
    scan,
    unsaved: async (path) => unsavedBytes(openDocument(path)),
    write: writeRestored,
    onProblem: (error) => {
      log.error("earlier contents of files are not kept", error);
      void vscode.window.showWarningMessage(
        vscode.l10n.t("The disk refuses to keep earlier contents of files: changes from here on cannot be restored."),
      );
    },
  });
  const review = new ChatReview({ path: beside(session, "review.json"), blobs: store, recorder: checkpoints, log });
  checkpoints.onStep((step) => review.step(step));
  review.onDidChange(() => world.changed());
  return { store, review, checkpoints };
}

/** Deleted with the session: its name is followed by a dot. */
function beside(session: string, what: string): string {
  return `${session.replace(/\.jsonl$/, "")}.${what}`;
}

/** One for all chats of this window. What a window that was killed left running is ended when the first chat opens. */
let groups: ProcessGroups | undefined;
function processGroups(folder: string): ProcessGroups {
  if (!groups) {
    groups = createProcessGroups(folder);
    void endOrphans(folder);
  }
  return groups;
}
