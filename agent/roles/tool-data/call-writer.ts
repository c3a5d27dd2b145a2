import * as z from "zod";
import { section } from "../prompt/text.ts";
import { list } from "../reply/readers.ts";
import type { Role } from "../role.ts";
import type { CallsInput, MadeCall } from "./inputs.ts";
import { aroundText } from "./question-writer.ts";

const RULES = section(
  "Task",
  `Write the calls that do what the user says: those listed, in their order, each with all arguments that it must have.
- Values come from the user's words or from what is known, character for character.
- A value that only the answer of a call will give is written as "$<number of the call>.<property>", as in "$3.solution" or "$0.files.0.file".
Answer with JSON only, in exactly this form:
{"calls": [{"id": 0, "tool": "…", "arguments": {}}]}`,
);

const Call = z.object({
  id: z.number().int(),
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
});

/** Forward translation of Magnet: from the words of a user to calls that can be executed. */
export const callWriter: Role<CallsInput, MadeCall[]> = {
  name: "tool-call-writer",
  prompt: (input) => ({
    rules: RULES,
    script: "",
    rest: aroundText(input) + section("The user says", input.question),
  }),
  reply: list("calls", Call),
};
