import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DestinationCapabilities, SqlSession } from '../../../protocol/index.js';
import { ConnectorError } from '../../errors.js';
import { EXACTLY_ONCE } from './cases/exactly-once.cases.js';
import { KEYS } from './cases/keys.cases.js';
import { NAMES } from './cases/names.cases.js';
import { QUARANTINE } from './cases/quarantine.cases.js';
import { RUNS } from './cases/runs.cases.js';
import { SCHEMA } from './cases/schema.cases.js';
import { VALUES } from './cases/values.cases.js';
import { WRITING } from './cases/writing.cases.js';
import { messageOf, NotApplicable } from './checks.js';
import { dropSchema } from './sql-reader.js';
import type { CaseResult, ConformanceCase, DestinationCase } from './subject.js';
import { openTrial } from './trial.js';

/** All that every destination keeps, in the order in which it is tried. */
export const DESTINATION_CASES: readonly ConformanceCase[] = [
  ...WRITING,
  ...KEYS,
  ...SCHEMA,
  ...VALUES,
  ...NAMES,
  ...RUNS,
  ...EXACTLY_ONCE,
  ...QUARANTINE,
];

/** The suite on one destination; `close` removes its schema, where the destination speaks SQL. */
export interface DestinationSuite {
  run(conformance: ConformanceCase): Promise<CaseResult>;
  close(): Promise<void>;
}

/** Connects once, to see that it can be written, and what it can do. */
export async function openDestinationSuite(subject: DestinationCase): Promise<DestinationSuite> {
  const { plugin, config, baseFolder = process.cwd(), exceptions = {} } = subject;
  refuseUnknown(Object.keys(exceptions));
  const context = { signal: new AbortController().signal, baseFolder };
  if (subject.read === undefined && plugin.sql === undefined)
    throw new ConnectorError('config', `Destination "${plugin.name}" speaks no SQL, so its tables cannot be read.`, {
      hint: 'Test it from a test of your own, and give `read`.',
    });
  const parsed = plugin.config.parse(config);
  await plugin.check(parsed, context);
  const session = await plugin.connect(parsed, context);
  const { capabilities }: { readonly capabilities: DestinationCapabilities } = session;
  await session.close();
  const sql: SqlSession | undefined = await plugin.sql?.(parsed, { ...context, readOnly: false });
  const id = randomBytes(4).toString('hex');
  const schema = subject.schema ?? `conformance_${id}`;
  let cases = 0;
  return {
    async run(conformance) {
      const { name, area, notFor } = conformance;
      const started = performance.now();
      const connection = `conformance_${id}_${++cases}`;
      const { trial, close } = openTrial({ subject, capabilities, connection, schema, sql });
      const result = (outcome: CaseResult['outcome'], reason?: string): CaseResult => {
        const took = Math.round(performance.now() - started);
        return { name, area, outcome, took, ...(reason === undefined ? {} : { reason }) };
      };
      const exception = exceptions[name];
      try {
        const not = notFor?.(trial);
        if (not !== undefined) return result('not_applicable', not);
        await withinLimit(conformance.run(trial));
        return exception === undefined
          ? result('passed')
          : result('failed', `It is kept, so the exception for it (${exception}) is to be removed.`);
      } catch (error) {
        if (error instanceof NotApplicable) return result('not_applicable', error.message);
        if (exception !== undefined) return result('not_applicable', exception);
        return result('failed', messageOf(error));
      } finally {
        await withinLimit(close()).catch(() => undefined);
      }
    },
    async close() {
      if (sql === undefined) return;
      if (subject.schema === undefined) await dropSchema(sql, schema);
      await sql.close();
    },
  };
}

/** A case that waits for ever must not keep the others from being tried. */
const LIMIT_MS = 150_000;

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  const given = new AbortController();
  const late = sleep(LIMIT_MS, undefined, { signal: given.signal }).then(() => {
    throw new Error(`It did not end within ${LIMIT_MS / 1_000} s.`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    given.abort();
  }
}

/** A misspelt name would except nothing. */
function refuseUnknown(names: readonly string[]): void {
  const unknown = names.find((name) => !DESTINATION_CASES.some((one) => one.name === name));
  if (unknown !== undefined) throw new TypeError(`There is no case "${unknown}".`);
}

/** Runs all cases; `onResult` hears of each as it ends. */
export async function conformanceOf(
  subject: DestinationCase,
  { cases = DESTINATION_CASES, onResult = () => undefined }: ConformanceOptions = {},
): Promise<readonly CaseResult[]> {
  const suite = await openDestinationSuite(subject);
  const results: CaseResult[] = [];
  try {
    for (const one of cases) {
      const result = await suite.run(one);
      results.push(result);
      onResult(result);
    }
  } finally {
    await suite.close();
  }
  return results;
}

export interface ConformanceOptions {
  readonly cases?: readonly ConformanceCase[];
  readonly onResult?: (result: CaseResult) => void;
}

/** Fails with a list of all that does not hold; resolves when the destination keeps the contract. */
export async function testDestination(subject: DestinationCase): Promise<void> {
  const failed = (await conformanceOf(subject)).filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return;
  const lines = failed.map(({ name, reason }) => `- ${name}: ${reason}`);
  throw new Error(`Destination "${subject.plugin.name}" breaks the contract:\n${lines.join('\n')}`);
}
