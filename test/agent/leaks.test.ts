import { afterEach, expect, test } from "vitest";
import { screen } from "../../agent/leaks.ts";
import { openWorld, type World } from "../fakes/world.ts";

let world: World | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

const FETCHES = `import requests
open("submission.csv", "w").write(requests.get("https://hub.example/x").text)
`;

async function fatalWith(network: string, code = FETCHES): Promise<string | null> {
  world = await openWorld({ config: { network, leakageModel: false } });
  return (await screen(world.handle.run, "track-1/init-1", code)).fatal;
}

test("a script that reaches for the network is refused, where the run has none", async () => {
  expect(await fatalWith("none")).toMatch(/line 1: network: `requests` reaches the network/u);
});

test("where hosts are allowed the proxy decides, not a rule about the text", async () => {
  expect(await fatalWith("allow=hub.example")).toBeNull();
});

test("an open network opens nothing else", async () => {
  const code = `${FETCHES}import pandas as pd\npd.read_csv("/home/user/answers.csv")\n`;
  expect(await fatalWith("allow=hub.example", code)).toMatch(/line 4: (?:answers|outside-path)/u);
});
