import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { EventValue } from "../../../runs/events/events.ts";
import { parseJson } from "../../../runs/record/journal-lines.ts";
import { prepareWorkspace } from "../../../sandbox/workspace.ts";
import { endedBy, GRACE_SECONDS, wasStopped } from "../../run/deadline.ts";
import { searchViews } from "../../run/execute.ts";
import type { Run } from "../../run/run.ts";
import type { CardProbe, ChosenCard } from "../../solution.ts";

const SECONDS = 180;
/** Where executions are limited, trying cards may take this share of them: the scripts come first. */
const MAX_SHARE = 0.05;
const Said = z.object({ imports: z.boolean(), ran: z.boolean(), said: z.string() });

/**
 * Whether the libraries of cards can be imported and their examples run on a few rows, tried in the sandbox
 * by one execution. Entries of the catalogue are not tried: the tests run their examples. What the sandbox
 * prints is a hint, no proof: it orders cards, nothing more.
 */
export async function probeCards(
  run: Run,
  at: string,
  cards: readonly ChosenCard[],
): Promise<ChosenCard[]> {
  const untried = cards.filter(({ origin }) => origin !== "catalogue");
  const { probeCards: isWanted, maxExecutions, tracks } = run.config;
  const isTooCostly = maxExecutions !== null && tracks > MAX_SHARE * maxExecutions;
  if (untried.length === 0 || !isWanted || isTooCostly) return [...cards];
  const need = { tokens: 0, usd: 0, executions: 1, seconds: SECONDS };
  const reservation = await run.budget.reserve(at, need);
  if (typeof reservation === "string") return [...cards];
  const { signal } = run;
  try {
    const value = await run.slots.run(
      () => run.journal.step("probed", at, () => probe(run, at, untried, signal)),
      {
        isUrgent: false,
      },
    );
    return cards.map((card) => ({ ...card, probe: value.cards[untried.indexOf(card)] ?? null }));
  } catch (error) {
    if (await wasStopped(run, at, signal, error)) return [...cards];
    throw error;
  } finally {
    reservation.release();
  }
}

async function probe(
  run: Run,
  at: string,
  cards: readonly ChosenCard[],
  signal: AbortSignal,
): Promise<EventValue<"probed">> {
  const workspace = join(run.folder, "work", at);
  await prepareWorkspace(workspace, await scriptOf(run, cards));
  const [view = "final"] = searchViews(run);
  const job = {
    at,
    workspace,
    script: "solution.py",
    input: await run.referee.input(view),
    limits: { ...run.brief.limits, seconds: SECONDS, pids: 512, outputMb: 16, diskMb: 2048 },
    gpus: [],
    seed: run.config.seed,
    // One card's example that does what is forbidden must not end the try of the others.
    rules: "audit" as const,
  };
  const execution = await endedBy(signal, GRACE_SECONDS.execution, () =>
    run.sandbox.run(job, signal),
  );
  await rm(workspace, { recursive: true, force: true });
  const said = readProbes(execution.log);
  return {
    cards: cards.map(({ modelName }, index) => ({
      modelName,
      // A probe that itself broke down speaks against no card.
      ...(said[index] ?? { imports: true, ran: false, said: `not tried: ${execution.outcome}` }),
    })),
    seconds: execution.seconds,
  };
}

async function scriptOf(run: Run, cards: readonly ChosenCard[]): Promise<string> {
  const file = fileURLToPath(new URL("../../search/python/probe.py", import.meta.url));
  const { files, target_columns, id_column } = run.competition;
  const task = { files, targets: target_columns, id: id_column };
  const codes = cards.map(({ exampleCode }) => exampleCode);
  const given = JSON.stringify(JSON.stringify({ task, codes }));
  return `${await readFile(file, "utf8")}\n\nGIVEN = json.loads(${given})\nmain(GIVEN["task"], GIVEN["codes"])\n`;
}

function readProbes(log: string): CardProbe[] {
  return log
    .split("\n")
    .filter((line) => line.startsWith("probed "))
    .map((line) => Said.safeParse(parseJson(line.slice("probed ".length))).data)
    .filter((said) => said !== undefined);
}
