import { allowAll, type Request } from "../../agent/models/model.ts";
import { type ScriptedAnswer, scriptedModel } from "../../agent/models/scripted.ts";
import { policies } from "../../agent/models/teams/policies.ts";
import type { Member, Team, TeamSettings } from "../../agent/models/teams/team.ts";
import {
  type PolicyName,
  type TeamEntry,
  teamSettings,
} from "../../agent/models/teams/team-settings.ts";
import { allRoles } from "../../agent/roles/all.ts";
import { Unreadable } from "../../agent/roles/role.ts";
import { askTeam, type TeamRun } from "../../agent/run/ask/ask-team.ts";
import type { Event } from "../../runs/events/events.ts";
import type { MemberRecord } from "../../runs/events/teams.ts";
import { noTokens } from "../../runs/ledger.ts";
import { memoryJournal } from "./memory-journal.ts";
import { someRequest } from "./request.ts";

/** A member that answers by what it reads in the prompt, and what it was asked. */
export function memberWho(
  id: string,
  answer: (prompt: string, request: Request) => ScriptedAnswer | Promise<ScriptedAnswer>,
  context: number | null = null,
): Member & { asked: readonly Request[] } {
  const model = scriptedModel((request) => answer(request.prompt, request), id);
  return { id, name: `model-${id}`, model, context, asked: model.asked };
}

/** A team by the settings that the config would have. */
export function teamOf(
  policy: PolicyName,
  members: readonly Member[],
  settings: Partial<TeamSettings> = {},
  role = "planner",
): Team {
  const defaults = {
    cascade: { confidence: null, minConfidence: 70 },
    router: { downgrade: true },
  };
  const rounds = { refine: 1, debate: 2, review: 1 };
  const entry = {
    policy,
    members: members.map(({ id }) => id),
    turnSeconds: 600,
    judge: null,
    ...(policy in defaults ? defaults[policy as keyof typeof defaults] : {}),
    // Unless another one is given: each member sees all that are named before it.
    ...(policy === "graph" ? chainOf(members.map(({ id }) => id)) : {}),
    ...(policy in rounds ? { rounds: rounds[policy as keyof typeof rounds] } : {}),
  } as unknown as TeamEntry;
  return {
    members,
    policy: policies[policy],
    settings: { ...teamSettings(role, entry), ...settings },
  };
}

function chainOf(ids: readonly string[]) {
  return {
    nodes: ids.map((id) => ({ id, kind: "model", member: id })),
    edges: ids.flatMap((to, index) => ids.slice(0, index).map((from) => [from, to])),
  };
}

/** A reply of so many tokens. */
export function costing(text: string, input: number, output = 0): ScriptedAnswer {
  return { text, tokens: { ...noTokens(), input, output } };
}

/** The question of a role: its real reader, any prompt. */
export function question(
  role: string,
  prompt: string,
  at = `track-1/refine-1/attempt-1/${role}/1`,
) {
  const reply = Object.values(allRoles).find(({ name }) => name === role)?.reply;
  return someRequest({ at, role, prompt, schema: reply?.schema ?? null });
}

/** Puts one question to a team, in a journal of its own or in one that is given. */
export async function putTo(
  team: Team,
  request: Request,
  {
    known = [],
    journal = memoryJournal(),
  }: { known?: readonly MemberRecord[]; journal?: ReturnType<typeof memoryJournal> } = {},
) {
  const run = runOf(journal, known);
  const answer = await askTeam(run, team, request, askerOf(run, request.role));
  const events = journal.events as readonly Event[];
  const decided = events.findLast((event) => event.type === "team-answered");
  const calls = events.flatMap((event) => (event.type === "answered" ? [event.value] : []));
  return { answer, events, decided: decided?.value ?? null, calls };
}

function runOf(journal: ReturnType<typeof memoryJournal>, known: readonly MemberRecord[]): TeamRun {
  return {
    journal: {
      step: journal.step,
      events: journal.events,
      record: async (type, key, value) => {
        await journal.append(type, key, value as never);
      },
    },
    models: {
      known: async () => ({ runs: 1, records: [...known] }),
      playbook: scriptedModel(() => "from the book", "playbook"),
    },
    config: { fallback: "playbook" },
    slots: { once: (_, work) => work() },
    brief: someRequest().brief,
    signal: new AbortController().signal,
  };
}

function askerOf(run: TeamRun, role: string) {
  const reader = Object.values(allRoles).find(({ name }) => name === role)?.reply;
  return {
    call: (request: Request, model: Member["model"], stop: AbortSignal | null) =>
      run.journal.step("answered", request.at, async () => ({
        ...(await model.ask(request, stop ?? run.signal, allowAll)),
        role: request.role,
        prompt: request.prompt,
        prefixHash: "",
      })),
    problemOf(text: string) {
      const read = reader?.read(text);
      return read instanceof Unreadable ? read.why : null;
    },
    tryOut: async () => null,
  };
}
