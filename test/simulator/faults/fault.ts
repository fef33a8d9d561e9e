import type * as z from "zod";
import type { Reply } from "../reply.ts";
import type { FaultSpec } from "../script.ts";

/** One way in which an answer goes wrong: turns the reply as it should be into the one that goes out. */
export interface Fault<Spec extends FaultSpec = FaultSpec> {
  readonly kind: string;
  /** Its fields in the script. */
  readonly spec: z.ZodType<Spec>;
  /** Whether the model answered all the same: such a turn is charged and cached. */
  readonly answered: boolean;
  apply(reply: Reply, spec: Spec): Reply;
}
