import { z } from "zod";
import { type Phase, phases } from "../../runs/phases.ts";
import { allRoles } from "../roles/all.ts";
import type { Effort } from "./model.ts";

/** How one role or phase is played; null: as the next more general entry says. */
const Entry = z.strictObject({
  model: z.string().nullable().default(null),
  baseUrl: z.url().nullable().default(null),
  /** Who answers in its place, in turn; `fallback` says whether the playbook comes last. */
  fallbacks: z.array(z.string()).nullable().default(null),
  effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullable().default(null),
  maxOutputTokens: z.coerce.number().int().min(1000).nullable().default(null),
});
type Entry = z.infer<typeof Entry>;

const names = ["default", ...Object.keys(allRoles), ...phases];

/** `models:` of the config: `default`, roles and phases by name; a text alone is the model. */
export const ModelSettings = z
  .record(
    z.string(),
    z.preprocess((value) => (typeof value === "string" ? { model: value } : value), Entry),
  )
  .superRefine((wishes, context) => {
    for (const name of Object.keys(wishes)) {
      if (names.includes(name)) continue;
      context.addIssue({
        code: "custom",
        message: `unknown role or phase "${name}"; known: ${names.join(", ")}`,
      });
    }
  });

/** Who is to play a role, all said. */
export type RoleSettings = {
  model: string;
  baseUrl: string | null;
  fallbacks: readonly string[];
  effort: Effort;
  maxOutputTokens: number | null;
};

type Settings = {
  model: string;
  baseUrl: string | null;
  roleModels: Readonly<Record<string, string>>;
  models: z.infer<typeof ModelSettings>;
};

/** A role's entry goes before its phase's, that before the default; `model` (the flag) before the default's model. */
export function settingsFor(settings: Settings, role: string, phase: Phase): RoleSettings {
  const { models, model, baseUrl, roleModels } = settings;
  const general = models.default ?? Entry.parse({});
  const named = model === "auto" ? (general.model ?? model) : model;
  const own = models[role] ?? Entry.parse({ model: roleModels[role] ?? null });
  let wish: RoleSettings = {
    ...general,
    model: named,
    baseUrl: baseUrl ?? general.baseUrl,
    fallbacks: general.fallbacks ?? [],
  };
  for (const entry of [models[phase], own])
    if (entry !== undefined) wish = mergeSettings(wish, entry);
  return wish;
}

/** Another model is not to be looked for at the address of the one it replaces. */
function mergeSettings(wish: RoleSettings, entry: Entry): RoleSettings {
  const isOther = entry.model !== null && entry.model !== wish.model;
  return {
    model: entry.model ?? wish.model,
    baseUrl: entry.baseUrl ?? (isOther ? null : wish.baseUrl),
    fallbacks: entry.fallbacks ?? wish.fallbacks,
    effort: entry.effort ?? wish.effort,
    maxOutputTokens: entry.maxOutputTokens ?? wish.maxOutputTokens,
  };
}
