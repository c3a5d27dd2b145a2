import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Banked } from "../../runs/events/scoring.ts";
import { sha256 } from "../../runs/sha256.ts";
import type { Blend, Referee, Split, View } from "../../tasks/referee/referee.ts";

type Options = {
  direction?: "maximize" | "minimize";
  compare?: (incumbent: number, challenger: number, views: readonly View[]) => number;
  knows?: (id: string, view: View) => boolean;
  /** Views that show the first fold in disguise. */
  disguises?: readonly View[];
  isLost?: (id: string, view: View, again: string) => boolean;
  /** Training rows of the first fold under the cap and without it; by default no cap bites. */
  capped?: { capped: number; whole: number };
  /** What more training rows add to every score: the view with half of them exists. */
  growth?: number;
};

/** The scores that solutions were judged with, in files below the run's folder, as a referee keeps predictions. */
function openBank(folder: string) {
  const fileOf = (id: string, view: string) => join("bank", id.replaceAll("/", "."), view);
  return {
    put(id: string, view: string, score: number): Banked {
      const [file, text] = [fileOf(id, view), String(score)];
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return { file, sha256: sha256(text) };
    },
    get(id: string, view: string): number | null {
      const path = join(folder, fileOf(id, view));
      return existsSync(path) ? Number(readFileSync(path, "utf8")) : null;
    },
  };
}

/** A referee that reads the score from the submission (`score:<x>`) and banks it. */
export function fakeReferee(folder: string, split: Split, options: Options): Referee {
  const bank = openBank(join(folder, "referee"));
  const scoreFor = (id: string): number =>
    bank.get(id, "fold-0") ?? bank.get(id, "sealed") ?? Number.NaN;
  const sign = options.direction === "minimize" ? -1 : 1;
  const exact = (a: number, b: number) => (b === a ? 0.5 : sign * (b - a) > 0 ? 1 : 0);
  return {
    split,
    input: async () => {
      await mkdir(join(folder, "input"), { recursive: true });
      return join(folder, "input");
    },
    cappedRows: async () => options.capped ?? null,
    useAllRows: async () => undefined,
    trainingRows: async () => {
      const rows = join(folder, "training-rows");
      await mkdir(rows, { recursive: true });
      await writeFile(join(rows, "train.csv"), "id,x,y\n1,0.5,2\n");
      return rows;
    },
    async judge(id, view, submission) {
      const text = await readFile(submission, "utf8");
      const [, value] = /^score:(.*)$/u.exec(text) ?? [];
      if (value === undefined)
        return {
          status: "invalid-submission",
          score: null,
          reason: "column y is missing",
          rows: 0,
          seconds: 0,
          banked: null,
          normalized: null,
        };
      const banked = bank.put(id, view, Number(value));
      const score = view === "final" ? null : Number(value);
      return {
        status: view === "final" ? "accepted" : "scored",
        score,
        reason: null,
        rows: 100,
        seconds: 0,
        banked,
        normalized: null,
      };
    },
    score: async (id) => ({
      score: scoreFor(id),
      interval: [scoreFor(id) - 0.01, scoreFor(id) + 0.01],
    }),
    async compareAll(incumbent, challengers) {
      return challengers.map(({ id, views }) => {
        const [a, b] = [scoreFor(incumbent), scoreFor(id)];
        const probability = (options.compare ?? exact)(
          a,
          b,
          views.map((view) => view as View),
        );
        const gain = sign * (b - a);
        return { id, gain, standardError: 0.001, probability, familyProbability: probability };
      });
    },
    correct: async (solutions, blends) => ({
      tries: solutions.length + blends.length,
      solutions: [...solutions, ...blends.map(({ id }) => id)].map((id) => ({
        id,
        corrected: scoreFor(id),
      })),
    }),
    unseal: async () => undefined,
    async choose(finalists) {
      const scored = finalists.map(({ id }) => {
        const score = bank.get(id, "sealed") ?? Number.NaN;
        const interval: [number, number] = [score - 0.01, score + 0.01];
        return { id, score, interval };
      });
      const ranked = [...scored].sort((a, b) => sign * (b.score - a.score));
      const interval = ranked[0]?.interval ?? [0, 0];
      return { order: ranked.map(({ id }) => id), selectionBias: 0, finalists: scored, interval };
    },
    pool: async (candidates, _, most) => candidates.slice(0, most).map(({ id }) => id),
    async compare(incumbent, challenger, views) {
      const [a, b] = [scoreFor(incumbent), scoreFor(challenger)];
      return {
        gain: sign * (b - a),
        standardError: 0.001,
        probability: (options.compare ?? exact)(a, b, views),
      };
    },
    async canary(id, view) {
      const [score, real] = [bank.get(id, view) ?? Number.NaN, scoreFor(id)];
      const aboveChance = options.knows?.(id, view) ?? false;
      const probability = aboveChance ? 0.005 : 0.5;
      return { score, real, chance: [0, 0.1], probability, share: null, aboveChance, bits: null };
    },
    halved: async () => (options.growth === undefined ? [] : ["halved-0"]),
    async project(id, _views, halved, [low, high]) {
      const rows = halved === null ? null : (options.growth ?? 0);
      const score = (bank.get(id, "sealed") ?? Number.NaN) + (rows ?? 0);
      const interval: [number, number] = [low + (rows ?? 0), high + (rows ?? 0)];
      return { score, interval, rows, rowsError: 0, time: null, test: 1, drawn: "rows" };
    },
    disguises: async () => [...(options.disguises ?? [])],
    async repeated(id, again, view, base) {
      const [score, real] = [bank.get(again, view) ?? Number.NaN, bank.get(id, base) ?? Number.NaN];
      const lost = options.isLost?.(id, view, again) ?? false;
      return { score, real, lost: lost ? 1 : 0, probability: lost ? 0.001 : 0.5, isLost: lost };
    },
    async blend(id, method, members): Promise<Blend> {
      const scores = members.map(scoreFor);
      const score = scores.reduce((sum, each) => sum + each, 0) / scores.length;
      const banked = [bank.put(id, "fold-0", score)];
      return {
        id,
        method,
        members: [...members],
        weights: members.map(() => 1 / members.length),
        score,
        interval: [score, score],
        banked,
      };
    },
    async constant() {
      const file = join(folder, "constant.csv");
      await writeFile(file, "constant");
      return file;
    },
    constantScores: async () => ({ search: null, sealed: null }),
    diagnose: async () => ({ rows: 0, columns: [], leftOut: 0 }),
    weakRows: async () => null,
    surrogateImportance: async () => null,
    alike: async (_, others) => others.map(() => 0.9),
    permute: async () => ({ views: [], leftOut: 0 }),
    importance: async () => ({ base: 0, rows: 0, isSame: true, columns: [] }),
    async applyBlend(blend, view) {
      const file = join(folder, `${blend.method}-${view}.csv`);
      await writeFile(file, `score:${blend.score}`);
      return file;
    },
    close: async () => undefined,
  };
}
