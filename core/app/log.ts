import winston from 'winston';

/** Structured lines on stderr: text on a terminal, JSON elsewhere. Callers give sentences without values of records. */
export function createLogger(level = 'warn'): winston.Logger {
  const { combine, timestamp, json, printf } = winston.format;
  const line = printf(({ timestamp: at, level, message }) => `${String(at)} ${level} ${String(message)}`);
  return winston.createLogger({
    level: process.env['TRIBUTARY_LOG_LEVEL'] || level,
    format: combine(timestamp(), process.stderr.isTTY === true ? line : json()),
    transports: [new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug', 'verbose'] })],
  });
}
