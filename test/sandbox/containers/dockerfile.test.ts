import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { dockerfileFor, lineOf } from "../../../sandbox/containers/dockerfile.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const dockerfile = `# comment
ARG BASE=slim
ARG NODE=node
# of a
FROM \${BASE} AS a
RUN echo a \\
 && echo more

FROM \${NODE} AS n
RUN echo n
FROM a AS b
COPY --from=n /x /x
FROM a AS c
RUN echo c
`;

test("a target is its stages, those they take from, and the arguments these use", () => {
  expect(dockerfileFor("a", dockerfile)).toBe(
    dockerfile
      .split("\n")
      .filter((_, index) => [1, 4, 5, 6].includes(index))
      .join("\n")
      .concat("\n"),
  );
  expect(dockerfileFor("c", dockerfile)).not.toContain("echo n");
  expect(dockerfileFor("b", dockerfile)).toMatch(
    /^ARG BASE=slim\nARG NODE=node\nFROM \$\{BASE\} AS a.*AS n\n.*AS b\nCOPY --from=n \/x \/x\n$/su,
  );
});

test("a change to one stage changes only the targets that need it", () => {
  const changed = dockerfile.replace("echo c", "echo d").replace("# comment", "# other");
  expect(dockerfileFor("a", changed)).toBe(dockerfileFor("a", dockerfile));
  expect(dockerfileFor("c", changed)).not.toBe(dockerfileFor("c", dockerfile));
  expect(() => dockerfileFor("z", dockerfile)).toThrow(/no target z/u);
});

test("an instruction is found by its line, however the engine spaces it", () => {
  expect(lineOf("RUN echo a && echo more", dockerfile)).toBe(6);
  expect(lineOf("COPY --from=n /x /x", dockerfile)).toBe(12);
  expect(lineOf("RUN other", dockerfile)).toBeNull();
  expect(lineOf("", dockerfile)).toBeNull();
});

test("the shipped Dockerfile has its three targets, and no hidden answers in any of them", async () => {
  const shipped = await readFile(join(root, "Dockerfile"), "utf8");
  expect(dockerfileFor("cpu", shipped)).not.toMatch(/requirements-gpu|AS node|AS agent/u);
  expect(dockerfileFor("gpu", shipped)).not.toMatch(/AS node|AS agent/u);
  expect(dockerfileFor("agent", shipped)).toMatch(/AS cpu.*AS node.*AS agent/su);
  expect(await readFile(join(root, ".dockerignore"), "utf8")).toContain(
    "\ntasks/shipped/answers\n",
  );
});
