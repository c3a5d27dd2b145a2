import { expect, test } from "vitest";
import { Config } from "../../../../agent/config.ts";

const pool = {
  small: "anthropic:small",
  big: {
    model: "openai:big",
    baseUrl: "http://localhost:1/v1",
    context: 8000,
    price: { input: 1, output: 2 },
  },
  twin: "anthropic:small",
  book: "playbook",
};

const parsed = (roles: unknown, more: Record<string, unknown> = {}) =>
  Config.safeParse({ models: { pool, roles, ...more } });

test("a pool and a policy for each role are read, with the defaults of the policy", () => {
  const members = ["small", "big"];
  const { models } = Config.parse({
    models: {
      pool,
      roles: {
        planner: { policy: "debate", members },
        coder: { policy: "cascade", members },
        refiner: { policy: "router", members, downgrade: "false" },
        "leakage-checker": { policy: "vote", members: ["small", "big", "book"] },
      },
      default: "playbook",
    },
  });
  expect(models.roles).toMatchObject({
    planner: { rounds: 2, turnSeconds: 600 },
    coder: { confidence: null, minConfidence: 70 },
    refiner: { downgrade: false },
  });
  expect(models.of).toMatchObject({ default: { model: "playbook" } });
  // As it is recorded with a run, and read again.
  expect(Config.parse({ models: JSON.parse(JSON.stringify(models)) }).models).toEqual(models);
});

test.each([
  [
    { planner: { policy: "static", members: ["small"], turnSeconds: true } },
    /expected number, received boolean/u,
  ],
  [
    JSON.parse('{"__proto__": {"policy": "static", "members": ["small"]}}'),
    /"__proto__" cannot be a name/u,
  ],
  [
    { planer: { policy: "static", members: ["small"] } },
    /unknown role "planer"; known: retriever/u,
  ],
  [
    { planner: { policy: "quorum", members: ["small"] } },
    /unknown policy; known: static, cascade, router/u,
  ],
  [
    { planner: { policy: "static", members: ["smal"] } },
    /no member "smal" in the pool; known: small, big/u,
  ],
  [{ planner: { policy: "static", members: [] } }, /static needs at least 1 member$/u],
  [{ planner: { policy: "debate", members: ["small"] } }, /debate needs at least 2 members/u],
  [{ planner: { policy: "debate", members: ["big", "big"] } }, /"big" is named twice/u],
  [{ planner: { policy: "debate", members: ["small", "big"], judge: "big" } }, /Unrecognized key/u],
  [
    { planner: { policy: "fuse", members: ["small", "big"], judge: "twin" } },
    /judge "twin" is no member/u,
  ],
  [
    { planner: { policy: "vote", members: ["small", "big"] } },
    /vote is for leakage-checker, extractor/u,
  ],
  [
    { planner: { policy: "review", members: ["small", "big"] } },
    /planner writes none; review is for initializer/u,
  ],
  [
    { planner: { policy: "debate", members: ["small", "twin"] } },
    /"small" and "twin" are the same model/u,
  ],
  [
    { planner: { policy: "refine", members: ["small", "book"] } },
    /"book" \(playbook\) reads no prompt, and refine needs members that do$/u,
  ],
  [{ planner: { policy: "cascade", members: ["book", "small"] } }, /or set confidence: none/u],
  [
    { extractor: { policy: "cascade", members: ["small", "big"], confidence: "stated" } },
    /is data, which has no room/u,
  ],
  [{ planner: { policy: "static", members: ["small"], rounds: 3 } }, /Unrecognized key/u],
  [{ agent: { policy: "static", members: ["small"] } }, /works with tools/u],
  ["planner", /expected "name: …" lines/u],
])("%j is refused with one clear line", (roles, why) => {
  const [issue] = parsed(roles).error?.issues ?? [];
  expect(issue?.message).toMatch(why);
  expect(issue?.path.slice(0, 2)).toEqual(["models", "roles"]);
});

test("a cascade by checks alone may have the playbook, and a role has a model or a team", () => {
  const cascade = { policy: "cascade", members: ["book", "small"], confidence: "none" };
  expect(parsed({ planner: cascade }).success).toBe(true);
  const team = { planner: { policy: "static", members: ["small"] } };
  expect(parsed(team, { planner: "playbook" }).error?.issues[0]?.message).toMatch(
    /"planner" has both a model and a team/u,
  );
});

test("members that cannot stand in a place of the journal, and replays, are refused in the pool", () => {
  const refused = (id: string, model: string) =>
    Config.safeParse({ models: { pool: { [id]: model } } }).error?.issues[0];
  expect(refused("a/b", "playbook")).toMatchObject({ path: ["models", "pool", "a/b"] });
  expect(refused("a", "replay:run")?.message).toMatch(/--model replay:<run>/u);
});
