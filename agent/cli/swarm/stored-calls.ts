import type { Event } from "../../../runs/events/events.ts";
import { listRuns, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { questionOutcomes } from "../../../runs/report/across/member-outcomes.ts";
import type { Store, StoredCall, StoredQuestion } from "../../swarm/surrogate.ts";

/** Every stored answer of the runs below a folder, and the questions that it was given to. */
export async function readStore(folder: string): Promise<Store> {
  const questions: StoredQuestion[] = [];
  const calls: StoredCall[] = [];
  for (const run of await listRuns(folder)) {
    const found = storedIn(await readEvents(runFiles(run.folder).journal));
    questions.push(...found.questions);
    calls.push(...found.calls);
  }
  return { questions: once(questions), calls };
}

/** What one run stored. */
export function storedIn(events: readonly Event[]): Store {
  const outcomes = new Map(
    questionOutcomes(events).flatMap(({ calls }) =>
      calls.map(({ at, model, outcome }) => [at, { model, outcome }] as const),
    ),
  );
  const started = events.find((event) => event.type === "run-started")?.value;
  const competition = started?.competition.id ?? "unknown";
  const places = new Map<string, StoredQuestion>();
  const calls: StoredCall[] = [];
  for (const event of events) {
    if (event.type !== "answered") continue;
    const { role, prompt, text, model, stop } = event.value;
    // A verdict or a part is no answer of the role, and what was refused is no answer at all.
    if (role.includes("/") || stop === "refusal") continue;
    const known = outcomes.get(event.key);
    calls.push({ model: known?.model ?? model, prompt, text, outcome: known?.outcome ?? null });
    const place = event.key.replace(/(\/[^/]+\/\d+)\/.*$/u, "$1");
    const before = places.get(place);
    // What a team adds follows the question: the shortest prompt of a place is the question itself.
    if (before === undefined || prompt.length < before.prompt.length)
      places.set(place, { competition, role, prompt });
  }
  return { questions: once([...places.values()]), calls };
}

function once(questions: readonly StoredQuestion[]): StoredQuestion[] {
  const keyOf = ({ competition, role, prompt }: StoredQuestion) =>
    `${competition}\0${role}\0${prompt}`;
  return [...new Map(questions.map((each) => [keyOf(each), each])).values()];
}
