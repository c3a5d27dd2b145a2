import { expect, test } from "vitest";
import { textOf, worthOf } from "../../../../agent/memory/item.ts";
import { type Ended, factsOf } from "../../../../agent/memory/reflect/facts.ts";
import { type AskReflecting, reflect } from "../../../../agent/memory/reflect/reflect.ts";
import {
  consolidate,
  reflect as reflectByRules,
} from "../../../../agent/models/playbook/answers/reflect.ts";
import { consolidator } from "../../../../agent/roles/lessons/consolidator.ts";
import { reflector } from "../../../../agent/roles/lessons/reflector.ts";
import { Unreadable } from "../../../../agent/roles/role.ts";
import type { EventValue } from "../../../../runs/events/events.ts";
import { trajectoriesOf } from "../../../../runs/report/across/trajectories.ts";
import { runWorld } from "../../../fakes/run-world.ts";
import type { WorldOptions } from "../../../fakes/world.ts";
import { bankWith, embedder } from "../made-items.ts";

const { signal } = new AbortController();

/** The playbook's answers, through the parsers that a model's go through. */
const rules = (async (role: string, _: string, input: never) => {
  const output =
    role === "reflector"
      ? reflector.reply.read(reflectByRules(input))
      : consolidator.reply.read(consolidate(input));
  return output instanceof Unreadable ? null : output;
}) as AskReflecting;

/** A made-up run that is over. */
async function endedRun(name: string, options: WorldOptions = {}): Promise<Ended> {
  await using ran = await runWorld(options);
  const { events } = ran.world.journal;
  const code = new Map(
    [...ran.world.handle.run.evaluated.values()].map((each) => [each.commit, each.solution.code]),
  );
  const read = async (commit: string) => code.get(commit) ?? null;
  const rows = await trajectoriesOf(events, { run: name, split: "train", read });
  const started = events.find(({ type }) => type === "run-started")
    ?.value as EventValue<"run-started">;
  return { run: `world/${name}`, started, events: [...events], rows };
}

let plain: Promise<Ended> | null = null;

/** A run with nothing special about it, made once. */
function plainRun(): Promise<Ended> {
  plain ??= endedRun("r1");
  return plain;
}

/** The same as another run, on another competition and another outcome. */
function changed(ended: Ended, run: string, id: string, gains = true): Ended {
  const events = ended.events.map((event) => {
    if (event.type === "decided" && !gains) {
      const { gain } = event.value;
      return { ...event, value: { ...event.value, gain: gain === null ? null : -Math.abs(gain) } };
    }
    return event;
  });
  const competition = { ...ended.started.competition, id, title: id };
  const started = { ...ended.started, competition, dataHash: id };
  const [first, ...rest] = events;
  const begun = { ...first, value: started } as Ended["events"][number];
  return { ...ended, run, started, events: [begun, ...rest] };
}

const options = async () => ({
  bank: await bankWith([]),
  embedder,
  ask: rules,
  rules,
  reward: "both" as const,
  signal,
});

test("the facts of a run say what was changed and measured, with its interval, and how each model did", async () => {
  const ended = await plainRun();
  const facts = factsOf(ended);
  const lesson = facts.find(({ kind, where }) => kind === "lesson" && where !== "merge");
  expect(lesson?.outcomes[0]).toMatchObject({
    run: "world/r1",
    competition: "world",
    type: "regression",
    modality: "tabular",
    metric: "r2",
    rows: 1000,
  });
  const { scoreBefore, scoreAfter, gain } = lesson?.outcomes[0] ?? {};
  expect(gain).toBeCloseTo((scoreAfter ?? 0) - (scoreBefore ?? 0), 6);
  expect(facts.filter(({ kind }) => kind === "verdict").map(({ subject }) => subject)).toEqual([
    "family-1-1",
    "family-1-2",
  ]);
});

test("a first script that leads by less than noise says little for its model, one far ahead says much", async () => {
  const ended = await plainRun();
  const worthAt = (scores: readonly number[]) => {
    const events = ended.events.map((event) => {
      const index = Number(/^track-1\/init-(\d+)\/evaluated$/u.exec(event.key)?.[1] ?? 0);
      const score = scores[index - 1];
      if (event.type !== "evaluated" || score === undefined) return event;
      const interval = [score - 0.2, score + 0.2] as [number, number];
      const evaluation = { ...event.value.evaluation, score, interval };
      return { ...event, value: { ...event.value, evaluation } };
    });
    const verdicts = factsOf({ ...ended, events }).filter(({ kind }) => kind === "verdict");
    return verdicts.map((each) => worthOf(each));
  };
  const [near] = worthAt([0.51, 0.5]);
  const [far, last] = worthAt([1.5, 0.5]);
  expect(near).toBeGreaterThan(0);
  expect(near).toBeLessThan(0.05);
  expect(far).toBeGreaterThan(0.3);
  expect(last).toBe(0);
});

test("what was merged is named by its model, not by its place in the run", async () => {
  const ended = await plainRun();
  const merges = factsOf(ended).filter(({ where }) => where === "merge");
  expect(merges.length).toBeGreaterThan(0);
  for (const { title, text } of merges) expect(`${title} ${text}`).not.toMatch(/init-\d/u);
});

