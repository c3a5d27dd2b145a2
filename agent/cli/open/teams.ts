import { ConfigInvalid } from "../../../runs/errors.ts";
import { type EventValue, valuesOf } from "../../../runs/events/events.ts";
import { findRun, listRuns, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import {
  joinRecords,
  questionOutcomes,
  recordsOf,
} from "../../../runs/report/across/member-outcomes.ts";
import type { Config } from "../../config.ts";
import { cutToFit } from "../../models/cut-to-fit.ts";
import { withSettings } from "../../models/fallback.ts";
import type { Model } from "../../models/model.ts";
import { policies } from "../../models/teams/policies.ts";
import type { Member, Team } from "../../models/teams/team.ts";
import { nameOfEntry, type PoolEntry, teamSettings } from "../../models/teams/team-settings.ts";
import type { Opener } from "./model.ts";

/** Runs that are read for what is known of members, the latest: a choice of ours. */
const MAX_RUNS = 100;

/** Opens the members of each role's team, each once; `note` is told of every model. */
export async function openTeams(
  { pool, roles }: Config["models"],
  opener: Opener,
  note: (model: Model) => void,
): Promise<ReadonlyMap<string, Team>> {
  const opened = new Map<string, Member>();
  const memberOf = async (id: string): Promise<Member> => {
    const entry = pool[id];
    if (entry === undefined) throw new Error(`no member ${id} in the pool`);
    const member = opened.get(id) ?? (await openMember(id, entry, opener, note));
    opened.set(id, member);
    return member;
  };
  const teams = new Map<string, Team>();
  for (const [role, team] of Object.entries(roles)) {
    const members: Member[] = [];
    for (const id of team.members) members.push(await memberOf(id));
    const asked = team.policy === "graph" ? members.map(inShort) : members;
    teams.set(role, {
      settings: teamSettings(role, team),
      members: asked,
      policy: policies[team.policy],
    });
  }
  return teams;
}

/** A node of a graph has nobody who stands in for it: a question that is too long for it is asked in short. */
function inShort(member: Member): Member {
  return { ...member, context: null, model: cutToFit(member.model, member.context) };
}

async function openMember(
  id: string,
  entry: PoolEntry,
  opener: Opener,
  note: (model: Model) => void,
): Promise<Member> {
  const model = await openEntry(id, entry, opener);
  note(model);
  return {
    id,
    name: nameOfEntry(entry),
    context: entry.context,
    model: withSettings(model, entry),
  };
}

/** A refusal says which entry of the pool it is about: several may name like models. */
async function openEntry(id: string, entry: PoolEntry, opener: Opener): Promise<Model> {
  try {
    return await opener.openMember(entry);
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    throw new ConfigInvalid(`setting "models.pool.${id}": ${error.message}`, { cause: error });
  }
}

/** Who plays what, for the line that says which models a run has. */
export function teamWords({ roles }: Config["models"]): string[] {
  const played = new Map<string, string[]>();
  for (const [role, { policy, members }] of Object.entries(roles)) {
    const words = `${policy} of ${members.join(", ")}`;
    // A graph plays most roles: one word for all of them.
    const key = policy === "graph" ? words : `${role}: ${words}`;
    played.set(key, [...(played.get(key) ?? []), role]);
  }
  return [...played].map(([words, names]) =>
    words.startsWith("graph of ") ? `${rolesWord(names)}: ${words}` : words,
  );
}

function rolesWord(names: readonly string[]): string {
  return names.length > 3 ? `${names.length} roles` : names.join(", ");
}

/** What earlier runs say of members: of a replay, what the replayed run knew. */
export async function readKnown(
  runsDir: string,
  { model }: Config,
): Promise<EventValue<"teams-known">> {
  if (model.startsWith("replay:")) {
    const folder = await findRun(runsDir, model.slice("replay:".length));
    const [known] = valuesOf(await readEvents(runFiles(folder).journal), "teams-known");
    return known ?? { runs: 0, records: [] };
  }
  const ended = await endedRuns(runsDir);
  return { runs: ended.length, records: joinRecords(ended) };
}

/** What each of the latest runs that came to their end says. */
async function endedRuns(runsDir: string) {
  const runs = (await listRuns(runsDir)).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const found: ReturnType<typeof recordsOf>[] = [];
  for (const { folder } of runs.slice(0, MAX_RUNS)) {
    const events = await readEvents(runFiles(folder).journal);
    const isReplay = valuesOf(events, "run-started").some(({ replays }) => replays !== null);
    // A run that goes on may say more tomorrow; a replay says what its original said already.
    if (!isReplay && valuesOf(events, "run-ended").length > 0)
      found.push(recordsOf(questionOutcomes(events)));
  }
  return found;
}
