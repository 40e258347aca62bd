import { shownPath } from './names.js';
import { textResult, type Cell, type Result } from './results.js';
import type { Running } from './session.js';

export const showLocks = ({ account }: Running): Result => {
  const nameOf = (table: object): string => {
    for (const [database, { schemas }] of account.databases)
      for (const [schema, { relations }] of schemas)
        for (const [name, one] of relations) if (one === table) return shownPath([database, schema, name]);
    return 'temporary or dropped table';
  };
  const rows = account.locks.list().map(({ table, holder, waiting }): Cell[] => {
    const transaction = account.transactions.open().find((one) => one === holder);
    const started = transaction === undefined ? null : new Date(transaction.id).toUTCString();
    return [
      nameOf(table),
      'PARTITIONS',
      transaction === undefined ? null : String(transaction.id),
      started,
      waiting ? 'WAITING' : 'HOLDING',
      waiting ? null : started,
      holder.queryId,
      String(transaction?.sessionId ?? ''),
    ];
  });
  return textResult(
    ['resource', 'type', 'transaction', 'transaction_started_on', 'status', 'acquired_on', 'query_id', 'session'],
    rows,
  );
};

export const showTransactions = ({ account, session }: Running, isAccount: boolean): Result => {
  const open = account.transactions
    .open()
    .filter(
      ({ isImplicit, sessionId }) =>
        !isImplicit && (isAccount || account.sessions.get(sessionId)?.user === session.user),
    );
  return textResult(
    ['id', 'user', 'session', 'name', 'started_on', 'state', 'scope'],
    open.map((one) => [
      String(one.id),
      account.sessions.get(one.sessionId)?.user ?? null,
      String(one.sessionId),
      one.name,
      new Date(one.id).toISOString(),
      account.locks.list().some(({ holder, waiting }) => holder === one && waiting) ? 'blocked' : 'running',
      '0',
    ]),
  );
};
