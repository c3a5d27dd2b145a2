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
