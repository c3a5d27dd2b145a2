import { fenced, section } from "../prompt/text.ts";
import { prose } from "../reply/readers.ts";
import type { Role } from "../role.ts";
import type { QuestionInput } from "./inputs.ts";

const RULES = section(
  "Task",
  `Write what a user would say to have exactly the calls below made, in their order: one message of a few sentences.
- Name no tool and no parameter by its name: say what is wanted in plain words.
- Give every value that a call must have, character for character (code in full), unless an earlier call answers with it.
- A call that is marked "from the answer of call n" takes what it must have from there: ask for it without its values.
- Take names of files, columns, scripts and solutions from what is known.`,
);

const MISSING = {
  function:
    "None of the tools that the user has can do this: ask for it all the same, as if one could.",
  parameters:
    "Leave out a value that this call must have and that nothing known gives, so that it has to be asked back.",
};

/** Back-translation of Magnet: from calls to the words of a user. */
export const questionWriter: Role<QuestionInput, string> = {
  name: "tool-question-writer",
  prompt: (input) => ({ rules: RULES, script: "", rest: aroundText(input) }),
  reply: prose,
};

/** What both translations are shown. */
export function aroundText({ tools, calls, missing, known, earlier }: QuestionInput): string {
  const wanted = calls.map(({ id, tool, nestedIn }) =>
    nestedIn === null ? `${id}. ${tool}` : `${id}. ${tool} (from the answer of call ${nestedIn})`,
  );
  const asked = missing === null ? wanted.join("\n") : `${missing.tool}. ${MISSING[missing.kind]}`;
  return (
    section("Tools", fenced(JSON.stringify(tools), "json")) +
    section("Known", fenced(JSON.stringify(known, null, 1), "json")) +
    section(
      "Answers so far",
      earlier.map(({ id, tool, text }) => `${id}. ${tool}:\n${fenced(text, "text")}`).join("\n"),
    ) +
    section("Calls", asked)
  );
}
