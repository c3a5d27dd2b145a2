import { draw } from "../../agent/models/teams/simulated-members.ts";

/** A short question with one right answer among a few, for models that only continue text. */
export type ExamItem = { prompt: string; labels: readonly string[]; right: string };

const KINDS = {
  bird: ["eagle", "sparrow", "owl", "parrot", "pigeon", "swan", "crow", "penguin"],
  fish: ["trout", "salmon", "shark", "tuna", "carp", "eel", "herring", "pike"],
  tool: ["hammer", "saw", "drill", "wrench", "chisel", "shovel", "file", "axe"],
} as const;
const SAYINGS = {
  good: [
    "I loved every minute of it.",
    "It works well and is cheap.",
    "The best day of the year.",
    "Kind people and warm soup.",
    "I would buy it again.",
    "She smiled all evening.",
  ],
  bad: [
    "A dull, broken mess.",
    "I want my money back.",
    "Never again.",
    "It fell apart at once.",
    "Cold food and rude waiters.",
    "He slept through the show.",
  ],
} as const;

/** The item of a number: what kind a thing is, which of two numbers is larger, or whether a saying is good, in turn. */
export function examItem(seed: number, number: number): ExamItem {
  const at = (index: number, most: number) => Math.floor(draw(seed, 11, index, number) * most);
  const kinds = [kindItem, largerItem, sayingItem];
  return (kinds[number % kinds.length] ?? kindItem)(at);
}

type Draw = (index: number, most: number) => number;

function kindItem(at: Draw): ExamItem {
  const labels = ["bird", "fish", "tool"] as const;
  const right = labels[at(0, 3)] ?? "bird";
  const word = KINDS[right][at(1, 8)] ?? "";
  const ask = (each: string) => `Is a ${each} a bird, a fish or a tool?`;
  const prompt = `${ask("cod")} fish\n${ask("spade")} tool\n${ask(word)}`;
  return { prompt, labels, right };
}

function largerItem(at: Draw): ExamItem {
  const [a, step] = [10 + at(0, 80), 1 + at(1, 9)];
  const pair = at(2, 2) === 0 ? [a, a + step] : [a + step, a];
  const labels = pair.map(String);
  const ask = `Which is larger, ${labels.join(" or ")}?`;
  return {
    prompt: `Which is larger, 41 or 48? 48\n${ask}`,
    labels,
    right: String(a + step),
  };
}

function sayingItem(at: Draw): ExamItem {
  const labels = ["good", "bad"] as const;
  const right = labels[at(0, 2)] ?? "good";
  const saying = SAYINGS[right][at(1, 6)] ?? "";
  return {
    prompt: `"What a joy." Good or bad? good\n"A waste of time." Good or bad? bad\n"${saying}" Good or bad?`,
    labels,
    right,
  };
}

/** The answer in a reply: what it was asked to say as data, else the first of the possible answers in its words. */
export function answerIn(text: string, labels: readonly string[]): string | null {
  const places = labels.map((label) => ({
    label,
    at: new RegExp(`\\b${label}\\b`, "iu").exec(text)?.index ?? Number.POSITIVE_INFINITY,
  }));
  const first = places.toSorted((a, b) => a.at - b.at)[0];
  return first === undefined || first.at === Number.POSITIVE_INFINITY ? null : first.label;
}
