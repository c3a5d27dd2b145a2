import { expect, test } from "vitest";
import { forecastRun } from "../../../../agent/cli/dry-run.ts";
import { readEnvironment } from "../../../../agent/cli/environment.ts";
import { routeModels } from "../../../../agent/cli/open/model-routing.ts";
import { resolveSettings } from "../../../../agent/cli/settings.ts";
import { ConfigInvalid } from "../../../../runs/errors.ts";
import { someRequest } from "../../../fakes/request.ts";
import { startChatServer } from "../../../fakes/servers/chat-server.ts";
import { saying } from "../../../fakes/servers/loopback-server.ts";
import { startMessagesServer } from "../../../fakes/servers/messages-server.ts";

const environment = { ...readEnvironment(), apiKey: null, baseUrl: null };

function route(set: readonly string[]) {
  const config = resolveSettings({ set: ["model=playbook", ...set] }, {});
  return routeModels(config, environment, "runs", () => undefined);
}

test("models that take turns are asked in turn, all other roles by the model of the run", async () => {
  const routing = await route([
    "policy=alternate",
    "turnModels=playbook,openai:local",
    "fallback=none",
    "baseUrl=http://localhost:1",
  ]);
  const names = [1, 2, 3, 4].map(
    (turn) => routing.modelFor("agent", `alternate/turn-${turn}/turn-1/ask`).name,
  );
  expect(names).toEqual(["playbook", "local", "playbook", "local"]);
  expect(routing.modelFor("leakage-checker", "alternate/attempt-1/leakage-1").name).toBe(
    "playbook",
  );
  expect(routing.describe).toContain("in turn: playbook, local");
  // Code of a language model: it is not trusted.
  expect(routing.isPlaybookOnly).toBe(false);
});

test("the base URL of models in turn is that of one provider: no other one's key goes there", async () => {
  await using server = await startChatServer(() => saying("fine"));
  await using other = await startMessagesServer(() => saying("fine"));
  const routing = await routeModels(
    resolveSettings(
      {
        model: "playbook",
        set: [
          "policy=alternate",
          "turnModels=openai:y,anthropic:claude-x",
          "fallback=none",
          `baseUrl=${server.url}/v1`,
        ],
      },
      {},
    ),
    { ...environment, apiKey: "secret", baseUrl: other.url },
    "runs",
    () => undefined,
  );
  const ask = (turn: number) => {
    const at = `alternate/turn-${turn}/turn-1/ask`;
    return routing
      .modelFor("agent", at)
      .ask(someRequest({ at, role: "agent" }), new AbortController().signal);
  };
  await ask(1);
  await ask(2);
  expect([server.calls.length, other.calls.length]).toEqual([1, 1]);
});

test("the base URL serves every model of its provider: roles, fallbacks, the pool; an own one goes before", async () => {
  await using server = await startChatServer(() => saying("fine"));
  await using own = await startChatServer(() => saying("fine"));
  const member = { model: "openai:elsewhere", baseUrl: `${own.url}/v1` };
  const routing = await routeModels(
    resolveSettings(
      {
        model: "playbook",
        models: {
          coder: "openai:coder",
          planner: { model: "playbook", fallbacks: ["openai:second"] },
          pool: { near: "openai:near", far: member },
          roles: { debugger: { policy: "static", members: ["near", "far"] } },
        },
        set: ["fallback=none", `baseUrl=${server.url}/v1`],
      },
      {},
    ),
    { ...environment, openai: { apiKey: null, baseUrl: null } },
    "runs",
    () => undefined,
  );
  const team = routing.teamFor("debugger");
  const asked = [
    routing.modelFor("coder", "track-1/refine-1"),
    ...(team?.members.map(({ model }) => model) ?? []),
  ];
  for (const model of asked)
    await model.ask(
      someRequest({ at: "track-1/refine-1", role: "coder" }),
      new AbortController().signal,
    );
  expect([server.calls.length, own.calls.length]).toEqual([2, 1]);
  // Opened without a key: the fallback has the address too.
  expect(routing.all.filter(({ isFallback }) => isFallback)).toHaveLength(1);
});

test("a base URL that is nobody's is refused", async () => {
  const config = resolveSettings({ set: ["baseUrl=http://localhost:1/v1"] }, {});
  await expect(routeModels(config, environment, "runs", () => undefined)).rejects.toThrow(
    'baseUrl "http://localhost:1/v1": no model is named that answers there; add --model anthropic:<model> or --model openai:<model>',
  );
});

test("turns without models, and models without turns, are refused", async () => {
  for (const [set, why] of [
    [["policy=alternate"], /needs two models/u],
    [["policy=alternate", "turnModels=playbook"], /needs two models/u],
    [["turnModels=playbook,playbook"], /add --policy alternate/u],
  ] as const) {
    await expect(route(set)).rejects.toThrow(ConfigInvalid);
    await expect(route(set)).rejects.toThrow(why);
  }
});

test("a member of the pool that cannot be opened is named", async () => {
  const team = { policy: "static", members: ["small"] };
  const models = { pool: { small: "opanai:x" }, roles: { planner: team } };
  const config = resolveSettings({ model: "playbook", models }, {});
  const routing = routeModels(config, environment, "runs", () => undefined);
  await expect(routing).rejects.toThrow(
    /^setting "models\.pool\.small": model "opanai:x": expected/u,
  );
});

test("a dry run says that models with tools cannot be forecast", async () => {
  const config = resolveSettings({ set: ["policy=native"] }, {});
  const progress = { line: () => undefined, event: () => undefined, close: () => undefined };
  const wanted = { reference: "x", given: {}, config, environment, runsDir: "runs" };
  const forecast = forecastRun(wanted as never, progress as never);
  await expect(forecast).rejects.toThrow(/--dry-run cannot forecast --policy native/u);
});
