import * as z from "zod";
import { allRoles } from "../../roles/all.ts";
import { count, named, numeric } from "../../setting.ts";
import { DISCRETE_ROLES } from "./ballots.ts";
import { graphShape, problemOfShape } from "./graph-shape.ts";
import { CODE_ROLES } from "./review.ts";
import type { TeamSettings } from "./team.ts";

const price = numeric(z.number().min(0));

/** A model of the pool; a text alone is the model. */
export const PoolEntry = z.strictObject({
  model: z.string(),
  baseUrl: z.url().nullable().default(null),
  effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullable().default(null),
  maxOutputTokens: count(1000).nullable().default(null),
  /** Tokens of question and answer together; a longer question is not sent. */
  context: count(1000).nullable().default(null),
  /** Dollars per million tokens, over the table of prices. */
  price: z.strictObject({ input: price, output: price }).nullable().default(null),
});
export type PoolEntry = z.infer<typeof PoolEntry>;

/** Settings that all policies have. */
const base = {
  /** Ids of the pool, in the order in which they are asked or named. */
  members: z.array(z.string()),
  /** A member that takes longer loses its turn. */
  turnSeconds: numeric(z.number().positive().max(86_400)).default(600),
};
const rounds = (count: number) => numeric(z.number().int().min(1).max(5)).default(count);
const judge = z.string().nullable().default(null);

const TeamEntry = z.discriminatedUnion("policy", [
  z.strictObject({ policy: z.literal("static"), ...base }),
  z.strictObject({
    policy: z.literal("cascade"),
    ...base,
    /** Null: stated where the role's answer is text, none where it is data. */
    confidence: z.enum(["stated", "none"]).nullable().default(null),
    /** In percent; used until past outcomes say what to ask for. */
    minConfidence: numeric(z.number().min(0).max(100)).default(70),
  }),
  z.strictObject({
    policy: z.literal("router"),
    ...base,
    downgrade: z.stringbool().or(z.boolean()).default(true),
  }),
  z.strictObject({ policy: z.literal("refine"), ...base, rounds: rounds(1) }),
  z.strictObject({ policy: z.literal("debate"), ...base, rounds: rounds(2) }),
  z.strictObject({ policy: z.literal("vote"), ...base }),
  z.strictObject({ policy: z.literal("fuse"), ...base, judge }),
  z.strictObject({ policy: z.literal("divide"), ...base, judge }),
  z.strictObject({ policy: z.literal("review"), ...base, rounds: rounds(1) }),
  z.strictObject({ policy: z.literal("blackboard"), ...base }),
  z.strictObject({ policy: z.literal("graph"), ...base, ...graphShape }),
]);
export type TeamEntry = z.infer<typeof TeamEntry>;
export type PolicyName = TeamEntry["policy"];

export type Pool = Readonly<Record<string, PoolEntry>>;
export type Teams = Readonly<Record<string, TeamEntry>>;

/** Policies by the access they need: all of these pass the words of one model on to another, or ask for more than the answer. */
const PASSING: ReadonlySet<string> = new Set([
  "refine",
  "debate",
  "fuse",
  "divide",
  "review",
  "blackboard",
]);

/** A refusal with its place below `models`. */
export class TeamRefused {
  readonly path: readonly PropertyKey[];
  readonly why: string;
  constructor(path: readonly PropertyKey[], why: string) {
    this.path = path;
    this.why = why;
  }
}

const POLICY_NAMES = TeamEntry.options.map((option) => option.shape.policy.value);

/** Reads `pool` and `roles` of the setting `models`; `single`: names that have a model of their own there. */
export function readTeams(
  { pool, roles }: { pool: unknown; roles: unknown },
  single: readonly string[],
): { pool: Pool; roles: Teams } | TeamRefused {
  const readPool = readRecord("pool", pool, (value) =>
    PoolEntry.safeParse(typeof value === "string" ? { model: value } : value),
  );
  if (readPool instanceof TeamRefused) return readPool;
  const readRoles = readRecord("roles", roles, (value) => TeamEntry.safeParse(value));
  if (readRoles instanceof TeamRefused) return readRoles;
  for (const [id, entry] of Object.entries(readPool)) {
    const why = problemOfEntry(id, entry);
    if (why !== null) return new TeamRefused(["pool", id], why);
  }
  for (const [role, team] of Object.entries(readRoles)) {
    const why = problemOfRole(role, single) ?? problemOfTeam(role, team, readPool);
    if (why !== null) return new TeamRefused(["roles", role], why);
  }
  return { pool: readPool, roles: readRoles };
}

/** Reads a record one entry after the other, so that the first refusal says where it stands. */
function readRecord<T>(
  name: string,
  given: unknown,
  read: (value: unknown) => z.ZodSafeParseResult<T>,
): Record<string, T> | TeamRefused {
  const all = named.safeParse(given);
  if (!all.success) return new TeamRefused([name], messageOf(all.error.issues[0]));
  const found: Record<string, T> = {};
  for (const [key, value] of Object.entries(all.data)) {
    const entry = read(value);
    if (!entry.success) {
      const [issue] = entry.error.issues;
      return new TeamRefused([name, key, ...(issue?.path ?? [])], messageOf(issue));
    }
    found[key] = entry.data;
  }
  return found;
}

function messageOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_union" && issue.path[0] === "policy")
    return `unknown policy; known: ${POLICY_NAMES.join(", ")}`;
  return issue?.message ?? "invalid";
}

