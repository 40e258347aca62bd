import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ShownAnswer } from '../../../connectors/rest/redact-answer.js';
import { ConnectorError } from '../../sdk/index.js';
import { printError } from './output.js';
import { jsonFile } from './json-file.js';
import { OPTIONS_ABOUT, restOptions } from './rest-options.js';
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
    .option('--options <file>', OPTIONS_ABOUT)
    .option('--state <file>', 'JSON with the state to go on from')
    .option('--record <folder>', 'keep what went over the wire, without secrets, for `connectors test --replay`');
  does<TryOptions>(attempt, async ({ output, signal }, [manifest], options) => {
    const { recordTrial, tryStream } = await import('../../../connectors/rest/trial.js');
    const { textOfAnswer } = await import('../../../connectors/rest/redact-answer.js');
    const told = (answer: ShownAnswer): string => {
      if (answer.answer_withheld !== undefined)
        return `(${answer.answer_bytes} bytes, not shown since it cannot be told whether secrets stand in them: ${answer.answer_withheld})`;
      const text = textOfAnswer(answer);
      if (text === undefined) return `(${answer.answer_bytes} bytes that are no text)`;
      return `${text.slice(0, 500)}${text.length > 500 ? ` … (${text.length} characters)` : ''}`;
    };
    const config = { ...(await restOptions(options.options)), manifest: resolve(manifest as string) };
    const limit = Number(options.limit ?? 10);
    if (!Number.isInteger(limit) || limit < 1)
      throw new ConnectorError('config', '`--limit` is a number of records.', { hint: 'Such as 10.' });
    const trialOptions = {
      config,
      limit,
      signal,
      baseFolder: process.cwd(),
      onRetry: (text: string) => output.note(text),
      ...(options.stream === undefined ? {} : { stream: options.stream }),
      ...(options.state === undefined ? {} : { state: await stateIn(options.state) }),
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
        ...trial.exchanges.flatMap((exchange) => [
          `${exchange.method} ${exchange.url}`,
          ...(exchange.body === null ? [] : [`  > ${exchange.body.slice(0, 500)}`]),
          `  < ${exchange.status} ${told(exchange)}`,
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

async function stateIn(file: string): Promise<Readonly<Record<string, unknown>>> {
  const state = await jsonFile('--state', file);
  if (typeof state === 'object' && state !== null && !Array.isArray(state)) return state as Record<string, unknown>;
  throw new ConnectorError('config', `The file of \`--state\`, "${file}", holds no state: it is no JSON object.`, {
    hint: 'Give it what `tributary connectors try` shows as the state that would be saved.',
  });
}

const plainly = (_key: string, part: unknown): unknown => (typeof part === 'bigint' ? part.toString() : part);
