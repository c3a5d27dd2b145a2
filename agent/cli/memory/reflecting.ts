import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { UserError } from "../../../runs/errors.ts";
import type { Event } from "../../../runs/events/events.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { readHistory } from "../../../runs/record/history.ts";
import type { Splits } from "../../../runs/record/splits.ts";
import { printOf, sameCompetition } from "../../../runs/report/across/same-competition.ts";
import { trajectoriesOf } from "../../../runs/report/across/trajectories.ts";
import type { Brief } from "../../brief.ts";
import type { Bank } from "../../memory/bank/bank.ts";
import type { Ended } from "../../memory/reflect/facts.ts";
import type { AskReflecting } from "../../memory/reflect/reflect.ts";
import type { Model } from "../../models/model.ts";
import { plainRequest } from "../../models/plain-request.ts";
import { allRoles } from "../../roles/all.ts";
import type { RoleInputs, RoleOutputs } from "../../roles/inputs.ts";
import { promptText, type Role, Unreadable } from "../../roles/role.ts";

/** A run as reflection sees it, from its folder. */
export async function endedRun(
  folder: string,
  events: readonly Event[],
  path: string,
): Promise<Ended> {
  const started = events.find((event) => event.type === "run-started")?.value;
  if (started === undefined) throw new UserError(`${folder}: the run has not begun`);
  const run = `${basename(dirname(folder))}/${basename(folder)}`;
  const commits = events.flatMap(({ type, value }) => (type === "evaluated" ? [value.commit] : []));
  const { history } = runFiles(folder);
  const code = existsSync(history)
    ? await readHistory(history, { path }).readAll([...new Set(commits)], "solution.py")
    : null;
  const rows = await trajectoriesOf(events, {
    run: basename(folder),
    split: "train",
    read: async (commit) => code?.get(commit) ?? null,
  });
  return { run, started, events, rows };
}

/** Why nothing may be learned from a run, or null: its competition is tested on, or is a copy of one that is. */
export function whyNotLearned({ started }: Ended, splits: Splits, bank: Bank): string | null {
  const { id } = started.competition;
  if (splits.of(id) === "test") return `${id} is in the split test`;
  const print = printOf(started);
  const copy = [...bank.prints.values()].find(
    (other) => splits.of(other.id) === "test" && sameCompetition(print, other) !== null,
  );
  return copy === undefined ? null : `${id} is a copy of ${copy.id}, which is in the split test`;
}

/** Asks a model outside of a run, where nothing is journaled: for a run that is over, and for the built-in rules. */
export function askOutside(
  model: Model,
  brief: Brief,
  {
    tries,
    maxOutputTokens,
    signal,
  }: { tries: number; maxOutputTokens: number; signal: AbortSignal },
): AskReflecting {
  return async <N extends "reflector" | "consolidator">(
    name: N,
    at: string,
    input: RoleInputs[N],
  ) => {
    const role: Role<RoleInputs[N], RoleOutputs[N]> = allRoles[name];
    const parts = role.prompt(input);
    for (let attempt = 1; attempt <= tries; attempt++) {
      const reply = await model.ask(
        plainRequest({
          at: `${at}/${name}/${attempt}`,
          role: name,
          brief,
          prompt: promptText(parts),
          parts,
          schema: role.reply.schema,
          input,
          maxOutputTokens,
        }),
        signal,
      );
      const output = role.reply.read(reply.text);
      if (!(output instanceof Unreadable)) return output;
    }
    return null;
  };
}
