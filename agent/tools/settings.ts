import * as z from "zod";
import { count } from "../setting.ts";

/** Roles that may look at the data before they answer. */
export const LOOKING_ROLES = ["coder", "debugger", "planner", "refiner", "retriever"] as const;

const listOf = <Item extends z.ZodType<string>>(item: Item) =>
  z.preprocess(
    (value) =>
      typeof value === "string"
        ? value
            .split(/[,+]/u)
            .map((each) => each.trim())
            .filter((each) => each !== "")
        : (value ?? []),
    z.array(item),
  );

/** What a run does with tools (`agent/config.ts` has all settings). */
export const toolSettings = {
  policy: z
    .enum(["mle-star", "native", "alternate"])
    .default("mle-star")
    .describe(
      "who drives the search: mle-star (the paper's phases), native (one model with tools), alternate (several in turn)",
    ),
  turnModels: listOf(z.string())
    .default([])
    .describe(
      "models that take turns under `policy` alternate, as in playbook,openai:<model>; in a configuration of a batch with + between",
    ),
  turnSubmissions: count(1)
    .default(5)
    .describe("scored scripts after which a model of `policy` alternate hands over"),
  roleTools: listOf(z.enum(LOOKING_ROLES))
    .default([])
    .describe(
      `roles that may look at the data, run a few lines and read logs before they answer, of ${LOOKING_ROLES.join(", ")}; none: the paper`,
    ),
  roleToolCalls: count(1).default(6).describe("tool calls before one answer of such a role"),
  roleToolSeconds: count(1)
    .default(120)
    .describe("seconds that such calls may take for one answer"),
  conversationTokens: count(2000)
    .default(60_000)
    .describe(
      "tokens of a conversation with tools beyond which its oldest turns give way to a digest",
    ),
};
