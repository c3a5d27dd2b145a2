import type { Request } from "../../agent/models/model.ts";
import type { ScriptedAnswer } from "../../agent/models/scripted.ts";

/** A script of the default world; the number is the score the sandbox will give it. */
export function script(score: number, note = "x"): string {
  return [
    "import pandas as pd",
    "",
    "# --- read the data",
    'train = pd.read_csv("./input/train.csv")',
    'test = pd.read_csv("./input/test.csv")',
    "",
    "# --- features",
    `feature = "${note}"`,
    "",
    "# --- model",
    `quality = ${score}`,
    "",
    "# --- write the submission",
    'test[["id"]].assign(y=quality).to_csv("./submission.csv", index=False)',
    "",
  ].join("\n");
}

const fenced = (code: string): string => `\`\`\`python\n${code}\`\`\``;

/** What the default world's model says: every attempt a little better than the one before. */
export function defaultAnswer(request: Request, scores: () => number): ScriptedAnswer {
  const input = request.input as Record<string, never>;
  switch (request.role) {
    case "retriever": {
      const { count = 1, tracks = [1] } = input as { count?: number; tracks?: number[] };
      const cards = tracks.flatMap((track) =>
        Array.from({ length: count }, (_, index) => ({
          modelName: `model ${track}.${index + 1}`,
          exampleCode: "model.fit(x, y)",
          family: `family-${track}-${index + 1}`,
          why: "it fits",
          sources: ["https://example.org/paper"],
        })),
      );
      return JSON.stringify(cards);
    }
    case "initializer":
    case "merger":
    case "ensembler":
    case "debugger":
    case "test-writer":
      return fenced(script(scores()));
    case "data-usage":
      return "All the provided information is used.";
    case "ablation": {
      const { blocks = [], count = 1 } = input as {
        blocks?: { id: string; text: string; isProtected: boolean }[];
        count?: number;
      };
      const open = blocks.filter(({ isProtected }) => !isProtected);
      const variants = Array.from({ length: count }, (_, index) => {
        const block = open[index % Math.max(1, open.length)];
        return {
          block: block?.id ?? "block-1",
          what: `without ${index + 1}`,
          code: `quality = ${0.1 + index / 100}\nfeature = "none ${index}"`,
        };
      });
      return JSON.stringify(variants);
    }
    case "summarizer":
      return "The model matters most.";
    case "extractor": {
      const { blocks = [] } = input as { blocks?: { id: string }[] };
      return JSON.stringify({ block: blocks.at(-1)?.id, plan: "Tune the model with more trees." });
    }
    case "planner":
    case "ensemble-planner":
      return "Use a smaller learning rate and more trees, then average.";
    case "coder":
      return fenced(`quality = ${scores()}\n`);
    case "refiner": {
      const { blocks = [] } = input as { blocks?: { id: string; isProtected: boolean }[] };
      const block = blocks.filter(({ isProtected }) => !isProtected).at(-1);
      return `Use more trees.\n\n${block?.id}:\n${fenced(`quality = ${scores()}\n`)}`;
    }
    case "leakage-checker":
      return JSON.stringify({ leaky: false, block: "", why: "" });
    default:
      return "null";
  }
}
