import type { RoleInputs } from "../inputs.ts";
import { code, compose, data } from "../prompt/compose.ts";
import { scoreText } from "../prompt/paragraphs.ts";
import { section, some } from "../prompt/text.ts";
import { prose } from "../reply/readers.ts";
import type { Role } from "../role.ts";

const RULES =
  section(
    "Task",
    "Compare the two scripts below: the best and the worst of several attempts at one task. Say what makes the one better and the other worse, so that the next attempt keeps the one and avoids the other. Go by what was measured first; call a guess a guess.",
  ) + section("Answer", "Two to five sentences of plain prose. No code, no list.");

/** The critique of Iterative Agent Decoding: what is better about the best and worse about the worst (not in MLE-STAR). */
export const critic: Role<RoleInputs["critic"], string> = {
  name: "critic",
  prompt: ({ best, worst, facts }) =>
    compose("critic", {
      rules: RULES,
      now: [
        code(`Best, ${scoreText(best.score)}`, best.code),
        code(`Worst, ${scoreText(worst.score)}`, worst.code),
        data(
          "What was measured",
          facts.length === 0 ? null : some(facts, MAX_FACTS, (fact) => fact).join("\n"),
          6000,
        ),
      ],
    }),
  reply: prose,
};

const MAX_FACTS = 30;
