import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Request } from "../../../agent/models/model.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import type { RoleInputs } from "../../../agent/roles/inputs.ts";
import type { Clock } from "../../../runs/clock.ts";
import { Interrupted } from "../../../runs/errors.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { fenced, runWorld, small, values } from "../../fakes/run-world.ts";
import { simulatedTime } from "../../fakes/simulated-time.ts";
import { openWorld, scoreOf, type World, type WorldOptions } from "../../fakes/world.ts";

/** A world whose clock goes on by what scripts take, one at a time; every place has a quality of its own. */
function timed(config: WorldOptions["config"], gains = true, seconds = 1): WorldOptions {
  let now = 0;
  const clock: Clock = { now: () => new Date(1000 * now), monotonic: () => now };
  const answers = ({ role, at, input }: Request) => {
    if (role !== "refiner") return null;
    const { blocks, score } = input as RoleInputs["refiner"];
    const own = Number.parseInt(sha256(at).slice(0, 6), 16) / 0xffffff;
    const quality = gains ? (score ?? 0.5) + 0.01 + own / 1000 : 0.1 + own / 10;
    return `Way of ${at}.\n\n${blocks.at(-2)?.id}:\n${fenced(`quality = ${quality}\n`)}`;
  };
  return {
    clock,
    answers,
    compare: (was, now) => (now > was ? 0.999 : 0.001),
    behavior: (code) => {
      now += seconds;
      return { score: scoreOf(code), seconds };
    },
    config: {
      ...small,
      refinement: "script",
      slots: 1,
      candidates: 1,
      attempts: 1,
      ablationVariants: 1,
      untilBudget: true,
      ...config,
    },
  };
}

const turns = (world: World) => values(world, "turn-chosen");

test("the search goes on until its limit is used, and the run never passes it", async () => {
  const timeLimit = 240;
  await using ran = await runWorld(timed({ timeLimit, patience: 1000, tracks: 2 }, true, 4));
  const { events } = ran.world.journal;
  const stop = events.findLast(({ type }) => type === "turn-chosen");
  expect(events.at(-1)?.elapsed).toBeLessThanOrEqual(timeLimit);
  // Three tenths of the limit at most are kept for finalizing; of the rest the search has used 95 %.
  expect(stop?.elapsed).toBeGreaterThanOrEqual(0.95 * 0.7 * timeLimit);
  const steps = turns(ran.world).filter((turn) => turn.do === "step");
  expect(new Set(steps.map(({ track }) => track)).size).toBe(2);
  expect(steps.length).toBeGreaterThan(4);
});

test("with models and scripts that take their time the slots are busy while there is work, up to the limit", async () => {
  const [slots, timeLimit] = [2, 800];
  const time = simulatedTime();
  const spans: { from: number; to: number }[] = [];
  const isScript = (at: string) => /\/(?:fold-\d+|sealed|final)$/u.test(at);
  const latency = (at: string) => {
    const share = Number.parseInt(sha256(at).slice(0, 6), 16) / 0xffffff;
    const seconds = (isScript(at) ? 20 : 3) * (0.5 + share);
    const from = time.clock.monotonic();
    if (isScript(at)) spans.push({ from, to: from + seconds });
    return seconds;
  };
  const options = timed({ timeLimit, slots, tracks: 3, patience: 1000 });
  const behavior = (code: string, { at }: { at: string }) => ({
    score: scoreOf(code),
    seconds: 20 * (0.5 + Number.parseInt(sha256(at).slice(0, 6), 16) / 0xffffff),
  });
  await using ran = await runWorld({
    ...options,
    behavior,
    latency,
    clock: time.clock,
    sleep: time.sleep,
  });
  const { events } = ran.world.journal;
  const of = (type: string) => events.filter((event) => event.type === type);
  const [from = 0, to = 0] = [of("turn-chosen")[0]?.elapsed, of("turn-chosen").at(-1)?.elapsed];
  const busy = spans.reduce(
    (sum, span) => sum + Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)),
    0,
  );
  expect(busy / (slots * (to - from))).toBeGreaterThanOrEqual(0.9);
  expect(to).toBeGreaterThanOrEqual(0.95 * 0.7 * timeLimit);
  expect(events.at(-1)?.elapsed).toBeLessThanOrEqual(timeLimit);
}, 300_000);

test("patience ends it: steps in a row without a gain beyond noise", async () => {
  await using ran = await runWorld(timed({ timeLimit: 10_000, patience: 3 }, false));
  expect(turns(ran.world).at(-1)).toMatchObject({ do: "stop", idle: 3 });
});

test("a fresh track is opened from other cards when all stagnate", async () => {
  await using ran = await runWorld(timed({ timeLimit: 10_000, patience: 8 }, false));
  const fresh = turns(ran.world).filter((turn) => turn.do === "fresh");
  expect(fresh[0]).toMatchObject({ track: "track-2", why: "all tracks stagnate" });
  const chosen = values(ran.world, "cards-chosen").map(({ track }) => track);
  expect(chosen).toContain("track-2");
});

test("the turn is the track's that gained most a minute", async () => {
  const options = timed({ timeLimit: null, maxExecutions: 24, patience: 1000, tracks: 2 });
  const { answers } = options;
  const better = (request: Request) => {
    const said = answers?.(request) ?? null;
    const isSecond = request.role === "refiner" && request.at.startsWith("track-2/");
    return isSecond && typeof said === "string"
      ? said.replace(/quality = [\d.]+/u, `quality = ${0.1 + request.at.length / 1000}`)
      : said;
  };
  await using ran = await runWorld({ ...options, answers: better });
  const [first] = turns(ran.world);
  expect(first).toMatchObject({ do: "step", track: "track-1" });
  expect(first?.rates["track-1"]).toBeGreaterThan(first?.rates["track-2"] ?? 1);
});

test("killed in the middle of a turn it goes on with the same turns", async () => {
  const config = { maxExecutions: 40, timeLimit: null, patience: 4 };
  await using first = await runWorld(timed(config, false));
  const place = first.world.journal.events.findIndex(({ key }) => key === "extend/turn-2") + 4;
  const folder = await mkdtemp(join(tmpdir(), "mle-star-extend-"));
  const cut = await openWorld({ ...timed(config, false), folder });
  cut.journal.subscribe(() => cut.journal.events.length >= place && cut.handle.abort());
  await expect(pipeline(cut.handle.run)).rejects.toBeInstanceOf(Interrupted);
  await cut.close();
  const again = await openWorld({ ...timed(config, false), folder });
  await pipeline(again.handle.run);
  const scripts = (world: World) =>
    values(world, "evaluated")
      .map(({ solution }) => solution)
      .sort();
  expect(scripts(again)).toEqual(scripts(first.world));
  expect(turns(again).map((turn) => [turn.do, turn.track])).toEqual(
    turns(first.world).map((turn) => [turn.do, turn.track]),
  );
  await again.close();
  await rm(folder, { recursive: true, force: true });
});
