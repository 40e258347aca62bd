import type { DestinationSession, EngineEvent, SourceStream, SqlSession } from '../../../../core/protocol/index.js';
import type { RunOutcome } from '../../../../core/engine/index.js';
import { snowflake } from '../../../../destinations/snowflake/snowflake.destination.js';
import {
  defaultUser,
  startSnowflakeSimulator,
  type SnowflakeSimulator,
  type SnowflakeSimulatorOptions,
} from '../../../simulators/snowflake/server.js';
import { runStreams, type RunWishes } from '../../engine/runs.js';

export type AccountWishes = RunWishes & { readonly config?: Readonly<Record<string, unknown>> };

/** A simulated account and runs of the engine into it, with the real driver between. */
export interface AccountBench {
  readonly account: SnowflakeSimulator;
  readonly events: EngineEvent[];
  readonly config: Readonly<Record<string, unknown>>;
  run(streams: Readonly<Record<string, SourceStream>> | SourceStream, wishes?: AccountWishes): Promise<RunOutcome>;
  session(): Promise<DestinationSession>;
  sql(readOnly?: boolean): Promise<SqlSession>;
  /** Columns by their names in small letters. */
  query<R extends Record<string, unknown> = Record<string, unknown>>(sql: string): Promise<R[]>;
  /** Texts of the statements that came since the last call. */
  statements(): readonly string[];
  close(): Promise<void>;
}

const context = () => ({ signal: new AbortController().signal, baseFolder: '/' });

export async function openAccount(options: SnowflakeSimulatorOptions = {}): Promise<AccountBench> {
  const account = await startSnowflakeSimulator(options);
  const events: EngineEvent[] = [];
  const config = {
    account: account.account,
    endpoint: account.url,
    username: defaultUser.name,
    password: defaultUser.password,
    warehouse: 'LOADING',
    database: 'ANALYTICS',
  };
  const parsed = (more: object = {}) => snowflake.config.parse({ ...config, ...more });
  let seen = 0;
  const sql = (readOnly = false) => snowflake.sql!(parsed(), { ...context(), readOnly });
  return {
    account,
    events,
    config,
    run: (given, wishes = {}) =>
      runStreams((probe) => snowflake.connect(parsed(wishes.config), { ...context(), probe }), events, given, wishes),
    session: () => snowflake.connect(parsed(), context()),
    sql,
    async query<R extends Record<string, unknown>>(text: string) {
      const session = await sql();
      try {
        return await session.query<R>(text);
      } finally {
        await session.close();
      }
    },
    statements() {
      const texts = account.statements.slice(seen).map(({ sql: text }) => text);
      seen = account.statements.length;
      return texts;
    },
    close: () => account.close(),
  };
}
