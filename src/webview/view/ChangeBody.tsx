import type { Preview } from "../changes.ts";
import type { IconName } from "../icons.tsx";
import type { Call } from "../items.ts";
import { t } from "../l10n.ts";
import { visible } from "../terminal.ts";
import { Diff, type HunkChoice } from "./Diff.tsx";

/** How far a change has come: asked for or under way, done, or not done. */
export type Stage = "ahead" | "done" | "undone";

export function stageOf(status: Call["status"]): Stage {
  return status === "ok" ? "done" : status === "running" ? "ahead" : "undone";
}

interface BodyProps {
  preview: Preview;
  stage: Stage;
  choiceKey: string;
  hunks?: HunkChoice | undefined;
}

/** What happens to one file or folder: its lines, or where there are none, in words. */
export function ChangeBody({ preview, stage, choiceKey, hunks }: BodyProps) {
  const fact = factOf(preview, stage);
  return (
    <>
      {fact ? <Fact preview={preview} words={fact} /> : null}
      {fact && preview.hunks.length === 0 ? null : <Diff preview={preview} choiceKey={choiceKey} hunks={hunks} />}
    </>
  );
}

function Fact({ preview: { kind, shown, from, files }, words }: { preview: Preview; words: string }) {
  const count = files === undefined ? "" : files === 1 ? t("with 1 file") : t("with {0} files", files);
  return (
    <div class="card-b fact">
      <div>{count === "" ? words : `${words} · ${count}`}</div>
      {kind === "move" ? (
        <div class="mono way" dir="ltr">
          <div>{visible(from ?? "")}</div>
          <div>
            <span class="mut" aria-hidden="true">
              →{" "}
            </span>
            <span class="sr">{t("to")} </span>
            {visible(shown)}
          </div>
        </div>
      ) : null}
    </div>
  );
}

function factOf({ kind }: Preview, stage: Stage): string | undefined {
  switch (kind) {
    case "delete":
      return { ahead: t("Will be deleted"), done: t("Deleted"), undone: t("Not deleted") }[stage];
    case "move":
      return { ahead: t("Will be moved"), done: t("Moved"), undone: t("Not moved") }[stage];
    case "folder":
      return { ahead: t("The folder will be created"), done: t("Folder created"), undone: t("Folder not created") }[
        stage
      ];
    default:
      return undefined;
  }
}

export function changeIcon(kind: Preview["kind"]): IconName {
  switch (kind) {
    case "delete":
      return "trash";
    case "move":
      return "move";
    case "folder":
      return "folder";
    default:
      return "edit";
  }
}

/** What is asked or told of a change, in one line. */
export function changeName({ kind, shown, from }: Pick<Preview, "kind" | "shown" | "from">): string {
  const path = visible(shown) || t("Unknown file");
  switch (kind) {
    case "delete":
      return t("Delete {0}", path);
    case "move":
      return t("Move {0} to {1}", visible(from ?? ""), path);
    case "folder":
      return t("Create the folder {0}", path);
    default:
      return t("Edit {0}", path);
  }
}
