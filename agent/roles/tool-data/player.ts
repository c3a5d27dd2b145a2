import { section } from "../prompt/text.ts";
import { prose } from "../reply/readers.ts";
import type { Role } from "../role.ts";
import type { PlayInput } from "./inputs.ts";

/** By these words a hint is known wherever it might stand. */
export const HINT_TITLE = "Hint, not to be spoken of";

const RULES = section(
  "Task",
  "Give the next reply of the agent in the conversation below: a sentence and its calls in the form that the conversation asks for; where nothing is left to call, one or two sentences that say what came of it, with no number that stands in no answer.",
);

/** Context distillation of Magnet: the agent's part, played by one who is told what to call. */
export const player: Role<PlayInput, string> = {
  name: "tool-player",
  prompt: (input) => ({
    rules: RULES,
    script: "",
    rest: section("Conversation", input.dialogue) + section(HINT_TITLE, hintText(input)),
  }),
  reply: prose,
};

function hintText({ hint: { isRight, calls }, missing }: PlayInput): string {
  if (missing !== null && isRight)
    return missing.kind === "function"
      ? "No tool can do what is asked. Say so, and call nothing."
      : "A value that must be there is missing. Ask for it, and call nothing.";
  if (calls.length === 0) return "Nothing is left to call. Sum up.";
  const listed = calls.map((call) => JSON.stringify(call)).join("\n");
  return isRight
    ? `The right calls now are these, and no others:\n${listed}`
    : `Make these calls, as one would who does not know better:\n${listed}`;
}
