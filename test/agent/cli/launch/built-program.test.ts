import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { builtProgram } from "../../../../agent/cli/launch/built-program.mjs";

/** A package of three sources, one of them loaded late, one with a file beside it, which print what they are. */
async function clone(): Promise<{ root: string; builds: string } & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), "mle-star-build-"));
  for (const room of ["sandbox", "tasks"]) await mkdir(join(root, room));
  const files = {
    "agent/cli/main.ts": `import { readFileSync } from "node:fs";
import { named } from "../named.ts";
const { late } = await import("../../runs/late.ts");
const beside: string = readFileSync(new URL("./beside.txt", import.meta.url), "utf8");
console.log([named.constructor.name, late, beside].join(" "));`,
    "agent/cli/beside.txt": "beside",
    "agent/named.ts": "class Named {}\nexport const named = new Named();",
    "runs/late.ts": 'export const late = "late" as const;',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return {
    root,
    builds: join(root, "node_modules", ".cache", "mle-star"),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Builds beside which it is noted of which files they are. */
async function buildsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith("of-"));
}

function printedBy(main: string | null): string {
  const code = `await import(${JSON.stringify(pathToFileURL(main ?? "").href)})`;
  const args = ["--input-type=module", "--eval", code];
  return execFileSync(process.execPath, args, { encoding: "utf8" }).trim();
}

test("sources are translated once, and again when one of them has changed", async () => {
  await using made = await clone();
  const { root, builds } = made;
  const first = await builtProgram(root);
  expect(printedBy(first)).toBe("Named late beside");
  // Who installed it may be another user than who starts it.
  expect((await stat(dirname(first ?? ""))).mode & 0o777).toBe(0o755);
  // What is there is taken as it is.
  await writeFile(first ?? "", "console.log('as it is')");
  expect(await builtProgram(root)).toBe(first);
  expect(printedBy(first)).toBe("as it is");

  await writeFile(join(root, "runs", "late.ts"), 'export const late = "changed";');
  expect(printedBy(await builtProgram(root))).toBe("Named changed beside");
  expect(await buildsIn(builds)).toHaveLength(2);
});

test("what lies in the folders of runs is none of the sources", async () => {
  await using made = await clone();
  const first = await builtProgram(made.root);
  await mkdir(join(made.root, "runs", "houses", "r1"), { recursive: true });
  await writeFile(join(made.root, "runs", "houses", "r1", "left.ts"), "no code");
  expect(await builtProgram(made.root)).toBe(first);
});

test("pages are translated as tsconfig.json says, and again when one of them or it has changed", async () => {
  await using made = await clone();
  const { root, builds } = made;
  const write = (path: string, text: string) => writeFile(join(root, path), text);
  const settings = (source: string) =>
    write("tsconfig.json", `{"compilerOptions":{"jsx":"react-jsx","jsxImportSource":"${source}"}}`);
  for (const name of ["one", "two"]) {
    await mkdir(join(root, "node_modules", name), { recursive: true });
    const runtime = `exports.jsx = (tag, { children }) => "${name} " + tag + " " + children;`;
    await write(`node_modules/${name}/jsx-runtime.js`, runtime);
    const shown = { name, exports: { "./jsx-runtime": "./jsx-runtime.js" } };
    await write(`node_modules/${name}/package.json`, JSON.stringify(shown));
  }
  await write("agent/cli/main.ts", 'import { page } from "../page.tsx"; console.log(page);');
  await write("agent/page.tsx", "export const page = <p>{1 as number}</p>;");
  await settings("one");
  expect(printedBy(await builtProgram(root))).toBe("one p 1");
  await write("agent/page.tsx", "export const page = <b>{2 as number}</b>;");
  expect(printedBy(await builtProgram(root))).toBe("one b 2");
  await settings("two");
  expect(printedBy(await builtProgram(root))).toBe("two b 2");
  expect(await buildsIn(builds)).toHaveLength(3);
});

test("what every command needs is in the build, of the version that is installed", async () => {
  await using made = await clone();
  const { root, builds } = made;
  const install = async (version: string) => {
    await mkdir(join(root, "node_modules", "zod"), { recursive: true });
    const manifest = { name: "zod", version, main: "index.js" };
    await writeFile(join(root, "node_modules/zod/package.json"), JSON.stringify(manifest));
    const code = `exports.said = "zod ${version} of " + require("node:path").basename("/a/b");`;
    await writeFile(join(root, "node_modules/zod/index.js"), code);
  };
  await install("1.0.0");
  const main = 'import { said } from "zod"; console.log(said);';
  await writeFile(join(root, "agent/cli/main.ts"), main);
  const first = await builtProgram(root);
  await rm(join(root, "node_modules/zod"), { recursive: true });
  expect(printedBy(first)).toBe("zod 1.0.0 of b");
  await install("1.0.1");
  expect(printedBy(await builtProgram(root))).toBe("zod 1.0.1 of b");
  expect(await buildsIn(builds)).toHaveLength(2);
});

test("a build that somebody removed is made again", async () => {
  await using made = await clone();
  const first = await builtProgram(made.root);
  await rm(dirname(first ?? ""), { recursive: true });
  expect(printedBy(await builtProgram(made.root))).toBe("Named late beside");
});

test("programs that start side by side share one build, and leave nothing half-made", async () => {
  await using made = await clone();
  const { root, builds } = made;
  const mains = await Promise.all([builtProgram(root), builtProgram(root), builtProgram(root)]);
  expect(new Set(mains).size).toBe(1);
  expect(printedBy(mains[0])).toBe("Named late beside");
  expect(await buildsIn(builds)).toHaveLength(1);
});

test("a build of long ago is removed when a new one is made, one of yesterday is kept", async () => {
  await using made = await clone();
  const { root, builds } = made;
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  for (const [name, days] of [
    ["old", 40],
    ["recent", 1],
  ] as const) {
    await mkdir(join(builds, name), { recursive: true });
    await utimes(join(builds, name), daysAgo(days), daysAgo(days));
  }
  await builtProgram(root);
  const names = await buildsIn(builds);
  expect(names).toContain("recent");
  expect(names).not.toContain("old");
});

test("a build is used though nothing more can be kept beside it", async () => {
  await using made = await clone();
  const { root, builds } = made;
  const first = await builtProgram(root);
  for (const name of await readdir(builds))
    if (name.startsWith("of-")) {
      await rm(join(builds, name));
      // As a folder of another user's would, it refuses a file of this name.
      await mkdir(join(builds, name));
    }
  expect(await builtProgram(root)).toBe(first);
});

test("nothing is built where nothing can be kept", async () => {
  await using made = await clone();
  await writeFile(join(made.root, "node_modules"), "no folder");
  expect(await builtProgram(made.root)).toBeNull();
});

test("a source that cannot be translated is named", async () => {
  await using made = await clone();
  await writeFile(join(made.root, "runs", "late.ts"), "const = 1;");
  await expect(builtProgram(made.root)).rejects.toThrow(/runs\/late\.ts:1:6/u);
});
