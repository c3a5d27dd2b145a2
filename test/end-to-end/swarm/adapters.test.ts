import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moveAdapters } from "../../../agent/cli/swarm/adapters.ts";
import { shares } from "../../../agent/swarm/pso.ts";
import type { AdapterMove } from "../../../agent/swarm/weights.ts";
import { trainer } from "../distill/tiny.ts";

/** Writes and reads the two matrices of a LoRA. */
const WRITE = `import json, sys, numpy
from safetensors.numpy import save_file
folder, a, b = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
save_file({"lora_A": numpy.array(a, "float32"), "lora_B": numpy.array(b, "float32")}, folder + "/adapter_model.safetensors")
`;
const READ = `import json, sys
from safetensors.numpy import load_file
print(json.dumps([{k: v.tolist() for k, v in load_file(p).items()} for p in sys.argv[1:]]))
`;

describe.skipIf(trainer === null)("the weights of adapters", () => {
  let root: string;
  const of = (name: string) => join(root, name);
  const python = (program: string, ...args: string[]) =>
    execFileSync(trainer ?? "", ["-c", program, ...args], { encoding: "utf8" });

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "mle-star-adapters-"));
    const made: [string, number, number][] = [
      ["x", 0, 1],
      ["p", 1, 1],
      ["g", 2, 3],
      ["w", -1, 1],
    ];
    for (const [name, a, b] of made) {
      await mkdir(of(name));
      await writeFile(join(of(name), "adapter_config.json"), "{}");
      const matrix = (value: number) =>
        JSON.stringify([
          [value, 0.5],
          [value, -0.5],
        ]);
      python(WRITE, of(name), matrix(a), matrix(b));
    }
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const pull = { own: 0.2, personal: 0.3, global: 0.4, worst: 0.1 };
  const ones = { own: 1, personal: 1, global: 1, worst: 1 };
  const move = (out: string): AdapterMove => ({
    x: of("x"),
    velocity: null,
    towards: of("p"),
    personal: of("p"),
    global: of("g"),
    worst: of("w"),
    shares: shares(pull, ones),
    step: 0.5,
    out: of(out),
  });

  test("two by two LoRAs move as by hand: v' = .2 v + .3 (p - x) + .4 (g - x) - .1 (w - x), x' = x + .5 v'", async () => {
    await moveAdapters([move("next")], { python: trainer ?? "", folder: of("moves") });
    const [x, v] = JSON.parse(
      python(READ, of("next/adapter_model.safetensors"), of("next/velocity.safetensors")),
    );
    // The first column of A: v = p - x = 1, so .2 + .3 + .8 + .1 = 1.4, and half of it is .7. Of B: g alone is elsewhere.
    const close = (value: number) => expect.closeTo(value, 6);
    expect(v).toEqual({
      lora_A: [
        [close(1.4), close(0)],
        [close(1.4), close(0)],
      ],
      lora_B: [
        [close(0.8), close(0)],
        [close(0.8), close(0)],
      ],
    });
    expect(x).toEqual({
      lora_A: [
        [close(0.7), close(0.5)],
        [close(0.7), close(-0.5)],
      ],
      lora_B: [
        [close(1.4), close(0.5)],
        [close(1.4), close(-0.5)],
      ],
    });
    // Its own velocity goes on: .2 × 1.4 + .3 × .3 + .4 × 1.3 + .1 × 1.7 = 1.06.
    const later = { ...move("later"), x: of("next"), velocity: of("next"), towards: null };
    await moveAdapters([later], { python: trainer ?? "", folder: of("moves") });
    const [next] = JSON.parse(python(READ, of("later/velocity.safetensors")));
    expect(next.lora_A[0][0]).toBeCloseTo(1.06, 5);
  });

  test("adapters of other ranks are refused with one line", async () => {
    await mkdir(of("odd"), { recursive: true });
    python(WRITE, of("odd"), "[[1.0]]", "[[1.0]]");
    const odd = { ...move("never"), global: of("odd") };
    await expect(
      moveAdapters([odd], { python: trainer ?? "", folder: of("moves") }),
    ).rejects.toThrow(
      /are adapters of other bases or ranks: they cannot move towards each other$/u,
    );
  });
});
