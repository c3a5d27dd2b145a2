import * as z from "zod";
import { callJson } from "./call.ts";
import type { Found, Provider } from "./provider.ts";

const Listed = z.array(
  z.object({
    ref: z.string(),
    title: z.string(),
    totalVotes: z.number().nullish(),
  }),
);
const Pulled = z.object({ blob: z.object({ source: z.string().nullish() }) });

/** How many of the listed kernels are fetched with their source. */
const MAX_SOURCES = 3;

/** Kaggle's public kernels: what others wrote, for this very competition too. Never asked in benchmark mode. */
export function kaggle(user: string, key: string, baseUrl = "https://www.kaggle.com"): Provider {
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${key}`).toString("base64")}` };
  const source = async (ref: string, signal: AbortSignal): Promise<string | null> => {
    const [userName = "", kernelSlug = ""] = ref.split("/");
    const url = new URL("/api/v1/kernels/pull", baseUrl);
    url.searchParams.set("userName", userName);
    url.searchParams.set("kernelSlug", kernelSlug);
    const { blob } = await callJson({ url, headers, signal }, Pulled);
    return blob.source ?? null;
  };
  return {
    name: "kaggle",
    usdPerQuery: 0,
    finds: "code",
    async find({ text, limit }, signal) {
      const url = new URL("/api/v1/kernels/list", baseUrl);
      const asked = { search: text, sortBy: "voteCount", language: "python", pageSize: `${limit}` };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      const listed = await callJson({ url, headers, signal }, Listed);
      const found: Found[] = [];
      for (const [index, { ref, title, totalVotes }] of listed.entries()) {
        found.push({
          title,
          url: `https://www.kaggle.com/code/${ref}`,
          snippet: `${totalVotes ?? 0} votes`,
          text: index < MAX_SOURCES ? await source(ref, signal) : null,
        });
      }
      return found;
    },
  };
}
