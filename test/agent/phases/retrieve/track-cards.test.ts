import { describe, expect, test } from "vitest";
import type { SearchHit } from "../../../../agent/search/search.ts";
import type { ModelCard } from "../../../../agent/solution.ts";
import { runWorld } from "../../../fakes/run-world.ts";
import { found, provider, scriptedWeb } from "../../../fakes/scripted-web.ts";
import { noWeb } from "../../../fakes/web.ts";
import { of, retrieved } from "./retrieved.ts";

const hit = (family: string): SearchHit => ({
  title: `The ${family}`,
  url: `https://catalogue.example.org/${family}`,
  family,
  text: "Where rows are many.",
  code: `fit("${family}")`,
  library: family,
  cost: "seconds",
  kind: "model",
});

describe("the cards of the tracks", () => {
  const say = (cards: Partial<ModelCard>[]) => (request: { role: string }) =>
    request.role === "retriever"
      ? JSON.stringify({
          cards: cards.map((each, index) => ({
            modelName: `m${index}`,
            exampleCode: "model.fit(x, y)",
            family: `f${index}`,
            why: "",
            sources: [],
            ...each,
          })),
        })
      : null;

  test("know which of their sources anybody has seen", async () => {
    const web = scriptedWeb([provider("a", async () => [found("one", "Text license:mit of one")])]);
    const sources = ["http://www.one.example.org/#part", "https://invented.example.org/"];
    const { events } = await retrieved({
      web,
      answers: say([{ sources }, { sources: ["https://invented.example.org/"] }]),
      config: { tracks: 1 },
    });
    const [chosen] = of(events, "cards-chosen");
    expect(chosen?.value.cards).toMatchObject([
      { modelName: "m0", seen: [{ url: "https://one.example.org/", license: "mit" }] },
      { modelName: "m1", seen: [] },
    ]);
  });

  test("share no family between tracks while the catalogue has others", async () => {
    const families = ["lightgbm", "linear", "mlp", "knn", "svm", "forest"];
    const answers = say([{ family: "lightgbm" }, { family: "linear" }]);
    const { tracks } = await retrieved({
      hits: families.map(hit),
      answers,
      config: { tracks: 3, candidates: 2 },
    });
    const taken = tracks.flat().map(({ family }) => family);
    expect(new Set(taken).size).toBe(taken.length);
    expect(tracks.map((cards) => cards.length)).toEqual([2, 2, 2]);
  });

  test("take in what the user gave", async () => {
    const own = (modelName: string) => ({
      ...hit(modelName),
      modelName,
      exampleCode: "mine()",
      why: "",
      sources: [],
      origin: "user" as const,
      library: null,
      cost: null,
      seen: [],
      probe: null,
    });
    const { tracks } = await retrieved({ userCards: [own("mine"), own("mine-too")] });
    expect(tracks.map((cards) => cards[0]?.modelName)).toEqual(["mine", "mine-too"]);
  });

  test("are tried in the sandbox before they are chosen, and those of the catalogue are not", async () => {
    const said = (imports: boolean, ran: boolean) =>
      `probed ${JSON.stringify({ imports, ran, said: "why" })}`;
    const log = [said(false, false), said(true, false), said(true, true)].join("\n");
    const { events, tracks } = await retrieved({
      hits: [hit("listed")],
      answers: say([{}, {}, {}, { exampleCode: hit("listed").code }]),
      behavior: () => ({ log }),
      config: { tracks: 1, candidates: 2 },
    });
    expect(of(events, "probed")[0]?.value.cards.map(({ modelName }) => modelName)).toEqual([
      "m0",
      "m1",
      "m2",
    ]);
    expect(tracks[0]?.map(({ modelName }) => modelName)).toEqual(["m2", "m3"]);
    expect(of(events, "cards-chosen")[0]?.value.passedOver[0]?.why).toContain("cannot be imported");
  });

  test("stay with a probe that broke down, and without one where it is switched off", async () => {
    const broken = await retrieved({ behavior: () => ({ outcome: "out-of-memory" as const }) });
    expect(broken.tracks.map((cards) => cards.length)).toEqual([2, 2]);
    const off = await retrieved({
      config: { probeCards: false },
      web: noWeb({ id: "x", title: "x" }),
    });
    expect(of(off.events, "probed")).toEqual([]);
  });
});

const askedFor = ({ role }: { role: string }) => role === "retriever";

test("are named for all tracks in one answer: each begins with its own, and takes what others left where there are too few", async () => {
  const cards = ["a", "b", "c"].map((modelName) => ({
    modelName,
    exampleCode: `fit_${modelName}()`,
    family: modelName,
    why: "",
    sources: [],
  }));
  const { tracks, model, events } = await retrieved({
    answers: (request) => (askedFor(request) ? JSON.stringify({ cards }) : null),
    hits: ["a", "b", "c", "d"].map(hit),
    config: { tracks: 2, candidates: 2, refinement: "script" },
  });
  expect(tracks.map((each) => each.map(({ family }) => family))).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
  const [question, ...more] = model.asked.filter(askedFor);
  expect(question?.input).toMatchObject({ count: 2, tracks: [1, 2], exclude: [] });
  expect(more).toEqual([]);
  expect(of(events, "cards-chosen").map(({ key }) => key)).toEqual([
    "track-1/retrieve/chosen",
    "track-2/retrieve/chosen",
  ]);
  expect(of(events, "cards-chosen").flatMap(({ value }) => value.passedOver)).toEqual([]);
});

test("are asked for track by track in the paper's way: the second retriever gets what the first one took", async () => {
  await using ran = await runWorld({ config: { tracks: 2, refinement: "block" } });
  const [, second] = ran.world.model.asked.filter(askedFor);
  expect(second?.input).toMatchObject({ tracks: [2], exclude: ["family-1-1", "family-1-2"] });
});
