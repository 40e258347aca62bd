import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { execute, type Bind, type Executed } from '../engine/run.js';
import { parameter, type Account, type Session } from '../engine/session.js';
import { SnowflakeError } from '../errors.js';
import type { Fault, FaultPlan } from '../faults.js';
import { authenticate, type LoginData, type User } from './login.js';
import {
  failed,
  MASTER_EXPIRED,
  ofStatus,
  ok,
  SESSION_EXPIRED,
  SESSION_GONE,
  TOKEN_INVALID,
  type Reply,
  type StatementRecord,
} from './replies.js';
import { answerOf, chunksOf, parametersOf } from './rowset.js';

export interface ProtocolOptions {
  readonly account: Account;
  readonly url: string;
  readonly users: readonly User[];
  readonly oauthTokens: Readonly<Record<string, string>>;
  readonly faults: FaultPlan;
  /** Of new sessions. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly firstRows: number;
  readonly chunkRows: number;
  readonly inProgressMs: number;
  readonly sessionTokenS: number;
  readonly masterTokenS: number;
}

interface Tokens {
  session: string;
  master: string;
  sessionEnds: number;
  masterEnds: number;
}

interface Execution {
  readonly queryId: string;
  readonly abort: AbortController;
  readonly done: Promise<Reply>;
  status: 'RUNNING' | 'SUCCESS' | 'FAILED_WITH_ERROR';
}

export interface Protocol {
  handle(method: string, url: URL, authorization: string, body: Record<string, unknown>): Promise<Reply>;
  readonly statements: readonly StatementRecord[];
  stop(): void;
  /** Resolves when no statement runs any more. */
  idle(): Promise<void>;
}

/** Faults that strike before the statement is run. */
const BEFORE = new Set<Fault['kind']>(['503', '429', 'reset', 'expired_token', 'gone_session']);
/** How many results a session keeps for RESULT_SCAN. */
const KEPT_RESULTS = 50;

