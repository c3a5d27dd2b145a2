import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { namespaceObstacle } from "../../../sandbox/bubblewrap/user-namespaces.ts";

let settings: string;
beforeEach(async () => {
  settings = await mkdtemp(join(tmpdir(), "mle-settings-"));
  // As they are where nothing is forbidden.
  set("kernel/unprivileged_userns_clone", "1");
  set("user/max_user_namespaces", "63204");
  set("kernel/apparmor_restrict_unprivileged_userns", "0");
});
afterEach(() => rm(settings, { recursive: true, force: true }));

function set(file: string, value: string): void {
  const path = join(settings, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${value}\n`);
}

test("no setting is blamed where none forbids, nor in a kernel without them", async () => {
  expect(await namespaceObstacle(settings)).toBeNull();
  expect(await namespaceObstacle(join(settings, "none"))).toBeNull();
});

test.each([
  ["kernel/unprivileged_userns_clone", "0", /unprivileged_userns_clone=1/],
  ["user/max_user_namespaces", "0", /max_user_namespaces=15000/],
  ["kernel/apparmor_restrict_unprivileged_userns", "1", /profile with `userns,` for bwrap/],
])("%s at %s is named with the way out", async (file, value, message) => {
  set(file, value);
  expect(await namespaceObstacle(settings)).toMatch(message);
});
