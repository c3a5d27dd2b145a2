import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "../../../agent/pipeline.ts";
import { openWorld } from "../../fakes/world.ts";
import { median, now, type Report } from "../timing.ts";
import { longConfig, makeLongRun } from "./long-journal.ts";
import { resumeProgram } from "./resume-program.ts";

const GOAL = "< 1 s";
/** A journal that ends before the first model call: what is left is the start of the program. */
const SHORT_STEPS = 2;

/** A journal of many steps to its frontier, the first effect that is not recorded: in-process, and as the program. */
export async function measureResume(options: { steps: number; repeats: number }): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-measure-"));
  try {
    const steps = await makeLongRun(folder, options.steps);
    const inside = await repeated(options.repeats, () => resumeWorld(folder, options.steps));
    const program = async (kept: number) =>
      repeated(options.repeats, () => resumeProgram(folder, options.steps, kept));
    const [long, short] = [await program(steps), await program(SHORT_STEPS)];
    return {
      title: `resume: a journal of ${steps} steps to its frontier, medians of ${options.repeats}`,
      table: [
        ["", "seconds", "goal"],
        ["in-process: journal, pipeline, replay", inside.toFixed(3), GOAL],
        ["the program, from its start", long.toFixed(3), GOAL],
        [`the program with a journal of ${SHORT_STEPS} steps`, short.toFixed(3), ""],
        ["what the long journal adds", (long - short).toFixed(3), ""],
      ],
      notes: [
        "the frontier is the first model call that the journal does not answer",
        "the program's time has the start of node and of the interpreters in it",
      ],
      data: { steps, inProcess: inside, program: long, programWithShortJournal: short },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function repeated(times: number, measure: () => Promise<number>): Promise<number> {
  const seconds: number[] = [];
  for (let turn = 0; turn < times; turn++) seconds.push(await measure());
  return median(seconds);
}

class Frontier extends Error {
  readonly seconds: number;
  constructor(seconds: number) {
    super("the frontier is reached");
    this.seconds = seconds;
  }
}

/** A second session over the same folder, up to its first call; nothing is recorded, so it can be done again. */
async function resumeWorld(folder: string, steps: number): Promise<number> {
  const begun = now();
  const stop = () => {
    throw new Frontier(now() - begun);
  };
  const world = await openWorld({ folder, config: longConfig(steps), latency: stop });
  try {
    await pipeline(world.handle.run);
    throw new Error("the journal had no frontier");
  } catch (error) {
    if (error instanceof Frontier) return error.seconds;
    throw error;
  } finally {
    await world.close();
  }
}
