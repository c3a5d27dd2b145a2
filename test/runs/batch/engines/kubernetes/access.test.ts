import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findAccess } from "../../../../../runs/batch/engines/kubernetes/access.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-access-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function access(user: object, context: string | null = null) {
  const file = join(root, "config");
  const content = {
    "current-context": "one",
    clusters: [{ name: "made", cluster: { server: "https://127.0.0.1:9/" } }],
    users: [{ name: "ann", user }],
    contexts: [{ name: "one", context: { cluster: "made", user: "ann", namespace: "team" } }],
  };
  await writeFile(file, JSON.stringify(content));
  return findAccess(context, { ...process.env, KUBECONFIG: `${join(root, "nowhere")}:${file}` });
}

test("a token comes from kubectl's file, from a file that it names, or from a program", async () => {
  const written = await access({ token: "made-a" });
  expect(written).toMatchObject({ server: "https://127.0.0.1:9", namespace: "team" });
  expect(await written.headers()).toEqual({ authorization: "Bearer made-a" });
  await writeFile(join(root, "token"), "made-b\n");
  const named = await access({ tokenFile: "token" });
  expect(await named.headers()).toEqual({ authorization: "Bearer made-b" });
  // A token that changes is read again.
  await writeFile(join(root, "token"), "made-c\n");
  expect(await named.headers()).toEqual({ authorization: "Bearer made-c" });
  const program = join(root, "plugin");
  await writeFile(program, `#!/bin/sh\necho '{"status":{"token":"made-'$1-$MORE'"}}'\n`);
  await chmod(program, 0o755);
  const exec = { command: "./plugin", args: ["d"], env: [{ name: "MORE", value: "e" }] };
  const asked = await access({ exec });
  expect(await asked.headers()).toEqual({ authorization: "Bearer made-d-e" });
});

test("what kubectl's file lacks is told in one line, and nothing that is secret", async () => {
  await expect(access({}, "two")).rejects.toThrow(`${join(root, "config")} has no context "two"`);
  await expect(access({ "client-key": "no.key" })).rejects.toThrow(
    `${join(root, "no.key")}, named in ${join(root, "config")}, cannot be read`,
  );
  const failing = await access({ exec: { command: "false" } });
  await expect(failing.headers()).rejects.toThrow("false, which is to give a token, gave none");
  await writeFile(join(root, "broken"), "users: [{token: made-secret");
  const broken = findAccess(null, { KUBECONFIG: join(root, "broken") });
  await expect(broken).rejects.toThrow(
    new RegExp(`^kubernetes: ${join(root, "broken")} is not YAML$`, "u"),
  );
  await expect(findAccess(null, { HOME: root })).rejects.toThrow(
    "cannot be read, and this is no pod of a cluster; set KUBECONFIG",
  );
});
