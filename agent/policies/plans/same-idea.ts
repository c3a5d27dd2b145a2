/*
 * Whether two plans are the same idea in other words: by the techniques that they name and which way they turn them,
 * then by the stems of the other words.
 */

/** Words for one technique, the longer ones first where one holds another. */
const TECHNIQUES: readonly [string, RegExp][] = [
  ["learning-rate", /\b(?:learning[- ]rate|shrinkage|step size|eta|lr|smaller steps)\b/gu],
  [
    "rounds",
    /\b(?:number of (?:rounds|trees|iterations|estimators)|boosting rounds|n_estimators|num_boost_round|trees|rounds|iterations|estimators)\b/gu,
  ],
  ["depth", /\b(?:max_depth|depth of (?:the )?trees|tree depth|num_leaves|leaves)\b/gu],
  ["regularization", /\b(?:regulari[sz]\w+|l1|l2|weight decay|penalt\w+|reg_lambda|reg_alpha)\b/gu],
  [
    "target-encoding",
    /\b(?:(?:target|mean|likelihood|impact)[- ]encod\w+|(?:mean|average) of the target (?:per|by|in) \w+)\b/gu,
  ],
  ["one-hot", /\b(?:one[- ]hot\w*|dumm(?:y|ies) (?:variables?|columns?)?|indicator columns?)\b/gu],
  [
    "frequency-encoding",
    /\b(?:(?:frequency|count)[- ]encod\w+|how often (?:each|a) (?:value|category|level))\b/gu,
  ],
  [
    "log-target",
    /\b(?:log(?:arithm)?[- ](?:of the |transform\w* (?:of )?(?:the )?)?target|log1p|logarithm of the (?:target|answer))\b/gu,
  ],
  ["ratios", /\b(?:ratios?|quotients?|divid\w+ (?:one column|columns|pairs))\b/gu],
  [
    "interactions",
    /\b(?:interactions?|products? of (?:pairs|columns)|cross(?:ed)? features?|pairs of columns)\b/gu,
  ],
  [
    "group-statistics",
    /\b(?:group(?:ed)? (?:statistics|means|aggregates)|aggregat\w+|statistics (?:per|by|within) (?:group|category))\b/gu,
  ],
  [
    "imputation",
    /\b(?:imput\w+|fill\w* (?:the |in )?(?:missing|empty|gaps|nan)\w*|missing values?)\b/gu,
  ],
  ["scaling", /\b(?:standardi[sz]\w+|normali[sz]\w+|scal(?:e|ing|er)\b|z-scores?)\b/gu],
  ["dates", /\b(?:dates?|calendar|weekday|day of (?:the )?week|month|season\w*)\b/gu],
  ["lags", /\b(?:lags?|lagged|rolling|moving averages?|earlier values)\b/gu],
  ["seeds", /\b(?:seeds?|bagg?(?:ing|ed)?|several random states)\b/gu],
  ["early-stopping", /\b(?:early[- ]stopping|stop\w* (?:the )?training when)\b/gu],
  [
    "selection",
    /\b(?:feature selection|drop\w* (?:the )?(?:weak|useless|unimportant) (?:columns|features)|remov\w* (?:the )?(?:weak|useless|unimportant) (?:columns|features))\b/gu,
  ],
  ["clusters", /\b(?:clusters?|k-?means)\b/gu],
  ["pca", /\b(?:pca|principal components?)\b/gu],
  ["tfidf", /\b(?:tf-?idf|bag of words|n-?grams?)\b/gu],
  ["embeddings", /\b(?:embeddings?|pretrained|fine-?tun\w+)\b/gu],
  ["stacking", /\b(?:stack(?:ing|ed)?|meta[- ]model|second[- ]level)\b/gu],
  ["blend", /\b(?:blend\w*|weighted average|averag\w+ (?:the )?(?:predictions|models))\b/gu],
  ["calibration", /\b(?:calibrat\w+|platt|isotonic)\b/gu],
  ["threshold", /\b(?:thresholds?|cut-?offs?|decision rule)\b/gu],
  ["class-weights", /\b(?:class[- ]weights?|balanced|oversampl\w+|undersampl\w+|smote)\b/gu],
  ["augmentation", /\b(?:augment\w+|flips?|mixup|cutmix)\b/gu],
  ["pseudo-labels", /\b(?:pseudo-?label\w*)\b/gu],
  ["lightgbm", /\b(?:lightgbm|lgbm?)\b/gu],
  ["xgboost", /\b(?:xgboost|xgb)\b/gu],
  ["catboost", /\b(?:catboost)\b/gu],
  ["forest", /\b(?:random forests?|extra[- ]?trees)\b/gu],
  ["linear", /\b(?:linear model|ridge|lasso|logistic regression|elastic ?net)\b/gu],
  ["neural-net", /\b(?:neural net\w*|mlp|perceptron|deep net\w*)\b/gu],
  ["knn", /\b(?:k-?nn|nearest neighbou?rs?)\b/gu],
  ["svm", /\b(?:svms?|support vectors?)\b/gu],
  ["gaussian-process", /\b(?:gaussian process\w*)\b/gu],
];

