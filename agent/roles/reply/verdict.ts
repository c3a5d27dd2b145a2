import { type Reader, Unreadable } from "../role.ts";
import { prose } from "./readers.ts";

/** What a verifier says of a plan: three counts and the score, each a whole number from -100 to 100. */
export type PlanVerdict = {
  gain: number;
  grounded: number;
  feasible: number;
  score: number;
  why: string;
};

const NAMES = ["gain", "grounded", "feasible", "score"] as const;

/**
 * Reads lines such as `Score: -50`, bold or fenced, each of the four in any place; the last of each name counts. What is
 * missing, no whole number or out of range makes the reply unreadable: it is no score of -100.
 */
export const planVerdict: Reader<PlanVerdict> = {
  schema: null,
  read(text) {
    const reply = prose.read(text);
    if (reply instanceof Unreadable) return reply;
    const found = new Map<string, number>();
    for (const line of reply.split("\n")) {
      const [, name, number] =
        /^[\s>*_`#-]*(gain|grounded|feasible|score)\b[\s*_`]*[:=][\s*_`]*([-+−–]?\d+(?:\.\d+)?)(?:\s*\/\s*100)?[\s*_`.]*$/iu.exec(
          line,
        ) ?? [];
      if (name !== undefined && number !== undefined)
        found.set(name.toLowerCase(), Number(number.replace(/[−–]/u, "-")));
    }
    for (const name of NAMES) {
      const value = found.get(name);
      if (value === undefined)
        return new Unreadable(`there is no line "${name}: <whole number from -100 to 100>"`);
      if (!Number.isInteger(value) || Math.abs(value) > 100)
        return new Unreadable(`${name} is ${value}, no whole number from -100 to 100`);
    }
    const [gain = 0, grounded = 0, feasible = 0, score = 0] = NAMES.map((name) => found.get(name));
    const why = reply
      .split("\n")
      .filter((line) => !/^[\s>*_`#-]*(?:gain|grounded|feasible|score)\b[\s*_`]*[:=]/iu.test(line))
      .filter((line) => !/^\s*```/u.test(line))
      .join("\n")
      .trim();
    return { gain, grounded, feasible, score, why };
  },
};
