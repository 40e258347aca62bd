import { context, diag, DiagLogLevel, propagation, trace, type Attributes, type Context } from '@opentelemetry/api';
import type { ReadableSpan, Sampler, SpanExporter } from '@opentelemetry/sdk-trace';
import { ConnectorError } from '../sdk/index.js';
import { scrubDeep, type Scrub } from './scrubber.js';
import { withUnderWay } from './under-way.js';
import { version } from './version.js';

/** Sends spans away; nothing of a run waits for it. */
export interface Tracing {
  /** Sends what is left, for some seconds at most. Never rejects. */
  close(): Promise<void>;
}

/** How long an attempt to send may take, and so the end of a process; OTEL_EXPORTER_OTLP_TIMEOUT says otherwise. */
const SEND_MS = 3_000;
/** Beside what one sends: what waits is sent in parts. */
const FLUSH_MS = 5_000;
const OFF: Tracing = { close: async () => undefined };

type Env = Readonly<Record<string, string | undefined>>;

/** On where an OTEL_ variable names a receiver. What each of them means, OpenTelemetry says. */
export function isTraced(env: Env): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return false;
  return Boolean(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

/**
 * Lets this process send its spans by OTLP over HTTP, where the environment says where to. What is sent has no secret.
 * `note` is told once that it fails. Throws `config` for what the environment asks and we cannot do.
 */
export async function startTracing(env: Env, scrub: Scrub, note: (text: string) => void): Promise<Tracing> {
  if (!isTraced(env)) return OFF;
  const [exporter, sampler] = [await exporterOf(env), await samplerOf(env)];
  // Large, so loaded only where it is wanted.
  const [sdk, resources, { AsyncLocalStorageContextManager }, { W3CTraceContextPropagator }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/core'),
  ]);
  class RunContexts extends AsyncLocalStorageContextManager {
    override active(): Context {
      return withUnderWay(super.active());
    }
  }
  let isTold = false;
  const tell = (message: string) => {
    if (!isTold) note(`traces cannot be sent: ${scrub(message)}`);
    isTold = true;
  };
  const quiet = () => undefined;
  // Warnings of the library are about repetitions; what is lost comes as an error.
  diag.setLogger(
    { error: tell, warn: quiet, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
  const { serviceNameEnvDetector, resourceAttributesEnvDetector, serviceInstanceIdDetector } = resources;
  // Not the detector of processes: arguments and paths of this machine are nobody's business.
  const resource = resources
    .defaultResource()
    .merge(resources.resourceFromAttributes({ 'service.name': 'tributary', 'service.version': version }))
    .merge(
      resources.detectResources({
        detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
      }),
    );
  const provider = new sdk.TracerProvider({
    resource,
    ...(sampler === undefined ? {} : { sampler }),
    spanLimits: { attributeValueLengthLimit: 1_000 },
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: withoutSecrets(exporter, scrub) })],
  });
  context.setGlobalContextManager(new RunContexts().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, FLUSH_MS);
      });
      await Promise.race([provider.shutdown().catch((error: unknown) => tell(String(error))), late]);
      clearTimeout(timer);
      trace.disable();
      context.disable();
      propagation.disable();
      diag.disable();
    },
  };
}

async function exporterOf(env: Env): Promise<SpanExporter> {
  const wanted = env['OTEL_TRACES_EXPORTER'] || 'otlp';
  if (wanted !== 'otlp')
    throw new ConnectorError('config', `OTEL_TRACES_EXPORTER is "${wanted}"; traces go out by otlp only.`, {
      hint: 'Write otlp, or none for no traces.',
    });
  const protocol =
    env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'] || ('http/protobuf' as const);
  const hasTimeout = env['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'] || env['OTEL_EXPORTER_OTLP_TIMEOUT'];
  const options = hasTimeout ? {} : { timeoutMillis: SEND_MS };
  switch (protocol) {
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter(options);
    case 'http/json':
      return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter(options);
    default:
      throw new ConnectorError('config', `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}", which is not spoken here.`, {
        hint: 'Write http/protobuf or http/json; receivers listen for both on port 4318.',
      });
  }
}

/** Undefined: all that has no parent, and of the others what the parent says. */
async function samplerOf(env: Env): Promise<Sampler | undefined> {
  const name = env['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on';
  const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } =
    await import('@opentelemetry/sdk-trace');
  const share = Number(env['OTEL_TRACES_SAMPLER_ARG'] || '1');
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(share),
  };
  const root = roots[name.replace(/^parentbased_/, '')];
  if (root === undefined || !(share >= 0 && share <= 1))
    throw new ConnectorError('config', `OTEL_TRACES_SAMPLER is "${name}", with the argument ${share}.`, {
      hint: `Write one of ${Object.keys(roots).join(', ')}, with or without parentbased_ before it; the argument of traceidratio is 0 to 1.`,
    });
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root: root() }) : root();
}

/** Whatever a span holds, of ours or of a library, passes here. */
function withoutSecrets(exporter: SpanExporter, scrub: Scrub): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(
        spans.map((span) => scrubbed(span, scrub)),
        done,
      ),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush === undefined ? {} : { forceFlush: () => exporter.forceFlush!() }),
  };
}

function scrubbed(span: ReadableSpan, scrub: Scrub): ReadableSpan {
  const clean = (attributes: Attributes = {}) => scrubDeep(attributes, scrub);
  const { message } = span.status;
  // A span has getters and private parts: the copy looks through to it for the rest.
  return Object.create(span, {
    name: { value: scrub(span.name) },
    attributes: { value: clean(span.attributes) },
    status: { value: { ...span.status, ...(message === undefined ? {} : { message: scrub(message) }) } },
    events: {
      value: span.events.map((event) => ({ ...event, name: scrub(event.name), attributes: clean(event.attributes) })),
    },
  }) as ReadableSpan;
}
