import { type Signal, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export type PopupName = "modes" | "models" | `restore.${number}`;

/** The one popup that is open. */
export const openPopup: Signal<PopupName | undefined> = signal(undefined);

export function closePopup(): void {
  const name = openPopup.value;
  openPopup.value = undefined;
  if (name) document.querySelector<HTMLElement>(`[data-opens="${name}"]`)?.focus();
}

/** Closes on Esc, on a click elsewhere, and when the cursor leaves it: what the popup's element listens for. */
export function useDismissal(host: { readonly current: HTMLElement | null }) {
  useLayoutEffect(() => {
    const onPointerDown = ({ target }: PointerEvent) => {
      if (!(target instanceof Element) || target.closest(".pop,[data-opens]")) return;
      openPopup.value = undefined;
    };
    document.addEventListener("pointerdown", onPointerDown, true);
    return () => document.removeEventListener("pointerdown", onPointerDown, true);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    closePopup();
  };
  const onFocusOut = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof Element && !host.current?.contains(relatedTarget)) openPopup.value = undefined;
  };
  return { onKeyDown, onFocusOut };
}

export function Popup({ label, children }: { label: string; children: ComponentChildren }) {
  const host = useRef<HTMLDivElement>(null);
  // With the frame that shows it: the next key is already its own.
  useLayoutEffect(() => host.current?.querySelector<HTMLElement>("[data-first]")?.focus(), []);
  const dismissal = useDismissal(host);
  return (
    <div class="pop" role="dialog" aria-label={label} ref={host} {...dismissal}>
      {children}
    </div>
  );
}

export interface Option {
  readonly id: string;
  readonly body: ComponentChildren;
}

interface ListboxProps {
  name: string;
  label: string;
  options: readonly Option[];
  chosen: string;
  active: Signal<string>;
  choose: (id: string) => void;
  /** Takes the cursor when its popup opens. */
  first?: true;
}

/** Options of which one is chosen; arrows move, Enter and Space choose. */
export function Listbox({ name, label, options, chosen, active, choose, first }: ListboxProps) {
  const move = (to: number) => {
    const option = options[Math.max(0, Math.min(options.length - 1, to))];
    if (option) active.value = option.id;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = options.findIndex((option) => option.id === active.value);
    const steps: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => move(at - 1),
      Home: () => move(0),
      End: () => move(options.length - 1),
      Enter: () => choose(active.value),
      " ": () => choose(active.value),
    };
    const step = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    if (!step) return;
    event.preventDefault();
    step();
  };
  return (
    <div
      role="listbox"
      tabIndex={0}
      {...(first ? { "data-first": true } : {})}
      aria-label={label}
      aria-activedescendant={`${name}-${options.findIndex((option) => option.id === active.value)}`}
      onKeyDown={onKeyDown}
    >
      {options.map((option, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox takes the keys
        <div
          key={option.id}
          id={`${name}-${i}`}
          role="option"
          tabIndex={-1}
          class={option.id === active.value ? "it on" : "it"}
          aria-selected={option.id === chosen}
          onMouseMove={() => {
            active.value = option.id;
          }}
          onClick={() => choose(option.id)}
        >
          {option.body}
        </div>
      ))}
    </div>
  );
}
