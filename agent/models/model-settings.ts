import { z } from "zod";
import { type Phase, phases } from "../../runs/phases.ts";
import { allRoles } from "../roles/all.ts";
import type { Effort } from "./model.ts";

/** Settings of one role or phase; null: inherited from the next more general entry. */
const Entry = z.strictObject({
  model: z.string().nullable().default(null),
  baseUrl: z.url().nullable().default(null),
  /** Models that answer when it fails, in order; the setting `fallback` adds the playbook at the end. */
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
  .superRefine((entries, context) => {
    for (const name of Object.keys(entries)) {
      if (names.includes(name)) continue;
      context.addIssue({
        code: "custom",
        message: `unknown role or phase "${name}"; known: ${names.join(", ")}`,
      });
    }
  });

/** The settings of one role in one phase, all levels merged. */
export type RoleSettings = {
  model: string;
  baseUrl: string | null;
  fallbacks: readonly string[];
  effort: Effort;
  maxOutputTokens: number | null;
};

/** The keys of the config that choose models. */
type ModelConfig = {
  model: string;
  baseUrl: string | null;
  roleModels: Readonly<Record<string, string>>;
  models: z.infer<typeof ModelSettings>;
};

/** Precedence: role, phase, default; the flag `model` overrides the default's model. */
export function settingsFor(config: ModelConfig, role: string, phase: Phase): RoleSettings {
  const { models, model, baseUrl, roleModels } = config;
  const general = models.default ?? Entry.parse({});
  const named = model === "auto" ? (general.model ?? model) : model;
  const own = models[role] ?? Entry.parse({ model: roleModels[role] ?? null });
  let settings: RoleSettings = {
    ...general,
    model: named,
    baseUrl: baseUrl ?? general.baseUrl,
    fallbacks: general.fallbacks ?? [],
  };
  for (const entry of [models[phase], own])
    if (entry !== undefined) settings = mergeSettings(settings, entry);
  return settings;
}

/** Another model does not inherit the base URL of the one it replaces. */
function mergeSettings(settings: RoleSettings, entry: Entry): RoleSettings {
  const isOther = entry.model !== null && entry.model !== settings.model;
  return {
    model: entry.model ?? settings.model,
    baseUrl: entry.baseUrl ?? (isOther ? null : settings.baseUrl),
    fallbacks: entry.fallbacks ?? settings.fallbacks,
    effort: entry.effort ?? settings.effort,
    maxOutputTokens: entry.maxOutputTokens ?? settings.maxOutputTokens,
  };
}
