/** What the columns of a competition are called. */
export type Names = { id: string; x: string; noise: string; town: string; target: string };
export type NameForm = keyof typeof NAMES;

/** A text of so many characters that ends in what tells it from others. */
function long(ending: string): string {
  return `${"a very long name ".repeat(60).slice(0, 999 - ending.length)} ${ending}`;
}

const named = (id: string, x: string, noise: string, town: string, target: string): Names => ({
  ...{ id, x, noise, town, target },
});

export const NAMES = {
  plain: named("id", "x", "noise", "town", "y"),
  blanks: named("row id", "the x", "a  noise", "my town", "the answer"),
  "quotes and commas": named('id "of", row', "it's x", '"noise"', ",`town`", 'y, "really"'),
  newlines: named("row\r\nid", "x\ny", "noise\n\n", "town\r\nname", "the\nanswer"),
  "emoji and other scripts": named("🔑 Nº", "größe", "шум", "🏘️", "e\u0301tat 都市"),
  "words that programs keep": named("constructor", "__proto__", "columns", "class", "count"),
  "a thousand characters": named(long("id"), long("x"), long("noise"), long("town"), long("y")),
  numbers: named("0", "1", "2", "3", "4"),
  markup: named("<id>", "{x}", "%s\\n", "[town]", "$" + "{y}"),
} as const satisfies Record<string, Names>;

/** The names of several targets. */
export function targetNames(names: Names, count: number): string[] {
  return count === 1
    ? [names.target]
    : Array.from({ length: count }, (_, place) => `${names.target} ${place + 1}`);
}
