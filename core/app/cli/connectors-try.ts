import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { ConnectorError } from '../../sdk/index.js';
import { printError } from './output.js';
import { does } from './verb.js';

interface TryOptions {
  readonly stream?: string;
  readonly limit?: string;
  readonly options?: string;
  readonly state?: string;
  readonly record?: string;
}

/** `connectors try`: reads a little of a stream of a manifest, and shows what went over the wire. */
export function connectorsTryVerb(group: Command): void {
  const attempt = group
    .command('try')
    .description('read a little of a stream of a declarative manifest, and show requests, answers, records and state')
    .argument('<manifest>', 'the manifest, or the short form');
  attempt
    .option('--stream <name>', 'the stream; without it the first one')
    .option('--limit <records>', 'stop after so many records', '10')
    .option('--options <file>', 'YAML with the options of the source `rest`: manifest_config, secrets, allow')
    .option('--state <file>', 'JSON with the state to go on from')
    .option('--record <folder>', 'keep what went over the wire, without secrets, for `connectors test --replay`');
  does<TryOptions>(attempt, async ({ output, signal }, [manifest], options) => {
    const { recordTrial, tryStream } = await import('../../../connectors/rest/trial.js');
    const config = await configOf(manifest as string, options.options);
    const limit = Number(options.limit ?? 10);
    if (!Number.isInteger(limit) || limit < 1)
      throw new ConnectorError('config', '`--limit` is a number of records.', { hint: 'Such as 10.' });
    const trialOptions = {
      config,
      limit,
      signal,
      baseFolder: process.cwd(),
      ...(options.stream === undefined ? {} : { stream: options.stream }),
      ...(options.state === undefined
        ? {}
        : { state: JSON.parse(await text(options.state)) as Record<string, unknown> }),
    };
    const trial =
      options.record === undefined
        ? await tryStream(trialOptions)
        : await recordTrial(trialOptions, resolve(options.record));
    const { wouldBeRejected } = await import('./judged-records.js');
    const rejects = wouldBeRejected(trial.records, trial.fields ?? []).map(({ position, field, reason, detail }) => ({
      position,
      field: field ?? null,
      reason,
      detail,
    }));
    output.data('tributary.connectors_try/1', { ...trial, rejects }, () =>
      [
        ...trial.exchanges.flatMap(({ method, url, body, status, answer }) => [
          `${method} ${url}`,
          ...(body === null ? [] : [`  > ${body.slice(0, 500)}`]),
          `  < ${status} ${answer.slice(0, 500)}${answer.length > 500 ? ` … (${answer.length} characters)` : ''}`,
        ]),
        '',
        `${trial.records.length} records of ${trial.stream}:`,
        ...trial.records.map((record) => `  ${JSON.stringify(record, plainly)}`),
        ...(rejects.length === 0
          ? []
          : [
              `${rejects.length} of ${trial.records.length} would go to quarantine:`,
              ...rejects.map(({ position, reason, detail }) => `  record ${position}: ${detail} (${reason})`),
            ]),
        ...(trial.fault !== null
          ? []
          : [
              trial.state === null
                ? 'No state: it was stopped at the limit.'
                : `State that would be saved: ${JSON.stringify(trial.state, plainly)}`,
            ]),
      ].join('\n'),
    );
    for (const warning of trial.warnings) output.note(`warning: ${warning}`);
    if (trial.fault === null) return 0;
    const { kind, message, hint } = trial.fault;
    // It was told as data, with what led to it.
    return printError(new ConnectorError(kind, message, hint === null ? {} : { hint }), output, { asData: false });
  });
}

const plainly = (_key: string, part: unknown): unknown => (typeof part === 'bigint' ? part.toString() : part);

async function configOf(manifest: string, file: string | undefined): Promise<Record<string, unknown>> {
  const own = file === undefined ? {} : ((parse(await text(file)) ?? {}) as Record<string, unknown>);
  // As in the configuration: from the folder of the file that names them.
  const folder = dirname(resolve(file ?? '.'));
  const modules =
    typeof own['modules'] === 'object' && own['modules'] !== null
      ? Object.fromEntries(Object.entries(own['modules']).map(([name, path]) => [name, resolve(folder, String(path))]))
      : undefined;
  return {
    ...(resolved({ ...own, ...(modules === undefined ? {} : { modules }) }) as Record<string, unknown>),
    manifest: resolve(manifest),
  };
}

/** `${env:NAME}` and `${env:NAME:-default}`, as in the configuration. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part)]));
  const reference = typeof value === 'string' ? /^\$\{env:(\w+)(?::-(.*))?\}$/.exec(value) : null;
  if (reference === null) return value;
  const found = process.env[reference[1]!] ?? reference[2];
  if (found === undefined)
    throw new ConnectorError('config', `The variable ${reference[1]} is not set.`, {
      hint: 'Set it, or give a default by `:-`.',
    });
  return found;
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConnectorError('config', `"${path}" cannot be read.`, { cause, hint: 'Check the path.' });
  });
}
