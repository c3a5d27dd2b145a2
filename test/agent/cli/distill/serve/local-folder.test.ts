import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findModel, sharedAsked } from "../../../../../agent/cli/distill/serve/local-folder.ts";
import { temporaryFolder } from "../../../../sandbox/temporary-folder.ts";

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

test("an adapter of whatever origin stands on the base that it names, where that is here", async () => {
  await using place = await temporaryFolder();
  const base = join(place.path, "base");
  await write(place.path, {
    "base/config.json": "{}",
    "own/adapter_config.json": JSON.stringify({ base_model_name_or_path: base }),
    "far/adapter_config.json": JSON.stringify({ base_model_name_or_path: "org/model" }),
    "mute/adapter_config.json": "{}",
    "empty/notes.txt": "",
  });
  expect(await findModel("own", place.path)).toEqual({
    ...{ name: "own", folder: join(place.path, "own") },
    base,
    asked: null,
  });
  expect((await findModel("base", place.path)).base).toBe(base);
  await expect(findModel("far", place.path)).rejects.toThrow(
    "model local:far: the base of its adapter, org/model, is not on this machine: put the path of it into adapter_config.json",
  );
  await expect(findModel("mute", place.path)).rejects.toThrow("which it does not name, is not");
  await expect(findModel("empty", place.path)).rejects.toThrow(
    "model local:empty: expected what distill train or models merge wrote, a folder with config.json, or a .gguf file",
  );
  await expect(findModel("nowhere", place.path)).rejects.toThrow("there is no such folder");
});

test("models that were trained on different questions are refused, one that was not trained here is asked as the others", () => {
  const short = { brief: false, from: "# Plan", ownFrames: false, patch: false };
  const trained = { name: "a", asked: short };
  expect(sharedAsked([{ name: "base", asked: null }])).toBeNull();
  expect(sharedAsked([{ name: "base", asked: null }, trained])).toEqual(short);
  expect(() => sharedAsked([trained, { name: "b", asked: { ...short, from: null } }])).toThrow(
    "a and b were trained to be asked in different ways: no question is right for both",
  );
});
