import type { Node } from "web-tree-sitter";
import { calledName, stringValue } from "./protect.ts";

/** What a script learns with. */
export type Learners = {
  /** Families of the estimators it names, sorted. */
  families: string[];
  /** Calls that train: `.fit(…)`, `lgb.train(…)`, an optimizer's step. */
  trainings: number;
  /** Calls that make data up: random arrays, generated data sets. */
  inventions: number;
};

/** Estimator classes and functions by family. */
const estimators: readonly [string, RegExp][] = [
  ["lightgbm", /^LGBM\w+$/u],
  ["xgboost", /^XGB\w+$/u],
  ["catboost", /^CatBoost\w*$/u],
  ["gradient boosting", /^(?:Hist)?GradientBoosting\w+$/u],
  ["adaboost", /^AdaBoost\w+$/u],
  ["forest", /^(?:RandomForest|ExtraTrees)(?:Classifier|Regressor)$/u],
  ["decision tree", /^(?:DecisionTree|ExtraTree)(?:Classifier|Regressor)$/u],
  [
    "linear",
    /^(?:(?:Logistic|Linear|Ridge|Lasso|Huber|Quantile|Isotonic|ARD)Regress(?:ion|or)(?:CV)?|(?:Bayesian)?Ridge(?:CV|Classifier|ClassifierCV)?|(?:Multi\w+)?(?:Lasso|ElasticNet)(?:CV|Lars\w*)?|SGD(?:Classifier|Regressor)|Perceptron|PassiveAggressive\w+|(?:Poisson|Gamma|Tweedie|TheilSen|RANSAC)Regressor)$/u,
  ],
  ["neighbors", /^(?:KNeighbors|RadiusNeighbors)\w+$|^Nearest(?:Neighbors|Centroid)$/u],
  ["support vectors", /^(?:Linear|Nu)?SV[CR]$/u],
  ["naive bayes", /^(?:Gaussian|Multinomial|Bernoulli|Complement|Categorical)NB$/u],
  ["discriminant", /^(?:Linear|Quadratic)DiscriminantAnalysis$/u],
  ["gaussian process", /^GaussianProcess\w+$/u],
  ["neural network", /^MLP(?:Classifier|Regressor)$|^(?:Lightning)?Module$|^Sequential$/u],
  ["tabpfn", /^TabPFN\w+$/u],
  ["tabnet", /^TabNet\w+$/u],
  ["prophet", /^Prophet$/u],
  [
    "statistical series",
    /^(?:(?:Auto)?ARIMA|SARIMAX|VARMAX|AutoReg|ExponentialSmoothing|SimpleExpSmoothing|Holt\w*|ETSModel|UnobservedComponents|ThetaModel|AutoETS|AutoTheta)$/u,
  ],
  ["statistical regression", /^(?:OLS|WLS|GLS|GLM|Logit|Probit|MNLogit|MixedLM)$/u],
  ["constant", /^Dummy(?:Classifier|Regressor)$/u],
];

/** Libraries that train by a function of their own: `lgb.train(params, data)`. */
const trainers = new Map([
  ["lightgbm", "lightgbm"],
  ["xgboost", "xgboost"],
]);
const fitting = /^(?:fit|fit_predict|partial_fit|fit_one_cycle)$/u;
const inventing =
  /^(?:rand|randn|random_sample|standard_normal|make_(?:classification|regression|blobs|moons))$/u;

/** Families, trainings and made-up data of a script, by the names in it; nothing is run. */
export function learnersOf(root: Node): Learners {
  const imports = importsOf(root);
  const names = root
    .descendantsOfType("identifier")
    .filter((node) => !isImported(node))
    .map((node) => imports.get(node.text) ?? node.text);
  const calls = root.descendantsOfType("call");
  const found = new Set([
    ...names.flatMap((name) =>
      estimators.filter(([, of]) => of.test(name)).map(([family]) => family),
    ),
    ...calls.flatMap((call) => byCall(call, imports)),
  ]);
  const called = calls.map(calledName);
  const steps = calls.filter((call) => /optim\w*\.step$/u.test(callee(call)));
  const trained = calls.filter((call) => trainerOf(call, imports) !== null);
  return {
    families: [...found].sort(),
    trainings: called.filter((name) => fitting.test(name)).length + steps.length + trained.length,
    inventions: called.filter((name) => inventing.test(name)).length,
  };
}

/** Names that a script knows things by → what they are called where they come from. */
function importsOf(root: Node): Map<string, string> {
  const imports = new Map<string, string>();
  for (const alias of root.descendantsOfType("aliased_import")) {
    const [name, as] = [alias.childForFieldName("name"), alias.childForFieldName("alias")];
    if (name !== null && as !== null) imports.set(as.text, name.text.split(".").at(-1) ?? "");
  }
  return imports;
}

function isImported(node: Node): boolean {
  for (let up = node.parent; up !== null; up = up.parent)
    if (/^(?:future_)?import_(?:from_)?statement$/u.test(up.type)) return true;
  return false;
}

function callee(call: Node): string {
  return call.childForFieldName("function")?.text ?? "";
}

function trainerOf(call: Node, imports: ReadonlyMap<string, string>): string | null {
  const [owner = "", name, ...more] = callee(call).split(".");
  if (name !== "train" || more.length > 0) return null;
  return trainers.get(imports.get(owner) ?? owner) ?? null;
}

/** What only a call shows: a library's own training function, a backbone by its name. */
function byCall(call: Node, imports: ReadonlyMap<string, string>): string[] {
  const trainer = trainerOf(call, imports);
  if (trainer !== null) return [trainer];
  const name = calledName(call);
  const whole = callee(call);
  if (name === "create_model" && /timm/u.test(imports.get(whole.split(".")[0] ?? "") ?? whole))
    return [`timm ${backbone(call)}`.trim()];
  if (name === "from_pretrained" && /(?:Model|Pipeline)\w*\.from_pretrained$/u.test(whole))
    return [`transformers ${backbone(call)}`.trim()];
  if (name === "SentenceTransformer") return [`sentence-transformers ${backbone(call)}`.trim()];
  const vision = /^(?:torchvision\.)?models\.([a-z]+)/u.exec(whole)?.[1];
  return vision === undefined ? [] : [`torchvision ${vision}`];
}

/** `resnet` of `create_model("resnet18.a1_in1k")`, `distilbert` of `"distilbert/distilbert-base-uncased"`. */
function backbone(call: Node): string {
  const first = call.childForFieldName("arguments")?.namedChildren[0];
  if (first?.type !== "string") return "";
  return /[a-z]+/u.exec((stringValue(first).split("/").at(-1) ?? "").toLowerCase())?.[0] ?? "";
}
