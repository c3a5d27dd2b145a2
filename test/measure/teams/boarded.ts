import type { Request } from "../../../agent/models/model.ts";
import type { Member } from "../../../agent/models/teams/team.ts";
import { allTokens } from "../../../runs/ledger.ts";
import { draw } from "../../agent/models/teams/simulated-members.ts";
import { fenced, runWorld, values } from "../../fakes/run-world.ts";
import { costing, memberWho, teamOf } from "../../fakes/team-run.ts";
import type { Played } from "./played.ts";

/** Changes of a script that there are; the first half is what one member thinks of, the second half what the other does. */
const OPTIONS = 12;
/** What a change is worth, at most; some do harm. */
const WORTH = 0.05;
/** Characters of a token. */
const CHARACTERS = 3.5;
/** Rounds of refinement of each track. */
const ROUNDS = 5;

/**
 * Whole runs of two tracks, each played by a model that thinks of other changes than the other one, with a board of
 * what was measured and without; `right` is the score that the search ends with.
 */
export async function playBoarded(runs: number): Promise<Played[]> {
  const blind: Played = { name: "a track each, no board", right: [], tokens: [] };
  const boarded: Played = { name: "blackboard", right: [], tokens: [] };
  for (let seed = 0; seed < runs; seed++)
    for (const played of [blind, boarded]) {
      const { score, tokens } = await runOf(seed, played === boarded);
      played.right.push(score);
      played.tokens.push(tokens);
    }
  return [blind, boarded];
}

async function runOf(seed: number, reads: boolean): Promise<{ score: number; tokens: number }> {
  const members = ["a", "b"].map((id, index) => refinerOf({ id, index, seed, reads }));
  await using ran = await runWorld({
    teams: { refiner: teamOf("blackboard", members, {}, "refiner") },
    config: {
      refinement: "script",
      tracks: 2,
      candidates: 1,
      outerSteps: ROUNDS,
      attempts: 1,
      ensembleAttempts: 0,
    },
    answers: ({ role }) => (role === "initializer" ? fenced(scriptOf(seed, [])) : null),
  });
  const asked = values(ran.world, "answered").filter(({ role }) => role === "refiner");
  const tokens = asked.reduce((sum, each) => sum + allTokens(each.tokens), 0) / asked.length;
  return { score: ran.finished.searchScore ?? 0, tokens };
}

/** Tries a change that its script lacks: the latest that another track is shown to have gained by, else one of its own. */
function refinerOf({
  id,
  index,
  seed,
  reads,
}: {
  id: string;
  index: number;
  seed: number;
  reads: boolean;
}): Member {
  const tried = new Set<number>();
  return memberWho(id, (prompt, request) => {
    const has = optionsIn(/options = \[([\d, ]*)\]/u.exec(prompt)?.[1] ?? "");
    const shown = reads ? gainedOn(prompt).filter((option) => !tried.has(option)) : [];
    const own = Array.from({ length: OPTIONS / 2 }, (_, at) => index * (OPTIONS / 2) + at)
      .filter((option) => !tried.has(option))
      .sort((a, b) => draw(62, seed, a) - draw(62, seed, b));
    const option = [...shown, ...own].find((each) => !has.includes(each)) ?? 0;
    tried.add(option);
    return costing(
      replyOf(request, seed, option, [...new Set([...has, option])]),
      Math.ceil(prompt.length / CHARACTERS),
    );
  });
}

function replyOf(request: Request, seed: number, option: number, options: number[]): string {
  const { blocks = [] } = request.input as { blocks?: { id: string; text: string }[] };
  const block = blocks.find(({ text }) => text.includes("options = ["));
  return `Use option ${option}.\n\n${block?.id}:\n${fenced(modelOf(seed, options))}`;
}

function scriptOf(seed: number, options: number[]): string {
  return `import pandas as pd\n\n# --- read the data\ntest = pd.read_csv("./input/test.csv")\n\n# --- model\n${modelOf(seed, options)}\n# --- write the submission\ntest[["id"]].assign(y=quality).to_csv("./submission.csv", index=False)\n`;
}

function modelOf(seed: number, options: number[]): string {
  const worth = options.reduce((sum, option) => sum + WORTH * (draw(61, seed, option) - 0.4), 0.5);
  return `options = [${options.join(", ")}]\nquality = ${worth.toFixed(6)}\n`;
}

function optionsIn(list: string): number[] {
  return list.split(",").flatMap((each) => (each.trim() === "" ? [] : [Number(each)]));
}

/** Changes that other tracks gained by, the latest first. */
function gainedOn(prompt: string): number[] {
  const board = prompt.slice(prompt.indexOf("# What other tracks found"));
  const lines = board.matchAll(/\[scored [^\]]*better than before\] Use option (\d+)/gu);
  return [...lines].map(([, option]) => Number(option)).reverse();
}
