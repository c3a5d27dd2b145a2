import { presets } from "../../../agent/config.ts";
import { valuesOf } from "../../../runs/events/events.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, runWorld } from "../../fakes/run-world.ts";
import { simulatedTime } from "../../fakes/simulated-time.ts";
import { scoreOf } from "../../fakes/world.ts";
import type { Part } from "./decisions.ts";

/** Seconds of a run of `quick`, and of a view of a script. */
const LIMITS = [240, 570];
const SCRIPTS = [2, 5, 10, 20];
/** Seconds of everything that is no execution: a model's answer. */
const ANSWER = 1;
const VIEWS = /\/(?:fold-\d+|sealed|final|shuffled|canary|re-keyed|perturbed|fresh|repeat|half)/u;

/** What becomes of the time of a run of `quick` on two slots: the real pipeline, a clock that goes on by what scripts take. */
export async function clockPart(): Promise<Part> {
  const rows = [
    [
      "limit",
      "a script takes",
      "executions",
      "of them search",
      "ended after",
      "of the limit",
      "seeds averaged",
    ],
  ];
  const data = [];
  for (const limit of LIMITS)
    for (const seconds of SCRIPTS) {
      const { executions, search, ended, hasSeeds } = await simulated(limit, seconds);
      const [share, used] = [search / executions, ended / limit];
      data.push({ limit, seconds, executions, search, ended, hasSeeds });
      const shares = [
        `${percent(share)}`,
        `${Math.round(ended)} s`,
        `${percent(used)}`,
        hasSeeds ? "yes" : "no",
      ];
      rows.push([`${limit} s`, `${seconds} s`, `${executions}`, ...shares]);
    }
  return {
    rows,
    notes: [
      "clock: a made-up world in which many attempts gain and every view of a script takes as long",
    ],
    data,
  };
}

async function simulated(timeLimit: number, seconds: number) {
  const time = simulatedTime();
  await using ran = await runWorld({
    answers: ({ role, at, input }) => {
      const luck = Number.parseInt(sha256(at).slice(0, 6), 16) / 0xffffff;
      // Scripts name a seed, as those of the playbook do.
      if (role === "initializer") return fenced(`SEED = 0\n${script(0.4 + 0.2 * luck, at)}`);
      if (role !== "refiner") return null;
      const { blocks, score } = input as { blocks: { id: string }[]; score: number | null };
      const quality = (score ?? 0.5) + 0.01 * (luck - 0.4);
      return `Way of ${at}.\n\n${blocks.at(-2)?.id}:\n${fenced(`quality = ${quality}\n`)}`;
    },
    clock: time.clock,
    sleep: time.sleep,
    latency: (at) => (VIEWS.test(at) ? seconds : ANSWER),
    compare: (was, now) => 0.5 + Math.max(-0.49, Math.min(0.49, (now - was) * 40)),
    behavior: (code) => ({ score: scoreOf(code), seconds }),
    config: { ...presets.quick, refinement: "script", blends: true, slots: 2, timeLimit },
  });
  const { events } = ran.world.journal;
  const executed = valuesOf(events, "executed");
  const search = executed.filter(({ view }) => view.startsWith("fold-")).length;
  const hasSeeds = valuesOf(events, "blended").some(({ solution }) => solution === "blend/seeds");
  return { hasSeeds, executions: executed.length, search, ended: events.at(-1)?.elapsed ?? 0 };
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
