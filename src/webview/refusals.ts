export type RefusalWords =
  | { readonly by: "user"; readonly words: string }
  /** A sentence of the approval rules; English is the key of its translation. */
  | { readonly by: "rule"; readonly reason: string }
  | { readonly by: "other" };

const BY_USER = /^The user refused this call(?:\.$| and said: )/;
const NO_ANSWER = /^The user did not want to answer\b/;
const BY_RULE = /^Not allowed: ([^\n]+)$/;

/** Who refused a call, by what the model was told of it: all that a stored chat has. */
export function refusalOf(result: string): RefusalWords {
  const user = BY_USER.exec(result);
  if (user) return { by: "user", words: result.slice(user[0].length) };
  const reason = BY_RULE.exec(result)?.[1];
  return reason === undefined ? { by: "other" } : { by: "rule", reason };
}

/** Whether a question of the model's was left without an answer, by what the model was told. */
export function gaveNoAnswer(result: string): boolean {
  return NO_ANSWER.test(result);
}