export const createProtocol = (options: ProtocolOptions): Protocol => {
  const { account, faults } = options;
  const statements: StatementRecord[] = [];
  const tokens = new Map<number, Tokens>();
  const executions = new Map<string, Execution>();
  const chunks = new Map<string, string>();
  const running = new Set<Promise<unknown>>();
  let lastSession = 1_000_000;
  const token = (): string => `ver:3-${randomBytes(24).toString('base64url')}`;

  const renewTokens = (session: Session): Tokens => {
    const now = Date.now();
    const made = {
      session: token(),
      master: token(),
      sessionEnds: now + options.sessionTokenS * 1000,
      masterEnds: now + options.masterTokenS * 1000,
    };
    tokens.set(session.id, made);
    return made;
  };

  const login = (url: URL, body: Record<string, unknown>): Reply => {
    let user: User;
    try {
      user = authenticate((body.data ?? {}) as LoginData, account.name, options.users, options.oauthTokens, Date.now());
    } catch (error) {
      if (error instanceof SnowflakeError) return failed(error.code, error.message, { nextAction: 'RETRY_LOGIN' });
      throw error;
    }
    const role = url.searchParams.get('roleName')?.toUpperCase() ?? user.roles[0];
    if (!user.roles.includes(role))
      return failed(
        '390189',
        `Role '${role}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
      );
    const parameters = new Map<string, string>(Object.entries(options.parameters));
    for (const [name, value] of Object.entries((body.data as LoginData).SESSION_PARAMETERS ?? {}))
      parameters.set(name, String(value));
    // A place that does not exist is no error here: the session then has none.
    const named = (name: string): string | null => {
      const value = url.searchParams.get(name);
      if (value === null) return null;
      return value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value.toUpperCase();
    };
    const wanted = named('databaseName');
    const database = wanted !== null && account.databases.has(wanted) ? wanted : null;
    const schemas = database === null ? undefined : account.databases.get(database)?.schemas;
    const wantedSchema = named('schemaName') ?? 'PUBLIC';
    const schema = schemas?.has(wantedSchema) === true ? wantedSchema : null;
    const wantedWarehouse = named('warehouse');
    const warehouse = wantedWarehouse !== null && account.warehouses.has(wantedWarehouse) ? wantedWarehouse : null;
    const session: Session = {
      id: (lastSession += 1),
      user: user.name,
      role,
      warehouse,
      namespace: { database, schema },
      parameters,
      temporary: new Map(),
      temporaryStages: new Map(),
      lastQueryId: null,
      results: new Map(),
      isClosed: false,
    };
    account.sessions.set(session.id, session);
    const made = renewTokens(session);
    return ok({
      token: made.session,
      masterToken: made.master,
      validityInSeconds: options.sessionTokenS,
      masterValidityInSeconds: options.masterTokenS,
      displayUserName: user.name,
      serverVersion: '9.40.0',
      firstLogin: false,
      sessionId: session.id,
      parameters: parametersOf(session),
      sessionInfo: { databaseName: database, schemaName: schema, warehouseName: warehouse, roleName: role },
    });
  };

  /** The session of a token, or the refusal. */
  const sessionOf = (authorization: string, kind: 'session' | 'master'): Session | Reply => {
    const given = /^Snowflake Token="(.*)"$/.exec(authorization)?.[1];
    for (const [id, one] of tokens) {
      if (one[kind] !== given) continue;
      const session = account.sessions.get(id);
      if (session === undefined || session.isClosed) return SESSION_GONE;
      if (Date.now() > (kind === 'session' ? one.sessionEnds : one.masterEnds))
        return kind === 'session' ? SESSION_EXPIRED : MASTER_EXPIRED;
      return session;
    }
    return TOKEN_INVALID;
  };

  const closeSession = async (session: Session): Promise<void> => {
    session.isClosed = true;
    if (session.transaction !== undefined) await account.transactions.rollback(session.transaction);
    for (const { relation } of session.temporary.values()) await account.database.run(`DROP TABLE ${relation}`);
    session.temporary.clear();
  };

  const answer = (executed: Executed, session: Session, queryId: string): Reply => {
    session.lastQueryId = queryId;
    session.results.set(queryId, executed.result);
    for (const old of session.results.keys()) if (session.results.size > KEPT_RESULTS) session.results.delete(old);
    const { first, chunks: made } = chunksOf(
      executed.result,
      options.firstRows,
      options.chunkRows,
      (index) => `${options.url}/chunks/${queryId}/${index}`,
    );
    for (const { url, body } of made) chunks.set(new URL(url).pathname, body);
    return ok(answerOf(executed, session, queryId, first, made));
  };

  const start = (session: Session, body: Record<string, unknown>, requestId: string, fault?: Fault): Execution => {
    const queryId = randomUUID();
    const sql = String(body.sqlText ?? '');
    const binds = body.bindings as Record<string, Bind> | undefined;
    const record: StatementRecord = {
      number: statements.length + 1,
      sessionId: session.id,
      queryId,
      sql,
      binds,
      queryTag: parameter(session, 'QUERY_TAG'),
      outcome: 'running',
    };
    statements.push(record);
    const abort = new AbortController();
    record.fault = fault?.kind;
    const work = async (): Promise<Reply> => {
      try {
        if (fault?.kind === 'error' && fault.error !== undefined)
          throw new SnowflakeError(fault.error.code, fault.error.sqlState, fault.error.message);
        if (fault?.kind === 'delay') await wait(fault.delayMs ?? 100);
        const executed = await execute(sql, binds, { account, session, queryId, signal: abort.signal });
        if (fault?.kind === 'lost_files' && executed.transfer !== undefined) loseFiles(executed);
        execution.status = 'SUCCESS';
        record.outcome = 'succeeded';
        return answer(executed, session, queryId);
      } catch (error) {
        execution.status = 'FAILED_WITH_ERROR';
        record.outcome = 'failed';
        if (!(error instanceof SnowflakeError)) throw error;
        record.error = { code: error.code, message: error.message };
        const place = error.place === undefined ? {} : { line: error.place.line, pos: error.place.position };
        return failed(error.code, error.message, {
          internalError: false,
          errorCode: error.code,
          sqlState: error.sqlState,
          queryId,
          age: 0,
          type: 'COMPILATION',
          ...place,
        });
      }
    };
    const execution: Execution = { queryId, abort, status: 'RUNNING', done: Promise.resolve().then(work) };
    running.add(execution.done);
    void execution.done.catch(() => undefined).finally(() => running.delete(execution.done));
    executions.set(requestId, execution);
    executions.set(queryId, execution);
    if (fault?.kind === 'lost_session') {
      record.outcome = 'lost';
      // It runs to its end; then the session is known to nobody, and its transaction, if it is still open, is left behind.
      void execution.done.finally(() => tokens.delete(session.id));
    }
    return execution;
  };

  /** The driver is sent to a place where no file can be put. */
  const loseFiles = (executed: Executed): void => {
    const info = executed.transfer?.stageInfo as { location: string };
    info.location = '/dev/null/lost/';
  };

  const query = async (url: URL, body: Record<string, unknown>, session: Session): Promise<Reply> => {
    const requestId = url.searchParams.get('requestId') ?? randomUUID();
    let execution = executions.get(requestId);
    if (execution === undefined) {
      const fault = faults.next('statement', String(body.sqlText ?? ''));
      const refusal = fault === undefined ? undefined : refuse(session, body, fault);
      if (refusal !== undefined) return refusal;
      execution = start(session, body, requestId, fault);
      if (fault?.kind === 'lost_session' || fault?.kind === 'lost_reply') {
        await execution.done.catch(() => undefined);
        return { status: 0, cut: true };
      }
    }
    if (body.asyncExec === true)
      return ok(
        { queryId: execution.queryId, getResultUrl: `/queries/${execution.queryId}/result`, queryAbortsAfterSecs: 300 },
        '333334',
      );
    return outcomeOf(execution);
  };

  /** Faults that strike before a statement runs. What the driver sends again afterwards is a new one. */
  const refuse = (session: Session, body: Record<string, unknown>, fault: Fault): Reply | undefined => {
    if (!BEFORE.has(fault.kind)) return undefined;
    statements.push({
      number: statements.length + 1,
      sessionId: session.id,
      queryId: '',
      sql: String(body.sqlText ?? ''),
      queryTag: parameter(session, 'QUERY_TAG'),
      outcome: 'lost',
      fault: fault.kind,
    });
    if (fault.kind === 'expired_token') {
      const own = tokens.get(session.id);
      if (own !== undefined) own.sessionEnds = 0;
      return SESSION_EXPIRED;
    }
    if (fault.kind === 'gone_session') {
      tokens.delete(session.id);
      return SESSION_GONE;
    }
    return ofStatus(fault);
  };

  const outcomeOf = async (execution: Execution): Promise<Reply> => {
    const stop = new AbortController();
    const late = wait(options.inProgressMs, 'late' as const, { signal: stop.signal }).catch(() => 'late' as const);
    const first = await Promise.race([execution.done, late]);
    stop.abort();
    if (first !== 'late') return first;
    return ok({ queryId: execution.queryId, getResultUrl: `/queries/${execution.queryId}/result` }, '333333');
  };

  const abortRequest = (execution: Execution | undefined): Reply => {
    execution?.abort.abort();
    return ok(null);
  };

  const withSession = async (
    method: string,
    url: URL,
    session: Session,
    body: Record<string, unknown>,
  ): Promise<Reply> => {
    const path = url.pathname;
    if (path === '/queries/v1/query-request') return query(url, body, session);
    if (path === '/queries/v1/abort-request') return abortRequest(executions.get(String(body.requestId)));
    if (path === '/telemetry/send') return ok('Log Received');
    if (path === '/session/heartbeat') return ok(null);
    if (path === '/session' && url.searchParams.get('delete') === 'true') {
      await closeSession(session);
      return ok(null);
    }
    const [, id, what] = /^\/queries\/([^/]+)\/(result|abort-request)$/.exec(path) ?? [];
    const execution = id === undefined ? undefined : executions.get(id);
    if (what === 'abort-request') return abortRequest(execution);
    if (what === 'result')
      return execution === undefined
        ? failed('000709', `Statement ${id} not found`, { sqlState: '02000', queryId: id })
        : outcomeOf(execution);
    const monitored = /^\/monitoring\/queries\/([^/]+)$/.exec(path)?.[1];
    if (monitored !== undefined && method === 'GET') {
      const status = executions.get(monitored)?.status;
      return ok({ queries: status === undefined ? [] : [{ id: monitored, status, state: status }] });
    }
    return {
      status: 404,
      json: { success: false, code: '404', message: `The simulator has no ${method} ${path}`, data: null },
    };
  };

  return {
    statements,
    async handle(method, url, authorization, body) {
      const path = url.pathname;
      const chunk = chunks.get(path);
      const point =
        chunk !== undefined
          ? 'chunk'
          : (
              {
                '/session/v1/login-request': 'login',
                '/session/token-request': 'renewal',
                '/session/heartbeat': 'heartbeat',
              } as const
            )[path];
      const fault = point === undefined ? undefined : faults.next(point);
      if (fault?.kind === 'delay') await wait(fault.delayMs ?? 100);
      const broken = fault === undefined ? undefined : ofStatus(fault);
      if (broken !== undefined) return broken;
      if (chunk !== undefined) return { status: 200, raw: chunk };
      if (path === '/session/v1/login-request') return login(url, body);
      const session = sessionOf(authorization, path === '/session/token-request' ? 'master' : 'session');
      if ('status' in session) return session;
      if (path !== '/session/token-request') return withSession(method, url, session, body);
      const made = renewTokens(session);
      return ok({
        sessionToken: made.session,
        validityInSecondsST: options.sessionTokenS,
        masterToken: made.master,
        validityInSecondsMT: options.masterTokenS,
        sessionId: session.id,
      });
    },
    stop() {
      for (const { abort } of executions.values()) abort.abort();
    },
    async idle() {
      await Promise.allSettled(running);
    },
  };
};
