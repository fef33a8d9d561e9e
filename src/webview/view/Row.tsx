import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../icons.tsx";

interface RowProps {
  icon: IconName;
  tone?: string | undefined;
  verb: string;
  object?: ComponentChildren;
  result?: string;
  /** Without it the row is no button: there is nothing behind it. */
  choice?: Signal<boolean | undefined>;
  children?: ComponentChildren;
}

/** One action, one line: icon, verb, object, result at the right. Opens on demand. */
export function Row({ icon, tone, verb, object, result, choice, children }: RowProps) {
  const open = choice?.value ?? false;
  const line = (
    <>
      <Icon name={icon} tone={tone} />
      <span class="v">{verb}</span>
      <span class="d ell">{object}</span>
      {result ? <span class="r num">{result}</span> : null}
      {choice ? <Icon name={open ? "down" : "right"} small /> : null}
    </>
  );
  if (!choice) return <div class="step">{line}</div>;
  const toggle = () => {
    choice.value = !open;
  };
  return (
    <>
      <button type="button" class="step" aria-expanded={open} onClick={toggle}>
        {line}
      </button>
      {open ? <div class="sub">{children}</div> : null}
    </>
  );
}

export function IconButton(props: {
  icon: IconName;
  label: string;
  onClick: () => void;
  tone?: string;
  expanded?: boolean;
}) {
  return (
    <button
      type="button"
      class={`ib ${props.tone ?? ""}`}
      aria-label={props.label}
      title={props.label}
      {...(props.expanded === undefined ? {} : { "aria-expanded": props.expanded })}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}
