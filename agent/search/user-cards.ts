import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import * as z from "zod";
import { ConfigInvalid } from "../../runs/errors.ts";
import type { ChosenCard } from "../solution.ts";

const Card = z.strictObject({
  modelName: z.string().trim().min(1),
  family: z.string().trim().min(1),
  /** How this very model is built, fitted and asked for predictions. */
  exampleCode: z.string().trim().min(1),
  why: z.string().default("given by the user"),
  sources: z.array(z.url()).default([]),
});

/** Reads the cards a user gives (the paper's hook for a human in the loop). Throws `ConfigInvalid` with one line. */
export async function readUserCards(file: string): Promise<ChosenCard[]> {
  let raw: unknown;
  try {
    raw = parse(await readFile(file, "utf8"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new ConfigInvalid(`card ${file}: ${why}`, { cause });
  }
  const parsed = z
    .array(Card)
    .min(1)
    .safeParse(Array.isArray(raw) ? raw : [raw]);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new ConfigInvalid(
      `card ${file}: ${where}: ${issue?.message ?? "invalid"}; a card has modelName, family, exampleCode, and may have why and sources`,
    );
  }
  return parsed.data.map((card) => ({
    ...card,
    origin: "user" as const,
    library: null,
    cost: null,
    seen: card.sources.map((url) => ({ url, title: url, sha256: null, license: null })),
    probe: null,
  }));
}