test("an error and the repair that ran become a pitfall with the lines of the repair", async () => {
  const broken = 'import pandas as pd\n\n# --- model\nquality = 0.3\nsay("no")\n';
  const mended = broken.replace('say("no")', 'print("yes")');
  const fence = (code: string) => `\`\`\`python\n${code}\`\`\``;
  const ended = await endedRun("r1", {
    answers: ({ role, at }) => {
      if (role === "initializer" && at.includes("init-1")) return fence(broken);
      return role === "debugger" ? fence(mended) : null;
    },
    behavior: (code) =>
      code.includes("say(")
        ? {
            outcome: "error",
            log: "Traceback (most recent call last):\nNameError: name 'say' is not defined",
          }
        : { score: Number(/quality = ([-\d.e]+)/u.exec(code)?.[1] ?? 0) },
  });
  const pitfall = factsOf(ended).find(({ kind }) => kind === "pitfall");
  expect(pitfall).toMatchObject({
    title: "NameError in the script: name … is not defined",
    error: { exception: "NameError", library: null },
    fix: { removed: ['say("no")'], added: ['print("yes")'] },
  });
  expect(pitfall?.outcomes[0]?.helped).toBe(true);
});

test("a run is reflected on once, however often it is asked", async () => {
  const given = await options();
  const ended = await plainRun();
  const first = await reflect(ended, given);
  expect(first.operations.added).toBeGreaterThan(2);
  expect(await reflect(ended, given)).toEqual(first);
  expect((await given.bank.read()).size).toBe(first.operations.added);
});

test("the same lessons of two runs become one item each, with where both were seen", async () => {
  const given = await options();
  const ended = await plainRun();
  const first = await reflect(ended, given);
  const second = await reflect(changed(ended, "other/r2", "other"), given);
  expect(second.operations).toEqual({
    added: 0,
    merged: first.operations.added,
    deleted: 0,
    nothing: 0,
  });
  const bank = await given.bank.read();
  expect(bank.size).toBe(first.operations.added);
  for (const id of bank.ids) {
    const runs = new Set(bank.get(id)?.outcomes.map(({ run }) => run));
    expect(runs).toEqual(new Set(["world/r1", "other/r2"]));
  }
});

test("a contradictory outcome is merged with the conditions of both kept, whatever a model writes", async () => {
  const given = await options();
  const ended = await plainRun();
  const asked: string[] = [];
  const scripted = (async (role: string, _: string, input: never) => {
    asked.push(role);
    if (role === "reflector") return rules("reflector", "", input);
    return [{ operation: "merge" as const, index: 0, text: "It depends." }];
  }) as AskReflecting;
  await reflect(ended, { ...given, ask: scripted });
  const before = new Map((await given.bank.read()).ids.map((id) => [id, id] as const));
  await reflect(changed(ended, "other/r2", "other", false), { ...given, ask: scripted });
  const bank = await given.bank.read();
  const mixed = bank.ids
    .flatMap((id) => bank.get(id) ?? [])
    .filter(({ outcomes }) => new Set(outcomes.map(({ helped }) => helped)).size > 1);
  expect(before.size).toBe(bank.size);
  expect(mixed.length).toBeGreaterThan(0);
  expect(asked).toContain("consolidator");
  for (const item of mixed) {
    expect(item.text).toBe("It depends.");
    expect(textOf(item)).toMatch(/Helped .*\nDid not help /u);
  }
});

test("a model may delete what the new item proves wrong, or say that it adds nothing; it may not leave nothing in its place", async () => {
  const given = await options();
  const ended = await plainRun();
  await reflect(ended, given);
  const size = (await given.bank.read()).size;
  const says = (operations: unknown) =>
    (async (role: string, _: string, input: never) =>
      role === "reflector" ? rules("reflector", "", input) : operations) as AskReflecting;
  const onlyDelete = says([{ operation: "delete", index: 0, text: "" }]);
  const first = await reflect(changed(ended, "a/r", "a"), { ...given, ask: onlyDelete });
  expect(first.operations).toMatchObject({ deleted: 0, added: size });
  const nothing = says([{ operation: "nothing", index: null, text: "" }]);
  const second = await reflect(changed(ended, "b/r", "b"), { ...given, ask: nothing });
  expect(second.operations).toEqual({ added: 0, merged: 0, deleted: 0, nothing: size });
  const replace = says([
    { operation: "add", index: null, text: "" },
    { operation: "delete", index: 0, text: "" },
  ]);
  const third = await reflect(changed(ended, "c/r", "c"), { ...given, ask: replace });
  expect(third.operations.added).toBe(size);
  expect(third.operations.deleted).toBeGreaterThan(0);
});

test("a model that gives no answer leaves the facts as they are, and an item without facts is dropped", async () => {
  const given = await options();
  const ended = await plainRun();
  const silent = (async () => null) as AskReflecting;
  const bySilence = await reflect(ended, { ...given, ask: silent });
  expect(bySilence.operations.added).toBeGreaterThan(2);
  const inventing = (async (role: string) =>
    role === "reflector"
      ? [{ kind: "lesson", title: "Made up", text: "It always wins.", facts: [99] }]
      : null) as AskReflecting;
  const other = await options();
  expect((await reflect(ended, { ...other, ask: inventing })).operations.added).toBe(0);
});
