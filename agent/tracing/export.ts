import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Span } from "./spans.ts";

/** Where spans go, and as what they come from. */
export type ExportOptions = {
  trace: string;
  /** Address of the traces; null: what the standard variables of the environment say. */
  url: string | null;
  service: string;
  version: string;
};

export type SpanExport = {
  send(span: Span): void;
  /** Waits a little for what is on its way; says what was lost, or null. */
  close(): Promise<string | null>;
};

/** A collector that is slow or gone costs a run this much at its end, and nothing before. */
const PATIENCE_MS = 3000;

/** Spans over OTLP and HTTP, sent in batches beside the work. */
export function openExport({ trace: traceId, url, service, version }: ExportOptions): SpanExport {
  const exporter = new OTLPTraceExporter({
    ...(url !== null && { url }),
    timeoutMillis: PATIENCE_MS,
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
  // Ids are those of the fold: a resumed run goes on with its trace.
  let nextId = "";
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": service, "service.version": version }),
    idGenerator: { generateTraceId: () => traceId, generateSpanId: () => nextId },
    spanProcessors: [new BatchSpanProcessor(watched, { exportTimeoutMillis: PATIENCE_MS })],
  });
  const tracer = provider.getTracer("mle-star", version);
  const contextOf = (spanId: string) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return {
    send(span) {
      nextId = span.id;
      const under =
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
        under,
      );
      if (span.error !== null)
        made.setStatus({ code: SpanStatusCode.ERROR, message: span.error.slice(0, 500) });
      made.end(span.endMs);
    },
    async close() {
      const late = new Promise<string>((resolve) => {
        setTimeout(() => resolve("the collector is slow"), PATIENCE_MS).unref();
      });
      const sent = provider.shutdown().then(
        () => failure,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      return Promise.race([sent, late]);
    },
  };
}
