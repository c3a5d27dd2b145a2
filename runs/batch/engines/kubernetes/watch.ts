import * as z from "zod";
import { EngineRefused } from "../../../errors.ts";
import type { Rest } from "../rest.ts";

/** What a list and an event of any kind have in common. */
const Meta = z.looseObject({ metadata: z.looseObject({ name: z.string().optional() }) });
const List = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().nullish() }),
  items: z.array(z.unknown()),
});
const Event = z.object({
  type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]),
  object: z.looseObject({
    code: z.number().optional(),
    metadata: z.looseObject({
      name: z.string().optional(),
      resourceVersion: z.string().optional(),
    }),
  }),
});

/** Objects to a page of a list. */
const PAGE = 500;
/** How long a watch waits for changes; the next one goes on where it ended. */
const WATCH_SECONDS = 1;
const GONE = 410;
/** How often a list is begun anew because its pages have expired. */
const MAX_LISTS = 5;

/**
 * All objects of one kind with that label, by name. The first call lists them; the next ones ask for what has changed,
 * and list anew when the server does not know that any more (410 Gone).
 */
export function watched<T>(
  ask: Rest,
  { path, label, shape }: { path: string; label: string; shape: z.ZodType<T> },
): () => Promise<ReadonlyMap<string, T>> {
  let known = new Map<string, T>();
  let version: string | null = null;
  const query = (more: Record<string, string>) =>
    `${path}?${new URLSearchParams({ labelSelector: label, ...more })}`;

  const list = async () => {
    for (let tries = 1; ; tries++) {
      const pages = await allPages(ask, query);
      if (pages !== null) {
        known = new Map(pages.items.map((item) => [nameOf(item), shape.parse(item)]));
        version = pages.version;
        return;
      }
      if (tries === MAX_LISTS) throw new EngineRefused(`kubernetes: the list of ${path} expires`);
    }
  };
  const take = ({ type, object }: z.infer<typeof Event>) => {
    if (type === "ERROR") return;
    version = object.metadata.resourceVersion ?? version;
    const name = object.metadata.name ?? "";
    if (type === "DELETED") known.delete(name);
    else if (type !== "BOOKMARK") known.set(name, shape.parse(object));
  };
  /** False where the server does not know any more what came after that version. */
  const follow = async (from: string): Promise<boolean> => {
    const more = { watch: "true", allowWatchBookmarks: "true", resourceVersion: from };
    const answer = await ask("GET", query({ ...more, timeoutSeconds: String(WATCH_SECONDS) }));
    if (answer.status === GONE) return false;
    const events = eventsOf(answer.text);
    for (const event of events) take(event);
    return !events.some(({ type }) => type === "ERROR");
  };
  return async () => {
    if (version === null || !(await follow(version))) await list();
    return known;
  };
}

/** Null where a page has expired. */
async function allPages(ask: Rest, query: (more: Record<string, string>) => string) {
  const items: unknown[] = [];
  let next = "";
  for (;;) {
    const limit = String(PAGE);
    const answer = await ask("GET", query(next === "" ? { limit } : { limit, continue: next }));
    if (answer.status === GONE) return null;
    const page = List.safeParse(JSON.parse(answer.text));
    if (!page.success) throw new EngineRefused("kubernetes: a list in a form that is not known");
    items.push(...page.data.items);
    next = page.data.metadata.continue ?? "";
    if (next === "") return { items, version: page.data.metadata.resourceVersion };
  }
}

/** An event a line; a connection that broke leaves a line torn, which the next watch brings whole. */
function eventsOf(text: string): z.infer<typeof Event>[] {
  const lines = text.split("\n");
  return lines.slice(0, -1).map((line) => Event.parse(JSON.parse(line)));
}

function nameOf(item: unknown): string {
  return Meta.parse(item).metadata.name ?? "";
}
