import { context, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import type { RunOutcome } from '../engine/index.js';
import type { DestinationSession, ErrorReport, EventListener, Ledger } from '../protocol/index.js';
import { toConnectorError } from '../sdk/index.js';
import { doing, type UnderWay } from './under-way.js';

/** The spans of one run: the run, its streams, their slices, their checkpoints; requests to APIs come below by themselves. */
export interface RunSpans {
  /** Undefined where no traces are recorded. */
  readonly traceId: string | undefined;
  /** Builds spans from what the engine tells. */
  readonly on: EventListener;
  /** What is done within belongs to the run. */
  within<T>(work: () => Promise<T>): Promise<T>;
  /** The same destination; fence and checkpoints have spans. Batches pass untouched. */
  destination(session: DestinationSession): DestinationSession;
  /** A part of the run that the engine does not tell. */
  part<T>(name: string, work: () => Promise<T>): Promise<T>;
  end(outcome: Pick<RunOutcome, 'state' | 'ledger' | 'error'>): void;
  /** There was no run. */
  refused(error: unknown): void;
}

const tracer = () => trace.getTracer('tributary');

export function runSpans(run: {
  readonly id: string;
  readonly connection: string;
  readonly trigger: string;
}): RunSpans {
  const common = { 'tributary.run.id': run.id, 'tributary.connection': run.connection };
  const whole = tracer().startSpan('run', { attributes: { ...common, 'tributary.trigger': run.trigger } });
  const underWay: UnderWay = { span: whole };
  let stream: Span | undefined;
  let slice: Span | undefined;
  const below = (parent: Span, name: string, attributes: Attributes): Span =>
    tracer().startSpan(name, { attributes: { ...common, ...attributes } }, trace.setSpan(context.active(), parent));
  const endSlice = (error?: ErrorReport) => {
    if (slice === undefined) return;
    if (error !== undefined) failed(slice, error);
    slice.end();
    slice = undefined;
    underWay.span = stream ?? whole;
  };
  const part = async <T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> => {
    const span = below(underWay.span, name, attributes);
    try {
      return await work();
    } catch (error) {
      failed(span, toConnectorError(error));
      throw error;
    } finally {
      span.end();
    }
  };
  return {
    traceId: whole.isRecording() ? whole.spanContext().traceId : undefined,
    on(event) {
      switch (event.type) {
        case 'run_started':
          whole.setAttribute('tributary.epoch', event.epoch);
          break;
        case 'stream_started':
          stream = below(whole, 'stream', {
            'tributary.stream': event.stream,
            'tributary.sync': event.sync,
            'tributary.write': event.write,
          });
          underWay.span = stream;
          break;
        case 'slice_started':
          // It begins again after a fault that passes.
          slice?.setAttribute('tributary.read_again', true);
          endSlice();
          slice = below(stream ?? whole, 'slice', {
            'tributary.stream': event.stream,
            'tributary.slice': event.slice,
            ...(event.bytes === undefined ? {} : { 'tributary.bytes': event.bytes }),
          });
          underWay.span = slice;
          break;
        case 'checkpoint_committed':
          slice?.setAttributes(rows(event.ledger));
          break;
        case 'slice_completed':
          endSlice();
          break;
        case 'stream_ended': {
          endSlice(event.error);
          const ended = stream ?? below(whole, 'stream', { 'tributary.stream': event.stream });
          ended.setAttributes({ 'tributary.state': event.state, ...rows(event.ledger) });
          if (event.error !== undefined) failed(ended, event.error);
          ended.end();
          stream = undefined;
          underWay.span = whole;
          break;
        }
      }
    },
    within: (work) => doing(underWay, work),
    destination(session) {
      if (!whole.isRecording()) return session;
      return overriding(session, {
        raiseFence: (identity) => part('fence', {}, () => session.raiseFence(identity)),
        async open(table, name, direct) {
          const writer = await session.open(table, name, direct);
          const attributes = { 'tributary.stream': table.stream, 'tributary.slice': name };
          return overriding(writer, {
            checkpoint: (checkpoint) => part('checkpoint', attributes, () => writer.checkpoint(checkpoint)),
          });
        },
      });
    },
    part: (name, work) => part(name, {}, work),
    end({ state, ledger, error }) {
      endSlice();
      stream?.end();
      whole.setAttributes({ 'tributary.state': state, ...rows(ledger) });
      if (error !== undefined) failed(whole, error);
      whole.end();
    },
    refused(error) {
      failed(whole, toConnectorError(error));
      whole.end();
    },
  };
}

/**
 * A plugin's session may be an instance of a class with private parts, which a copy would not have, or be frozen, which a proxy of
 * it could not hide.
 */
function overriding<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy({} as T, {
    has: (_, key) => Reflect.has(target, key),
    get(_, key) {
      if (Object.hasOwn(methods, key)) return methods[key as keyof T];
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** No value of a record is in these sentences; secrets are taken out where spans leave. */
function failed(span: Span, { kind, message }: { readonly kind: string; readonly message: string }): void {
  span.setAttribute('error.type', kind).setStatus({ code: SpanStatusCode.ERROR, message });
}

function rows(ledger: Ledger): Attributes {
  return Object.fromEntries(Object.entries(ledger).map(([column, count]) => [`tributary.rows.${column}`, count]));
}
