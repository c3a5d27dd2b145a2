import * as z from "zod";
import { type Phase, phases } from "../../runs/phases.ts";
import { allRoles } from "../roles/all.ts";
import { count, named } from "../setting.ts";
import type { Effort } from "./model.ts";
import { type Pool, readTeams, TeamRefused, type Teams } from "./teams/team-settings.ts";

/** Settings of one role or phase; null: inherited from the next more general entry. */
const Entry = z.strictObject({
  model: z.string().nullable().default(null),
  baseUrl: z.url().nullable().default(null),
  /** Models that answer when it fails, in order; the setting `fallback` adds the playbook at the end. */
  fallbacks: z.array(z.string()).nullable().default(null),
  effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullable().default(null),
  maxOutputTokens: count(1000).nullable().default(null),
});
type Entry = z.infer<typeof Entry>;

const names = ["default", ...Object.keys(allRoles), ...phases];

/** `models:` as it is read: the models of `default`, roles and phases by name; the pool, and the teams of roles. */
export type ModelSettings = { of: Readonly<Record<string, Entry>>; pool: Pool; roles: Teams };

const Entries = z
  .record(
    z.string(),
    z.preprocess((value) => (typeof value === "string" ? { model: value } : value), Entry),
  )
  .superRefine((entries, context) => {
    for (const name of Object.keys(entries)) {
      if (names.includes(name)) continue;
      context.addIssue({
        code: "custom",
        message: `unknown role or phase "${name}"; known: ${names.join(", ")}, pool, roles`,
      });
    }
  });

/**
 * `models:` of the config: `default`, roles and phases by name, where a text alone is the model; `pool` and `roles`
 * for several models in one role. `of` holds the former where the settings were read before.
 */
export const ModelSettings = named.transform((given, context): ModelSettings => {
  const { pool = {}, roles = {}, of = {}, ...rest } = given;
  const entries = Entries.safeParse({
    ...rest,
    ...(typeof of === "object" && of !== null ? of : {}),
  });
  if (!entries.success) {
    for (const { path, message } of entries.error.issues)
      context.addIssue({ code: "custom", path: [...path], message });
    return z.NEVER;
  }
  const teams = readTeams({ pool, roles }, Object.keys(entries.data));
  if (!(teams instanceof TeamRefused)) return { of: entries.data, ...teams };
  context.addIssue({ code: "custom", path: [...teams.path], message: teams.why });
  return z.NEVER;
});

/** The settings of one role in one phase, all levels merged. */
export type RoleSettings = {
  model: string;
  /** The address set beside the model; null: that of the run, or of the environment. */
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
  models: ModelSettings;
};

/** Precedence: role, phase, default; the settings `model` and `baseUrl` override what `default` says of them. */
export function settingsFor(config: ModelConfig, role: string, phase: Phase): RoleSettings {
  const { model, baseUrl, roleModels } = config;
  const models = config.models.of;
  const general = models.default ?? Entry.parse({});
  const named = model === "auto" ? (general.model ?? model) : model;
  const own = models[role] ?? Entry.parse({ model: roleModels[role] ?? null });
  let settings: RoleSettings = {
    ...general,
    model: named,
    baseUrl: baseUrl === null && named === (general.model ?? named) ? general.baseUrl : null,
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
