import type { Event, EventValue } from "../events/events.ts";
import { summarize } from "../report/summary.ts";

/** Calls by the model that answered them. */
export function modelsOf(events: readonly Event[]): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const event of events)
    if (event.type === "answered") calls[event.value.model] = (calls[event.value.model] ?? 0) + 1;
  return calls;
}

/** What was searched for, and the pages that models read. */
export function searchesOf(events: readonly Event[]) {
  return {
    queries: events.flatMap((event) =>
      event.type === "searched"
        ? [
            {
              provider: event.value.provider,
              query: event.value.query,
              hits: event.value.hits.length,
              blocked: event.value.blocked,
            },
          ]
        : [],
    ),
    pages: [
      ...new Set(
        events.flatMap((event) =>
          event.type === "answered" ? event.value.sources.map(({ url }) => url) : [],
        ),
      ),
    ],
    read: events.flatMap((event) =>
      event.type === "page-read"
        ? [{ url: event.value.url, sha256: event.value.sha256, keptOut: event.value.why }]
        : [],
    ),
  };
}

/** How many solutions were judged, and how many scripts ran for it. */
export function evaluationsOf(events: readonly Event[]) {
  const verdicts = events.flatMap((event) =>
    event.type === "evaluated" ? [event.value.evaluation.status] : [],
  );
  const executions = events.filter((event) => event.type === "executed").length;
  const scored = verdicts.filter((status) => status === "scored").length;
  return { solutions: verdicts.length, scored, executions };
}

/** What stands in submission.csv, and the scripts and executions behind it. */
export function submissionOf(events: readonly Event[]) {
  const written = events.findLast((event) => event.type === "submission-written")?.value ?? null;
  if (written === null) return null;
  const { solution, unchecked } = written;
  const marks = { sha256: written.sha256, solution, unchecked, provisional: unchecked.length > 0 };
  if (solution === null) return { ...marks, blend: null, scripts: [] };
  const blend = events
    .filter((event) => event.type === "blended")
    .find((event) => event.value.solution === solution)?.value;
  const members = blend?.members ?? [solution];
  return {
    ...marks,
    blend: blend === undefined ? null : { method: blend.method, weights: blend.weights },
    scripts: members.map((id) => ({ solution: id, ...scriptOf(events, id) })),
  };
}

/** The hash of a script, and what it was run on: the same code for the scores and for the submission. */
function scriptOf(events: readonly Event[], id: string) {
  const runs = events.flatMap((event) =>
    event.type === "executed" && event.value.solution === id ? [event.value] : [],
  );
  const commit = events
    .filter((event) => event.type === "evaluated")
    .find((event) => event.value.solution === id)?.value.commit;
  return {
    commit: commit ?? null,
    codeSha256: [...new Set(runs.map((run) => run.codeHash))],
    ranSha256: [...new Set(runs.map(({ ranHash }) => ranHash))],
    views: runs.map((run) => run.view),
  };
}

/** When the sealed holdout was opened, and the line that said so before. */
export function openingOf(events: readonly Event[]) {
  const opened = events.find((event) => event.type === "sealed-opened");
  return opened === undefined ? null : { line: opened.seq, time: opened.time };
}

/** What scripts could reach, and the pages that were kept from models. */
export function networkOf(events: readonly Event[], started: EventValue<"run-started">) {
  const blocked = events.flatMap((event) => (event.type === "searched" ? event.value.blocked : []));
  return { policy: started.network, blocked };
}

/** How noise was dealt with: the rule of the intervals, the announced opening, the correction for many tries. */
export function noiseOf(
  events: readonly Event[],
  { started, ended }: { started: EventValue<"run-started">; ended: EventValue<"run-ended"> },
) {
  const intended = events.find((event) => event.type === "sealed-intended");
  return {
    intervalRule: started.intervalRule,
    sealedIntended: intended === undefined ? null : { line: intended.seq, time: intended.time },
    tries: ended.tries,
    correctedScore: ended.correctedScore,
    ...constantFacts(events, started),
    multipleComparisons: events.filter((event) => event.type === "challengers-compared").length,
  };
}

/** What a constant scores, and whether the best score may be no better; nothing where the run began before it was told. */
function constantFacts(events: readonly Event[], { constantScores }: EventValue<"run-started">) {
  if (constantScores === undefined) return {};
  return { constantScores, constantReached: summarize(events, "").constantReached };
}

/**
 * What models were reminded of by earlier runs: each item with its version, where it was learned, and the calls that saw
 * it. Nothing where the run had no memory.
 */
export function memoryOf(events: readonly Event[]) {
  const shown = new Map<string, { version: number; competitions: string[]; calls: number }>();
  let hasMemory = false;
  for (const { type, value } of events) {
    if (type !== "memory-shown") continue;
    hasMemory = true;
    for (const { id, version, competitions } of value.shown) {
      const known = shown.get(`${id} ${version}`);
      if (known === undefined) shown.set(`${id} ${version}`, { version, competitions, calls: 1 });
      else known.calls += 1;
    }
  }
  if (!hasMemory) return {};
  const items = [...shown].map(([key, rest]) => ({ id: key.split(" ")[0] ?? "", ...rest }));
  return { memory: { shown: items } };
}

/** What the canary said of the scripts that it was run on. */
export function canariesOf(events: readonly Event[]) {
  return events.flatMap((event) =>
    event.type === "canary"
      ? [{ solution: event.value.solution, verdict: event.value.verdict }]
      : [],
  );
}
