import type { z } from "zod";
import type { Context } from "../resource.ts";

/** A question that programs of every language can ask; it changes nothing but what the store already knows how to make. */
export interface Question<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodObject = z.ZodObject,
> {
  readonly name: string;
  readonly description: string;
  readonly inputs: I;
  readonly outputs: O;
  readonly answer: (inputs: z.output<I>, ctx: Context) => Promise<z.output<O>>;
}

/** Declares a question; gives the generic parameters their values by inference. */
export function defineQuestion<I extends z.ZodObject, O extends z.ZodObject>(
  question: Question<I, O>,
): Question<I, O> {
  return question;
}
