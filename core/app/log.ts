import { trace } from '@opentelemetry/api';
import winston from 'winston';
import { scrubDeep, type Scrub } from './scrubber.js';

/** Structured lines on stderr: text on a terminal, JSON elsewhere, without secrets. Callers give no values of records. */
export function createLogger(scrub: Scrub, level = 'warn'): winston.Logger {
  const { combine, timestamp, json, printf } = winston.format;
  const scrubbed = winston.format((info) => {
    for (const [key, value] of Object.entries(scrubDeep({ ...info }, scrub))) info[key] = value;
    return info;
  });
  const traced = winston.format((info) => {
    const spanContext = trace.getActiveSpan()?.spanContext();
    return spanContext === undefined
      ? info
      : Object.assign(info, { trace_id: spanContext.traceId, span_id: spanContext.spanId });
  });
  const line = printf(
    ({ timestamp: at, level, message, ...fields }) =>
      `${String(at)} ${level} ${String(message)}${Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`}`,
  );
  return winston.createLogger({
    level: process.env['TRIBUTARY_LOG_LEVEL'] || level,
    format: combine(scrubbed(), traced(), timestamp(), process.stderr.isTTY === true ? line : json()),
    transports: [new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug', 'verbose'] })],
  });
}
