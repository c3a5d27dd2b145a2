import { draw } from "../../agent/models/teams/simulated-members.ts";
import { mean, type Report } from "../timing.ts";
import { playBoarded } from "./boarded.ts";
import type { Played } from "./played.ts";
import { playRecorded } from "./recorded.ts";
import { playDivided, playEqual, playReviewed, playUnequal } from "./simulated.ts";

/** Resamples of the paired bootstrap. */
const RESAMPLES = 1000;
/** Whole runs with a board, and as many without, for a thousand questions. */
const RUNS = 40;

/** Questions of one kind, how each way of answering did, and which of them the others are compared with; null: one member at equal tokens. */
type World = { name: string; played: Played[]; rival: string | null };

/**
 * Each policy on the same questions, whose right answer is known: the real policies, journal and prompts, members that
 * answer from what they read in the prompt by a table of draws, or as real models did. `a × k` is one member at the
 * tokens of a team. `pairs`: so many of the cheat zoo are asked of real models anew.
 */
export async function measureTeams({
  items,
  pairs,
}: {
  items: number;
  pairs: number | null;
}): Promise<Report> {
  const recorded = await playRecorded(pairs);
  const worlds: World[] = [
    {
      name: "unequal: .5, .7, .9 at 1, 5, 20 tokens",
      played: await playUnequal(items),
      rival: "big",
    },
    ...(await equalWorlds(items)),
    { name: "code that runs in .6", played: await playReviewed(items), rival: null },
    { name: "questions of three parts", played: await playDivided(items), rival: null },
    {
      name: "whole runs of two tracks that think of other changes: score",
      played: await playBoarded(Math.ceil((RUNS * items) / 1000)),
      rival: "a track each, no board",
    },
    ...recorded.worlds,
  ];
  const rows = worlds.flatMap(({ name, played, rival }) =>
    played.map((each) => rowOf(name, each, rivalOf(each, played, rival))),
  );
  return {
    title: `teams: ${items} questions with a known right answer, every policy on the same ones`,
    table: tableOf(worlds, rows),
    notes: [
      "simulated members: they show what the policies do with answers of such quality, not how good real models are together",
      "a member that is shown other answers goes over to what most of them say; a fuser takes the majority of the drafts; `× 3` asks one member three times and takes the majority; half of its errors are the same each time; each team is compared with the one whose tokens are nearest",
      "code: judges see a fault in .8 and one that is not there in .2; `the first executed` costs an execution that a review does not. Parts: right in .85 alone, in .7 as one of three",
      "recorded: what real small models said, turn by turn: of scripts of the cheat zoo and their honest twins whether they leak, and of blocks what they become",
      ...(recorded.missing === 0
        ? []
        : [
            `${recorded.missing} answers are not on record, since prompts have changed: --record <pairs>`,
          ]),
      "whole runs: each track's model thinks of half of the changes there are, and takes over what the board says another one gained by",
      "a team whose interval holds 0 or less is no better than one member at the same tokens",
    ],
    data: rows,
  };
}

async function equalWorlds(items: number): Promise<World[]> {
  const worlds: World[] = [];
  for (const [shared, words] of [
    [0, "independent errors"],
    [0.5, "half of the errors shared"],
    [1, "all errors shared"],
  ] as const)
    worlds.push({
      name: `equal: three of .7, ${words}`,
      played: await playEqual(items, shared),
      rival: null,
    });
  return worlds;
}

function rowOf(world: string, each: Played, other: Played) {
  return {
    world,
    name: each.name,
    right: mean(each.right),
    tokens: mean(each.tokens),
    rival: other.name,
    difference: mean(each.right) - mean(other.right),
    interval: pairedInterval(each.right, other.right),
  };
}

function tableOf(worlds: readonly World[], rows: readonly ReturnType<typeof rowOf>[]): string[][] {
  const table = [["", "right", "tokens a question", "right less that of", "paired 95 %"]];
  for (const world of worlds) {
    table.push([world.name, "", "", "", ""]);
    for (const { name, right, tokens, rival, difference, interval } of rows.filter(
      (row) => row.world === world.name,
    ))
      table.push([
        `  ${name}`,
        right.toFixed(3),
        tokens.toFixed(1),
        rival,
        `${sign(difference)} [${interval.map(sign).join(", ")}]`,
      ]);
  }
  return table;
}

function rivalOf(each: Played, played: readonly Played[], rival: string | null): Played {
  return played.find(({ name }) => name === rival) ?? equalIn(each, played);
}

/** One member that is asked again and again, at the tokens that come nearest. */
function equalIn({ tokens }: Played, played: readonly Played[]): Played {
  const distance = (each: Played) => Math.abs(Math.log(mean(each.tokens) / mean(tokens)));
  const singles = played.filter(({ name }) => /^a(?: × |$)/u.test(name));
  return singles.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}

/** 95 % interval of the mean difference over the same items, by a bootstrap with fixed draws. */
function pairedInterval(a: readonly number[], b: readonly number[]): [number, number] {
  const differences = a.map((value, index) => value - (b[index] ?? 0));
  const means = Array.from({ length: RESAMPLES }, (_, round) => {
    let sum = 0;
    for (let at = 0; at < differences.length; at++)
      sum += differences[Math.floor(draw(31, round, at) * differences.length)] ?? 0;
    return sum / differences.length;
  }).sort((x, y) => x - y);
  return [means[Math.floor(0.025 * RESAMPLES)] ?? 0, means[Math.floor(0.975 * RESAMPLES)] ?? 0];
}

function sign(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}
