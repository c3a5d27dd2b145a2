import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Span } from "./spans.ts";

/** Where spans are sent, and the service they belong to. */
export type ExportOptions = {
  trace: string;
  /** URL of the collector; null: from the standard environment variables. */
  url: string | null;
  service: string;
  version: string;
};

export type SpanExport = {
  send(span: Span): void;
  /** Flushes with a short time limit; resolves to the reason of a loss, or null. */
  close(): Promise<string | null>;
};

/** Time limit of an export and of the last flush. */
const TIMEOUT_MS = 3000;

/** Exports spans over OTLP/HTTP in batches, in the background. */
export function openExport({ trace: traceId, url, service, version }: ExportOptions): SpanExport {
  const exporter = new OTLPTraceExporter({
    ...(url !== null && { url }),
    timeoutMillis: TIMEOUT_MS,
  });
  let failure: string | null = null;
  const watched = {
    export: (...[spans, done]: Parameters<OTLPTraceExporter["export"]>) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined) failure = result.error.message || result.error.name;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
  // Ids come from the fold, so a resumed run continues its trace.
  let nextId = "";
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": service, "service.version": version }),
    idGenerator: { generateTraceId: () => traceId, generateSpanId: () => nextId },
    spanProcessors: [new BatchSpanProcessor(watched, { exportTimeoutMillis: TIMEOUT_MS })],
  });
  const tracer = provider.getTracer("mle-star", version);
  const contextOf = (spanId: string) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return {
    send(span) {
      nextId = span.id;
      const context =
        span.parent === null
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, contextOf(span.parent));
      const made = tracer.startSpan(
        span.name,
        {
          kind: span.kind === "client" ? SpanKind.CLIENT : SpanKind.INTERNAL,
          startTime: span.startMs,
          attributes: span.attributes,
          links: span.follows === null ? [] : [{ context: contextOf(span.follows) }],
        },
        context,
      );
      if (span.error !== null)
        made.setStatus({ code: SpanStatusCode.ERROR, message: span.error.slice(0, 500) });
      made.end(span.endMs);
    },
    async close() {
      const late = new Promise<string>((resolve) => {
        setTimeout(() => resolve("the collector is slow"), TIMEOUT_MS).unref();
      });
      const sent = provider.shutdown().then(
        () => failure,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      return Promise.race([sent, late]);
    },
  };
}
