import { describe, expect, test } from "vitest";
import { chooseCards } from "../../../../agent/phases/retrieve/cards.ts";
import type { ChosenCard } from "../../../../agent/solution.ts";

const LONG = Array.from({ length: 8 }, (_, line) => `model_${line} = build(rows, depth=${line})`);

function card(modelName: string, family: string, more: Partial<ChosenCard> = {}): ChosenCard {
  const url = `https://example.org/${modelName}`;
  return {
    modelName,
    family,
    exampleCode: `fit_${modelName}()`,
    why: "",
    sources: [url],
    origin: "model",
    library: null,
    cost: null,
    seen: [{ url, title: modelName, sha256: null, license: null }],
    probe: { imports: true, ran: true, said: "" },
    ...more,
  };
}

const names = (cards: readonly ChosenCard[]) => cards.map(({ modelName }) => modelName);
const choose = (pool: readonly ChosenCard[], count: number, taken: readonly ChosenCard[] = []) =>
  names(chooseCards(pool, [], count, taken).chosen);

describe("the choice of cards for a track", () => {
  test("takes families once while there are others, then the best of the rest", () => {
    const pool = [card("a1", "trees"), card("a2", "trees"), card("b", "linear"), card("c", "mlp")];
    expect(choose(pool, 3)).toEqual(["a1", "b", "c"]);
    expect(choose(pool, 4)).toEqual(["a1", "a2", "b", "c"]);
  });

  test("avoids families of earlier tracks while the pool allows", () => {
    const taken = [card("x", "Trees"), card("y", "linear")];
    const pool = [card("a", "trees"), card("b", "lin-ear"), card("c", "mlp"), card("d", "knn")];
    expect(choose(pool, 2, taken)).toEqual(["c", "d"]);
    expect(choose(pool, 3, taken)).toEqual(["a", "c", "d"]);
  });

  test("passes over what cannot be imported, and says so", () => {
    const probe = { imports: false, ran: false, said: "No module named tabpfn" };
    const { chosen, passedOver } = chooseCards(
      [card("a", "x", { probe }), card("b", "y")],
      [],
      2,
      [],
    );
    expect(names(chosen)).toEqual(["b"]);
    expect(passedOver).toEqual([
      { modelName: "a", why: "cannot be imported: No module named tabpfn" },
    ]);
  });

  test("prefers what ran to what did not, and what has a source to what has none", () => {
    const failed = { imports: true, ran: false, said: "TypeError" };
    const pool = [card("a", "x", { probe: failed }), card("b", "y", { seen: [] }), card("c", "z")];
    expect(choose(pool, 3)).toEqual(["c", "b", "a"]);
  });

  test("holds no name or column against a card that only the rows of its try lacked", () => {
    const failed = { imports: true, ran: false };
    const pool = [
      card("a", "x", { probe: { ...failed, said: "NameError: name 'weights' is not defined" } }),
      card("b", "y", { probe: { ...failed, said: "KeyError: 'shop'" } }),
    ];
    expect(choose([...pool, card("c", "z")], 2)).toEqual(["a", "b"]);
  });

  test("knows one idea under two names or in two spellings", () => {
    const code = LONG.join("\n");
    const pool = [
      card("first", "x", { exampleCode: code }),
      card("second", "y", {
        exampleCode: `# another comment\n${code.replace("depth=3", "depth=4")}`,
      }),
      card("FIRST!", "z"),
      card("third", "w"),
    ];
    expect(choose(pool, 4)).toEqual(["first", "third"]);
  });

  test("takes a user's cards first, whatever speaks against them but an import", () => {
    const failed = { imports: true, ran: false, said: "it ended its process" };
    const own = card("mine", "trees", { origin: "user", probe: failed, seen: [] });
    expect(choose([card("a", "trees"), card("b", "mlp"), own], 2)).toEqual(["mine", "b"]);
  });

  test("fills up with spare ones: families nobody has, before a family comes twice", () => {
    const pool = [card("a1", "trees"), card("a2", "trees")];
    const spare = [card("b", "trees"), card("c", "mlp")];
    const { chosen, passedOver } = chooseCards(pool, spare, 2, []);
    expect(names(chosen)).toEqual(["a1", "c"]);
    expect(passedOver.map(({ modelName }) => modelName)).toEqual(["a2"]);
  });
});
