import type { Load, Table } from './catalog.js';
import type { Database } from './database.js';
import type { Holder, Locks } from './locks.js';

/** What a transaction has of a table for itself. */
interface Work {
  /** `copy`: the whole table as the transaction sees it. `added`: rows to be added to what is committed. */
  readonly kind: 'copy' | 'added';
  readonly relation: string;
}

export interface Transaction extends Holder {
  /** Its start in ms, unique, as Snowflake's ids of transactions are. */
  readonly id: number;
  readonly name: string;
  readonly sessionId: number;
  /** Of one statement, which is one of the engine too and needs no copy. */
  readonly isImplicit: boolean;
  readonly work: Map<Table, Work>;
  /** Files that it has loaded, by table, and tables whose loads it forgets: known to others when it is committed. */
  readonly loads: Map<Table, { isForgotten: boolean; readonly files: Map<string, Load> }>;
  state: 'open' | 'committed' | 'rolled back';
}

/**
 * Transactions as Snowflake has them, made above the engine. A transaction works on private copies of the tables that it changes and
 * on private lists of the rows that it adds; so each of its statements sees its own work and, of the rest, what was committed before
 * the statement began (read committed), and a commit is a change of names. The engine itself only knows single statements.
 */
export interface Transactions {
  begin(sessionId: number, queryId: string, kind: 'explicit' | 'implicit', name?: string): Transaction;
  commit(transaction: Transaction): Promise<void>;
  rollback(transaction: Transaction): Promise<void>;
  /** What a statement of it (or of none) reads of a table: something to stand in FROM. */
  readable(table: Table, transaction?: Transaction): string;
  /** Where rows are added; nobody waits for it. */
  forAdding(table: Table, transaction: Transaction): Promise<string>;
  /** Where rows are changed; the transaction holds the table's lock. */
  forChanging(table: Table, transaction: Transaction): Promise<string>;
  /** Those that are open, the oldest first. */
  open(): readonly Transaction[];
}

const loadsOf = (transaction: Transaction, table: Table) => {
  const own = transaction.loads.get(table) ?? { isForgotten: false, files: new Map<string, Load>() };
  transaction.loads.set(table, own);
  return own;
};
export const findLoad = (transaction: Transaction, table: Table, file: string): Load | undefined => {
  const { isForgotten, files } = loadsOf(transaction, table);
  return files.get(file) ?? (isForgotten ? undefined : table.loaded.get(file));
};
export const rememberLoad = (transaction: Transaction, table: Table, file: string, load: Load): void => {
  loadsOf(transaction, table).files.set(file, load);
};
export const forgetLoads = (transaction: Transaction, table: Table): void => {
  const own = loadsOf(transaction, table);
  own.isForgotten = true;
  own.files.clear();
};

export const createTransactions = (database: Database, locks: Locks): Transactions => {
  const transactions = new Set<Transaction>();
  let lastId = 0;
  let made = 0;
  const relationFor = (word: string): string => `"${word}${(made += 1)}"`;

  const end = (transaction: Transaction, state: 'committed' | 'rolled back'): void => {
    transaction.state = state;
    transactions.delete(transaction);
    transaction.work.clear();
    locks.release(transaction);
  };
  const rollback = async (transaction: Transaction): Promise<void> => {
    if (transaction.state !== 'open') return;
    const dropped = [...transaction.work.values()].map(({ relation }) => `DROP TABLE ${relation}`);
    transaction.work.clear();
    transaction.state = 'rolled back';
    await database.runAll(dropped);
    end(transaction, 'rolled back');
  };

  return {
    begin(sessionId, queryId, kind, name = '') {
      lastId = Math.max(Date.now(), lastId + 1);
      const transaction: Transaction = {
        id: lastId,
        name,
        sessionId,
        isImplicit: kind === 'implicit',
        queryId,
        active: Date.now(),
        locks: new Set(),
        work: new Map(),
        loads: new Map(),
        state: 'open',
        abort: () => rollback(transaction),
      };
      transactions.add(transaction);
      return transaction;
    },
    async commit(transaction) {
      const statements: string[] = [];
      const replaced: [Table, string][] = [];
      for (const [table, { kind, relation }] of transaction.work)
        if (kind === 'copy') {
          replaced.push([table, relation]);
          statements.push(`DROP TABLE ${table.relation}`);
        } else {
          // Who has a copy of the table sees the rows from its next statement on, and keeps them when it commits.
          const copies = [...transactions].flatMap((other) => {
            const work = other === transaction ? undefined : other.work.get(table);
            return work?.kind === 'copy' ? [work.relation] : [];
          });
          for (const target of [table.relation, ...copies])
            statements.push(`INSERT INTO ${target} BY NAME SELECT * FROM ${relation}`);
          statements.push(`DROP TABLE ${relation}`);
        }
      await database.runAll(statements);
      for (const [table, relation] of replaced) table.relation = relation;
      for (const [table, { isForgotten, files }] of transaction.loads) {
        if (isForgotten) table.loaded.clear();
        for (const [file, load] of files) table.loaded.set(file, load);
      }
      end(transaction, 'committed');
    },
    rollback,
    readable(table, transaction) {
      const work = transaction?.work.get(table);
      if (work === undefined) return table.relation;
      return work.kind === 'copy'
        ? work.relation
        : `(SELECT * FROM ${table.relation} UNION ALL BY NAME SELECT * FROM ${work.relation})`;
    },
    async forAdding(table, transaction) {
      const work = transaction.work.get(table);
      if (work !== undefined) return work.relation;
      const isCopied = [...transactions].some((other) => other.work.get(table)?.kind === 'copy');
      if (transaction.isImplicit && !isCopied) return table.relation;
      const relation = relationFor('added');
      await database.run(`CREATE TABLE ${relation} AS SELECT * FROM ${table.relation} LIMIT 0`);
      transaction.work.set(table, { kind: 'added', relation });
      return relation;
    },
    async forChanging(table, transaction) {
      const work = transaction.work.get(table);
      if (work?.kind === 'copy') return work.relation;
      if (transaction.isImplicit && work === undefined) return table.relation;
      const relation = relationFor('copy');
      const added = work === undefined ? '' : ` UNION ALL BY NAME SELECT * FROM ${work.relation}`;
      await database.runAll([
        `CREATE TABLE ${relation} AS SELECT * FROM ${table.relation}${added}`,
        ...(work === undefined ? [] : [`DROP TABLE ${work.relation}`]),
      ]);
      transaction.work.set(table, { kind: 'copy', relation });
      return relation;
    },
    open: () => [...transactions].sort((a, b) => a.id - b.id),
  };
};