function problemOfEntry(id: string, { model }: PoolEntry): string | null {
  // It is part of places in the journal.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/u.test(id))
    return `"${id}" cannot name a member; use letters, digits, ".", "_" and "-"`;
  if (model.startsWith("replay:"))
    return "a replay has answers for one run only; replay a whole run with --model replay:<run>";
  return null;
}

function problemOfRole(role: string, single: readonly string[]): string | null {
  if (!Object.hasOwn(allRoles, role))
    return `unknown role "${role}"; known: ${Object.keys(allRoles).join(", ")}`;
  // It calls tools between its words: there is no answer to vote on or to hand on.
  if (role === "agent") return 'role "agent" works with tools and is played by one model at a time';
  return single.includes(role)
    ? `role "${role}" has both a model and a team: remove one of them`
    : null;
}

/** What keeps these members from playing this policy in this role; null: nothing. */
function problemOfTeam(role: string, team: TeamEntry, pool: Pool): string | null {
  const { policy, members } = team;
  const known = Object.keys(pool).join(", ") || "none";
  const named = [...members, ...("judge" in team && team.judge !== null ? [team.judge] : [])];
  const unknown = named.find((id) => !Object.hasOwn(pool, id));
  if (unknown !== undefined) return `no member "${unknown}" in the pool; known: ${known}`;
  const least = policy === "static" || policy === "graph" ? 1 : 2;
  if (members.length < least)
    return `${policy} needs at least ${least} member${least === 1 ? "" : "s"}`;
  const twice = members.find((id, index) => members.indexOf(id) < index);
  if (twice !== undefined) return `member "${twice}" is named twice`;
  if ("judge" in team && team.judge !== null && !members.includes(team.judge))
    return `judge "${team.judge}" is no member of the team`;
  if (team.policy === "graph") return problemOfGraph(team, pool);
  return problemOfAccess(
    role,
    team,
    members.map((id) => [id, pool[id]] as const),
  );
}

/** A model may be at several nodes: the paper's assignments have that, too. */
function problemOfGraph(team: Extract<TeamEntry, { policy: "graph" }>, pool: Pool): string | null {
  const problem = problemOfShape(team);
  if (problem !== null) return problem;
  for (const node of team.nodes) {
    if (node.kind !== "model") continue;
    if (!team.members.includes(node.member))
      return `node "${node.id}" names "${node.member}", which is no member of the team`;
    const sees = team.edges.some(([, to]) => to === node.id);
    if (sees && pool[node.member]?.model === "playbook")
      return `node "${node.id}" (playbook) reads no prompt, and it is to see other answers`;
  }
  return null;
}

function problemOfAccess(
  role: string,
  team: TeamEntry,
  members: readonly (readonly [string, PoolEntry | undefined])[],
): string | null {
  const { policy } = team;
  if (policy === "vote" && !DISCRETE_ROLES.includes(role))
    return `vote counts equal answers, and those of ${role} are free text; vote is for ${DISCRETE_ROLES.join(", ")}`;
  if (policy === "review" && !CODE_ROLES.includes(role))
    return `review judges code before it is run, and ${role} writes none; review is for ${CODE_ROLES.join(", ")}`;
  const states = confidenceOf(role, team) === "stated";
  if (states && isData(role))
    return `the answer of ${role} is data, which has no room for a stated confidence: set confidence: none`;
  const needs = PASSING.has(policy) ? policy : states ? "cascade by stated confidence" : null;
  const deaf = members.find(([, entry]) => entry?.model === "playbook");
  if (needs !== null && deaf !== undefined)
    return `member "${deaf[0]}" (playbook) reads no prompt, and ${needs} needs members that do${states ? "; or set confidence: none" : ""}`;
  return PASSING.has(policy) ? sameModel(policy, members) : null;
}

/** Two prompts to one model are no collaboration. */
function sameModel(
  policy: string,
  members: readonly (readonly [string, PoolEntry | undefined])[],
): string | null {
  const names = members.map(([, entry]) => (entry === undefined ? "" : nameOfEntry(entry)));
  const at = names.findIndex((name, index) => names.indexOf(name) < index);
  if (at === -1) return null;
  return `members "${members[names.indexOf(names[at] ?? "")]?.[0]}" and "${members[at]?.[0]}" are the same model; ${policy} is for different ones`;
}

/** What a member is, the same in every run. */
export function nameOfEntry({ model, baseUrl }: PoolEntry): string {
  return baseUrl === null ? model : `${model} at ${baseUrl}`;
}

/** The settings of a team for one role, with what depends on the role filled in. */
export function teamSettings(role: string, team: TeamEntry): TeamSettings {
  return {
    policy: team.policy,
    rounds: "rounds" in team ? team.rounds : null,
    judge: "judge" in team ? team.judge : null,
    confidence: confidenceOf(role, team),
    minConfidence: team.policy === "cascade" ? team.minConfidence / 100 : null,
    downgrade: team.policy === "router" ? team.downgrade : null,
    graph: team.policy === "graph" ? { nodes: team.nodes, edges: team.edges } : null,
    turnSeconds: team.turnSeconds,
  };
}

function confidenceOf(role: string, team: TeamEntry): TeamSettings["confidence"] {
  if (team.policy !== "cascade") return null;
  return team.confidence ?? (isData(role) ? "none" : "stated");
}

/** Whether a role's answer is data, and not text with room for more. */
function isData(role: string): boolean {
  return Object.values(allRoles).some(({ name, reply }) => name === role && reply.schema !== null);
}
