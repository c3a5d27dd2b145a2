import type { Effort, Model, Request } from "./model.ts";

/** A model as one role or phase wants it: how much thought, and how long a reply. */
export function withSettings(
  model: Model,
  { effort, maxOutputTokens }: { effort: Effort; maxOutputTokens: number | null },
): Model {
  if (effort === null && maxOutputTokens === null) return model;
  const set = (request: Request): Request => ({
    ...request,
    effort: effort ?? request.effort,
    maxOutputTokens: maxOutputTokens ?? request.maxOutputTokens,
  });
  return {
    name: model.name,
    ask: (request, signal, allow) => model.ask(set(request), signal, allow),
    worstCase: (request) => model.worstCase(set(request)),
  };
}
