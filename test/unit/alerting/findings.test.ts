import { findingsOf } from '../../../core/alerting/findings.js';
import type { ErrorReport } from '../../../core/protocol/index.js';

const refused: ErrorReport = { kind: 'auth', message: 'refused' };
const lacking: ErrorReport = { ...refused, fault: 'permission' };

test.each([
  ['a refused login after streams that came in', 'partial', refused, 'auth'],
  ['a right that one stream lacks', 'partial', lacking, 'run_partial'],
  ['a right that every stream lacks', 'failed', lacking, 'auth'],
] as const)('%s, in a run that %s', (_, state, error, kind) => {
  const run = {
    id: 'a',
    connection: 'daily',
    state,
    trigger: 'schedule',
    endedAt: '2026-01-01T00:00:00Z',
    error,
    streams: { clicks: { state: 'failed', ledger: {}, error } },
    schemaChanges: [],
  } as const;
  expect(findingsOf(run, [], [], { share: 0.1, records: 1 }).map((finding) => finding.kind)).toEqual([kind]);
});
