import { options } from "preact";

/** Put into the panel's page by tests: notes the class or tag of every element that a redraw describes anew. */

const drawn: string[] = [];
const before = options.vnode;
options.vnode = (node) => {
  const { class: name } = node.props as { readonly class?: unknown };
  if (typeof node.type === "string") drawn.push(typeof name === "string" ? name : node.type);
  before?.(node);
};
(globalThis as unknown as { drawn: string[] }).drawn = drawn;
