import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { columnsOf } from "../traits.ts";

function hasText(brief: Brief): boolean {
  return columnsOf(brief, "text").length > 0;
}

/** Know-how for free text. */
export const textRecipes: readonly Recipe[] = [
  {
    id: "text-topics",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: text topics",
    plan: "Keep the columns there are and describe each text in numbers that trees can use [text-topics]: how it looks (capitals, digits, punctuation, links), the main directions of its rarity-weighted words, and what a linear model reads out of the words, out of fold. Texts are cut so that time and memory hold.",
    fits: hasText,
    file: "texts/text_features.py",
    prior: 0.84,
    standard: true,
    needs: [],
  },
  {
    id: "tfidf-linear",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: tfidf-linear",
    plan: "Keep what the block does and add a penalized linear model of words, word pairs and letter groups, weighted by rarity [tfidf-linear], with the other columns beside them. Thousands of weak words add up, which trees cannot do. The penalty is settled on the first fold.",
    fits: hasText,
    file: "texts/tfidf_linear.py",
    prior: 0.92,
    standard: false,
    needs: [],
  },
  {
    id: "nb-svm",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: nb-svm",
    plan: "Keep what the block does and add a linear model of which words and word pairs occur, each weighted by its naive Bayes log-count ratio [nb-svm]. It errs elsewhere than rarity weights do and often helps their average.",
    fits: hasText,
    file: "texts/nb_svm.py",
    prior: 0.75,
    standard: false,
    needs: [],
  },
];
