import type { Expectation, ExpectationResult, Ledger, TableSpec } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';

const HOUR_MS = 3_600_000;

/** Refuses, before anything is read, what the destination cannot tell in the end. */
export function checkExpectations({ destination }: RunRequest, { request }: StreamPlan): void {
  const asked = (request.expectations ?? []).find(
    ({ kind }) =>
      (kind === 'unique' && destination.repeated === undefined) ||
      (kind === 'freshness' && destination.newest === undefined),
  );
  if (asked !== undefined)
    throw new ConnectorError('config', `Stream "${request.name}": the destination cannot judge ${asked.rule}.`, {
      stream: request.name,
      hint: 'It needs a destination that can be asked, such as `postgres`; leave the expectation out here.',
    });
}

/**
 * Judges what is expected of a stream as a whole, and adds how those on records ended. Tells all of it, and fails the stream where
 * one that may fail it is broken: its data stay, and who builds on them is held.
 */
export async function judgeStream(
  run: RunRequest,
  { request }: StreamPlan,
  table: TableSpec | undefined,
  { ledger, steps }: { readonly ledger: Ledger; readonly steps: Readonly<Record<string, number>> },
): Promise<void> {
  const { expectations = [] } = request;
  if (expectations.length === 0) return;
  const results: ExpectationResult[] = [];
  for (const expectation of expectations) {
    const { rule, severity } = expectation;
    if (expectation.kind === 'records') {
      results.push({ rule, severity, broken: steps[rule] ?? 0 });
      continue;
    }
    const found = table === undefined ? undefined : await faultOf(run, expectation, table, ledger);
    results.push({ rule, severity, broken: found === undefined ? 0 : 1, ...(found === undefined ? {} : { found }) });
  }
  run.on({ type: 'expectations_judged', stream: request.name, results });
  const failing = results.find(
    ({ severity, broken, found }) => severity === 'fail' && broken > 0 && found !== undefined,
  );
  if (failing === undefined) return;
  throw new ConnectorError('expectation', `Stream "${request.name}" breaks ${failing.rule}: ${failing.found}.`, {
    stream: request.name,
    hint: 'Its data are committed; marts and releases wait until a run of this connection passes. Correct the source, or give the expectation another `severity`.',
  });
}

/** A record has failed its stream: that is a result too. */
export function tellFailing(run: RunRequest, { request }: StreamPlan, error: unknown): void {
  if (!(error instanceof ConnectorError) || error.kind !== 'expectation') return;
  const { expectation: rule } = error.details;
  if (rule === undefined) return;
  run.on({ type: 'expectations_judged', stream: request.name, results: [{ rule, severity: 'fail', broken: 1 }] });
}

type OfSet = Exclude<Expectation, { readonly kind: 'records' }>;

/** What is wrong, in words; undefined where nothing is. */
async function faultOf(
  { destination, clock, volume }: RunRequest,
  expectation: OfSet,
  table: TableSpec,
  ledger: Ledger,
): Promise<string | undefined> {
  switch (expectation.kind) {
    case 'unique': {
      const rows = (await destination.repeated?.(table, expectation.columns)) ?? 0;
      return rows === 0 ? undefined : `${rows} rows repeat another one`;
    }
    case 'min_rows':
      return ledger.staged >= expectation.least ? undefined : `the run brought ${ledger.staged} rows`;
    case 'freshness': {
      const newest = await destination.newest?.(table, expectation.column);
      if (newest === undefined) return 'there is no value';
      const age = clock.now().getTime() - newest.getTime();
      return age <= expectation.withinMs ? undefined : `the newest is ${Math.floor(age / HOUR_MS)} hours old`;
    }
    case 'volume': {
      const usual = await volume?.(table.stream, ledger);
      return usual && `the run read ${ledger.read}, usual on this weekday and hour are ${Math.round(usual.usual)}`;
    }
  }
}
