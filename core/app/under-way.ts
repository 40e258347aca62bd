import { context, createContextKey, trace, type Context, type Span } from '@opentelemetry/api';

/** What of a run is under way. The engine tells it by events, so the spans below find their parent here. */
export interface UnderWay {
  span: Span;
}

const KEY = createContextKey('what of a run is under way');

export const doing = <T>(underWay: UnderWay, work: () => T): T =>
  context.with(context.active().setValue(KEY, underWay), work);

/** The context with the span of what is under way now, which may be another than when the work began. */
export function withUnderWay(active: Context): Context {
  const underWay = active.getValue(KEY) as UnderWay | undefined;
  return underWay === undefined ? active : trace.setSpan(active, underWay.span);
}
