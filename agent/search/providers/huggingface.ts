import * as z from "zod";
import { callJson } from "./call.ts";
import type { Found, Provider } from "./provider.ts";

const Answer = z.array(
  z.object({
    id: z.string(),
    pipeline_tag: z.string().nullish(),
    library_name: z.string().nullish(),
    downloads: z.number().nullish(),
    likes: z.number().nullish(),
    tags: z.array(z.string()).default([]),
  }),
);

/** What the Hub calls the models of a modality. */
const TASKS: Record<string, string> = {
  image: "image-classification",
  text: "text-classification",
  audio: "audio-classification",
  tabular: "tabular-classification",
  "time-series": "time-series-forecasting",
  segmentation: "image-segmentation",
};

/** The Hugging Face Hub: names of pretrained models, by how often they are fetched. */
export function huggingface(token: string | null, baseUrl = "https://huggingface.co"): Provider {
  return {
    name: "huggingface",
    usdPerQuery: 0,
    finds: "models",
    async find({ modality, limit }, signal) {
      const url = new URL("/api/models", baseUrl);
      // The Hub matches words against names, so a sentence finds nothing: filter by task instead.
      url.searchParams.set("filter", TASKS[modality] ?? modality);
      for (const [name, value] of [
        ["sort", "downloads"],
        ["direction", "-1"],
        ["limit", String(limit)],
      ] as const)
        url.searchParams.set(name, value);
      const headers: Record<string, string> =
        token === null ? {} : { authorization: `Bearer ${token}` };
      const models = await callJson({ url, headers, signal }, Answer);
      return models.map((model) => describe(model));
    },
  };
}

function describe(model: z.infer<typeof Answer>[number]): Found {
  const license = model.tags.find((tag) => tag.startsWith("license:")) ?? "license unknown";
  const facts = [
    model.pipeline_tag ?? "task unknown",
    `library ${model.library_name ?? "unknown"}`,
    `${model.downloads ?? 0} downloads a month`,
    `${model.likes ?? 0} likes`,
    license,
  ].join("; ");
  return {
    title: model.id,
    url: `https://huggingface.co/${model.id}`,
    snippet: facts,
    text: null,
  };
}
