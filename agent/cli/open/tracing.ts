import { basename, dirname } from "node:path";
import type { Journal } from "../../../runs/record/journal.ts";
import type { Redact } from "../../../runs/record/secrets.ts";
import { createSpanFold } from "../../tracing/spans.ts";
import { toolVersion } from "../environment.ts";

export type TracingOptions = {
  journal: Journal;
  folder: string;
  /** `--set traceEndpoint=…`; null: the standard variables of OpenTelemetry. */
  endpoint: string | null;
  env: NodeJS.ProcessEnv;
  redact: Redact;
  report: (line: string) => void;
};

/** Exports further events of a run as spans, where a collector is configured; a lost span does not affect the run. */
export async function openTracing(options: TracingOptions): Promise<() => Promise<void>> {
  const { journal, folder, endpoint, env, redact, report } = options;
  const isNamed =
    endpoint !== null ||
    Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  if (!isNamed || env.OTEL_SDK_DISABLED === "true") return async () => undefined;
  // Slow to load, and most runs never need it.
  const { openExport } = await import("../../tracing/export.ts");
  const content = env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT === "true";
  const fold = createSpanFold(`${basename(dirname(folder))}/${basename(folder)}`, { content });
  const spans = openExport({
    trace: fold.trace,
    url: endpoint,
    service: env.OTEL_SERVICE_NAME ?? "mle-star",
    version: await toolVersion(),
  });
  // Earlier sessions have exported their own events.
  for (const event of journal.events) fold.add(event, true);
  const unsubscribe = journal.subscribe((event, replayed) => {
    for (const span of fold.add(event, replayed)) spans.send(span);
  });
  report(`traces: ${fold.trace} to ${redact(endpoint ?? "the collector of the environment")}`);
  return async () => {
    unsubscribe();
    const lost = await spans.close();
    if (lost !== null) report(`traces were not all delivered: ${redact(lost)}`);
  };
}
