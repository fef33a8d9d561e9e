import type { ImageView } from "../../protocol/view.ts";
import { fileSize } from "../figures.ts";
import { Icon } from "../icons.tsx";
import type { Task } from "../items.ts";
import { t } from "../l10n.ts";
import { Checkpoint } from "./Checkpoint.tsx";

/** What the user wrote, and a chip for each image that went with it. */
export function UserMessage({ user: { text, images, message } }: { user: NonNullable<Task["user"]> }) {
  const words = (
    <section class="user" aria-label={t("Your message")} dir="auto">
      {images.length > 0 ? (
        <ul class="chips" aria-label={t("Images")}>
          {images.map((image, i) => (
            <li key={String(i)} class="chip">
              <Icon name="image" />
              <span class="num">{describe(image)}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {text}
    </section>
  );
  if (message === undefined) return words;
  return (
    <div class="said">
      {words}
      <Checkpoint message={message} />
    </div>
  );
}

function describe({ mime, bytes }: ImageView): string {
  return `${mime.replace(/^image\//, "").toUpperCase()} · ${fileSize(bytes)}`;
}
