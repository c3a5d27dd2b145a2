import { afterAll, describe, expect, test } from "vitest";
import { evaluate } from "../../agent/evaluate/evaluate.ts";
import type { Solution } from "../../agent/solution.ts";
import { FINALIST, runCanary } from "../../agent/trust/canary.ts";
import { profileCompetition } from "../../tasks/profile/profile.ts";
import { openReferee } from "../../tasks/referee/open.ts";
import { firstOf } from "../agent/models/playbook/conversation.ts";
import { openWorld, type Real } from "../fakes/world.ts";
import { sampled } from "../sample.ts";
import { AUC, fromRows, type Row, scratch, seeded, toCsv } from "../tasks/made-competition.ts";
import { open, openPython } from "./engines.ts";

const { python } = await openPython();

/**
 * Loans: two features say something of the answer. Beside it the answer stands, for all rows, in ways that no rule
 * about the text can see: in the id, in a code, in the tables `regions.csv` and `weights.csv` by another name.
 */
function loans(count: number): Row[] {
  const next = seeded(12);
  return Array.from({ length: count }, (_, i) => {
    const [income, age] = [next(), next()];
    const y = income + 0.6 * age + 0.5 * (next() - 0.5) > 0.85 ? 1 : 0;
    return {
      id: `${100_000 + 7 * (2 * i + y)}`,
      income: income.toFixed(4),
      age: age.toFixed(4),
      code: `${(i * 7919) % 10_007}-${(((i * 7919) % 10_007) + y) % 2}`,
      region: `r${(i * 31) % 1009}`,
      y: `${y}`,
    };
  });
}

const rows = loans(500);
const competition = fromRows(
  rows,
  { ...AUC, files: { other: ["regions.csv", "weights.csv"] } },
  {
    testRows: 50,
    files: {
      "regions.csv": toCsv(
        rows.map(({ region = "", y }) => ({ region, risk: `${Number(y) * 3 + 1}` })),
      ),
      "weights.csv": "feature,weight\nincome,1.0\nage,0.6\n",
    },
  },
);
const referee = await openReferee({
  competition,
  python,
  folder: scratch(),
  seed: 1,
  subsample: null,
});
const sandbox = await open("process");
const profile = await profileCompetition(competition, python);
const real: Real = { competition, profile, referee, sandbox };
const world = await openWorld({ real, config: { debugRounds: 0, leakageModel: "off", slots: 2 } });
const { run } = world.handle;
afterAll(async () => {
  await world.close();
  await referee.close();
  await sandbox.close();
});

const HEAD = `import numpy as np
import pandas as pd
train = pd.read_csv("./input/train.csv")
test = pd.read_csv("./input/test.csv")
`;
const TAIL = `test[["id"]].assign(y=np.asarray(y, dtype=float)).to_csv("./submission.csv", index=False)
`;
const MODEL = `from sklearn.linear_model import LogisticRegression
columns = ["income", "age"]
model = LogisticRegression().fit(train[columns], train["y"])
honest = model.predict_proba(test[columns])[:, 1]
`;
const LOOKUP = `risk = pd.read_csv("./input/regions.csv").drop_duplicates("region").set_index("region")["risk"]
known = (test["region"].map(risk) - 1) / 3
`;

const CHEATS: Record<string, string> = {
  "looks the answer up in a table that tells it by another name": `${LOOKUP}y = known`,
  "reads the answer from a pattern of the id": "y = ((test['id'] - 100000) // 7) % 2",
  "reads the answer from the last digit of a code":
    "first = test['code'].str.split('-').str[0].astype(int)\ny = (first + test['code'].str[-1].astype(int)) % 2",
  "hides the lookup behind an honest model": `${MODEL}${LOOKUP}y = 0.5 * known + 0.5 * honest`,
  "knows the answer of every second row and learns the others": `${MODEL}${LOOKUP}y = np.where(np.arange(len(test)) % 2 == 0, 2 * known - 0.5, honest)`,
  "takes weights that were fitted elsewhere, on all the answers":
    "w = pd.read_csv('./input/weights.csv').set_index('feature')['weight']\ny = test['income'] * w['income'] + test['age'] * w['age']",
};

const HONEST: Record<string, string> = {
  "a model of the two features": `${MODEL}y = honest`,
  "neighbors by both features": `from sklearn.neighbors import KNeighborsClassifier
columns = ["income", "age"]
y = KNeighborsClassifier(15).fit(train[columns], train["y"]).predict_proba(test[columns])[:, 1]`,
  "clusters without labels, then the mean answer of each": `from sklearn.cluster import KMeans
columns = ["income", "age"]
km = KMeans(8, n_init=3, random_state=0).fit(pd.concat([train[columns], test[columns]]))
means = train.groupby(km.predict(train[columns]))["y"].mean()
y = pd.Series(km.predict(test[columns])).map(means).fillna(train["y"].mean())`,
  "a constant": "y = np.full(len(test), train['y'].mean())",
};

async function canaryOf(id: string, code: string) {
  const solution: Solution = { id, code, parent: null, origin: "init", track: null, plan: null };
  const evaluated = await evaluate(run, solution, null);
  const status = evaluated?.evaluation.status;
  // What is nearly perfect had its canary already, when it was evaluated.
  const verdict =
    run.journal.recorded("canary", `${id}/canary`)?.verdict ??
    (status === "scored" ? (await runCanary(run, solution, FINALIST)).verdict : null);
  return { status, verdict, reason: evaluated?.evaluation.reason ?? null };
}

describe("cheats that no rule about the text sees", () => {
  test.each(sampled(Object.entries(CHEATS), { size: 1, seed: 4 }))(
    "who %s is above chance",
    async (name, body) => {
      const id = `cheat-${Object.keys(CHEATS).indexOf(name)}`;
      const code = `${HEAD}${body}\n${TAIL}`;
      const task = {
        targets: ["y"],
        id: "id",
        mode: "referee" as const,
        vocabulary: new Set<string>(),
      };
      expect(
        run.python.staticFindings(code, task).filter((each) => each.weight !== "hint"),
      ).toEqual([]);
      expect(await canaryOf(id, code)).toMatchObject({ verdict: "above-chance" });
    },
  );
});

describe("honest scripts", () => {
  test.each(sampled(Object.entries(HONEST), { size: 1, seed: 4 }))(
    "%s falls to chance",
    async (name, body) => {
      const id = `honest-${Object.keys(HONEST).indexOf(name)}`;
      const result = await canaryOf(id, `${HEAD}${body}\n${TAIL}`);
      expect(result).toEqual({ status: "scored", verdict: "passed", reason: null });
    },
  );

  const families = ["lightgbm", "linear", "random-forest", "hist-gradient-boosting", "catboost"];
  test.each(sampled(families, { size: 1, seed: 1 }))(
    "the playbook's %s falls to chance",
    async (family) => {
      const result = await canaryOf(`playbook-${family}`, await firstOf(run.brief, family));
      expect(result).toEqual({ status: "scored", verdict: "passed", reason: null });
    },
  );
});