const DOWN =
  /\b(?:lower\w*|smaller|fewer|less|reduc\w+|halv\w+|half|decreas\w+|shallow\w*|shrink\w*|remov\w+|drop\w*|without|leave out)\b/gu;
const UP =
  /\b(?:higher|larger|bigger|more|increas\w+|doubl\w+|twice|rais\w+|deep\w*|add\w*|stronger)\b/gu;

const STOP = new Set(
  "a an and are as at be by each every for from has have in into is it its of on or so than that the their then there these they this those to use using used was we will with which while instead also only model models script block plan train training data set value values column columns feature features score better should make makes made new one two".split(
    " ",
  ),
);

/** Shared ideas, over all of both, from which two plans are the same: a choice of ours, on the plans of the test. */
const SAME = 0.6;
/** A technique counts as much as so many other words. */
const TECHNIQUE_WEIGHT = 4;

type Ideas = { techniques: Set<string>; words: Set<string> };

/** Whether two plans are the same idea, whatever words they use; numbers do not tell them apart. */
export function isSameIdea(a: string, b: string): boolean {
  // Plans of recipes name them: they are the same when they name the same.
  const named = [namedIn(a), namedIn(b)] as const;
  if (named[0].size > 0 || named[1].size > 0) return isEqual(...named);
  const [left, right] = [ideasOf(a), ideasOf(b)];
  if (left.techniques.size > 0 && right.techniques.size > 0)
    return isEqual(left.techniques, right.techniques) || overlap(left, right) >= SAME + 0.2;
  return overlap(left, right) >= SAME;
}

function namedIn(plan: string): Set<string> {
  return new Set([...plan.matchAll(/\[([a-z0-9][a-z0-9-]*)\]/gu)].map(([, id]) => id ?? ""));
}

function ideasOf(plan: string): Ideas {
  const techniques = new Set<string>();
  const rest: string[] = [];
  // A direction belongs to what it stands beside: "lower the rate and grow more trees".
  for (const clause of plan.toLowerCase().split(/[,.;:]|\b(?:and|but|then)\b/u)) {
    let text = clause;
    for (const [name, words] of TECHNIQUES) {
      for (const [technique] of text.matchAll(words))
        techniques.add(`${name}${wayOf(clause, technique)}`);
      text = text.replace(words, " ");
    }
    rest.push(text);
  }
  const words = (rest.join(" ").match(/[a-z]{3,}/gu) ?? [])
    .filter((word) => !STOP.has(word))
    .map((word) => word.replace(/(?:ing|ed|es|s|ly|e)$/u, ""));
  return { techniques, words: new Set(words) };
}

/** Techniques that can be turned up or down. */
const TURNED =
  /rate|shrinkage|step|eta|lr|rounds|trees|iterations|estimators|depth|leaves|regulari|weight decay|penalt|l1|l2/u;

function wayOf(clause: string, technique: string): string {
  if (!TURNED.test(technique)) return "";
  const [down, up] = [clause.match(DOWN)?.length ?? 0, clause.match(UP)?.length ?? 0];
  if (technique.includes("smaller")) return "-down";
  if (down === up) return "";
  return down > up ? "-down" : "-up";
}

function isEqual(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}

function overlap(a: Ideas, b: Ideas): number {
  const shared = (left: ReadonlySet<string>, right: ReadonlySet<string>) =>
    [...left].filter((each) => right.has(each)).length;
  const techniques = shared(a.techniques, b.techniques);
  const words = shared(a.words, b.words);
  const all = (set: "techniques" | "words", both: number) => a[set].size + b[set].size - both;
  const total = TECHNIQUE_WEIGHT * all("techniques", techniques) + all("words", words);
  return total === 0 ? 1 : (TECHNIQUE_WEIGHT * techniques + words) / total;
}
