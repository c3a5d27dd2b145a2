import * as z from "zod";

/** A number as a file gives it, or as text, which is all that `--set` and the environment have; `true` is none. */
export function numeric<S extends z.ZodType<number | null>>(schema: S): z.ZodPreprocess<S> {
  return z.preprocess(
    (given) => (typeof given === "string" && given.trim() !== "" ? Number(given) : given),
    schema,
  );
}

/** Values by names that are looked up later; `__proto__` is no name, and would be dropped in silence. */
export const named = z
  .custom<Record<string, unknown>>(
    (given) => typeof given === "object" && given !== null && !Array.isArray(given),
    'expected "name: …" lines',
  )
  .refine((given) => !Object.hasOwn(given, "__proto__"), '"__proto__" cannot be a name');

/** A count from `least` on. */
export function count(least: number): z.ZodPreprocess<z.ZodNumber> {
  return numeric(z.number().int().min(least));
}
