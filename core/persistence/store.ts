import { setTimeout as wait } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { AlertStore } from '../alerting/alert-store.js';
import type { CircuitStore } from '../scheduler/circuit-store.js';
import type { BackfillStore } from '../scheduler/backfill-store.js';
import type { HoldStore } from '../scheduler/hold-store.js';
import type { RequestStore } from '../scheduler/request-store.js';
import type { AuditStore } from '../security/audit-store.js';
import type { BreakGlassStore } from '../security/break-glass.js';
import type { ConfigurationStore } from '../security/configuration-store.js';
import type { KeyStore } from '../security/key-store.js';
import type { SessionStore } from '../security/session-store.js';
import type { TokenStore } from '../security/token-store.js';
import type { BudgetStore } from '../sdk/http/budget-store.js';
import type { MailStore } from '../alerting/mail-store.js';
import { alertStore } from './postgres.alert-store.js';
import type { ScheduleStore } from '../scheduler/schedule-store.js';
import type { HistoryStore } from './history-store.js';
import type { LockStore } from './lock-store.js';
import { migrate, MIGRATIONS, MIGRATIONS_TABLE } from './migrate.js';
import { auditStore } from './postgres.audit-store.js';
import { breakGlassStore } from './postgres.break-glass-store.js';
import { configurationStore } from './postgres.configuration-store.js';
import { circuitStore } from './postgres.circuit-store.js';
import { backfillStore } from './postgres.backfill-store.js';
import { holdStore } from './postgres.hold-store.js';
import { historyStore } from './postgres.history-store.js';
import { lockStore } from './postgres.lock-store.js';
import { keyStore } from './postgres.key-store.js';
import { budgetStore } from './postgres.budget-store.js';
import { mailStore } from './postgres.mail-store.js';
import { requestStore } from './postgres.request-store.js';
import { runStore } from './postgres.run-store.js';
import { scheduleStore } from './postgres.schedule-store.js';
import { sessionStore } from './postgres.session-store.js';
import { tokenStore } from './postgres.token-store.js';
import { workerStore } from './postgres.worker-store.js';
import { retentionStore } from './postgres.retention-store.js';
import type { RetentionStore } from './retention-store.js';
import type { RunStore } from './run-store.js';
import { RunEntity, RunEventEntity, STORE_SCHEMA } from './run.entity.js';
import { storeFailure } from './store-failure.js';
import type { WorkerStore } from './worker-store.js';

/** The host's own memory. */
export interface Store {
  readonly runs: RunStore;
  readonly requests: RequestStore;
  readonly alerts: AlertStore;
  readonly mails: MailStore;
  readonly schedules: ScheduleStore;
  readonly holds: HoldStore;
  readonly backfills: BackfillStore;
  readonly history: HistoryStore;
  readonly budgets: BudgetStore;
  readonly circuits: CircuitStore;
  readonly workers: WorkerStore;
  readonly tokens: TokenStore;
  readonly sessions: SessionStore;
  readonly audit: AuditStore;
  readonly breakGlass: BreakGlassStore;
  readonly configurations: ConfigurationStore;
  readonly keys: KeyStore;
  readonly locks: LockStore;
  readonly retentions: RetentionStore;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** With which the audit log is chained. */
  readonly auditKey?: string | undefined;
}

/** An embedded server that lost its owner is back within a second, a restarted one mostly too. */
const RETRY_AFTER_MS = [50, 250, 700, 2_000, 5_000];

/**
 * Opens the host's own store in a Postgres database and brings it to this release.
 * Throws `config` for a store of a newer release, `auth` and `transient` as the server answers.
 */
export async function openStore(url: string, { auditKey }: StoreOptions = {}): Promise<Store> {
  const source = new DataSource({
    type: 'postgres',
    url,
    schema: STORE_SCHEMA,
    entities: [RunEntity, RunEventEntity],
    migrations: MIGRATIONS,
    migrationsTableName: MIGRATIONS_TABLE,
    synchronize: false,
    logging: false,
    applicationName: 'tributary store',
    connectTimeoutMS: 15_000,
    poolSize: 4,
    // An idle connection that breaks is opened again by the next use.
    poolErrorHandler: () => undefined,
  });
  try {
    await source.initialize();
    await migrate(source);
  } catch (error) {
    if (source.isInitialized) await source.destroy().catch(() => undefined);
    throw storeFailure('be opened', error);
  }
  return {
    runs: patient(runStore(source)),
    requests: patient(requestStore(source)),
    alerts: patient(alertStore(source)),
    mails: patient(mailStore(source)),
    schedules: patient(scheduleStore(source)),
    holds: patient(holdStore(source)),
    backfills: patient(backfillStore(source)),
    history: patient(historyStore(source)),
    // Whoever asks repeats it with pauses of his own, and a turn that nobody heard of is lost.
    budgets: budgetStore(source),
    circuits: patient(circuitStore(source)),
    workers: patient(workerStore(source)),
    tokens: patient(tokenStore(source)),
    // An attempt is taken once: a second try would find none.
    sessions: sessionStore(source),
    audit: auditStore(source, auditKey),
    // What is taken over is given once.
    breakGlass: breakGlassStore(source),
    configurations: patient(configurationStore(source)),
    keys: patient(keyStore(source)),
    locks: patient(lockStore(source)),
    retentions: patient(retentionStore(source)),
    close: () => source.destroy(),
  };
}

/** Repeats what a broken connection stopped; all methods bear it, since they say what shall be and not what to change. */
function patient<S extends object>(store: S): S {
  const entries = Object.entries(store) as [string, (...args: unknown[]) => Promise<unknown>][];
  const wrapped = entries.map(([name, method]) => [
    name,
    async (...args: unknown[]) => {
      for (const pause of [...RETRY_AFTER_MS, undefined]) {
        try {
          return await method(...args);
        } catch (error) {
          const failure = storeFailure(name, error);
          if (failure.kind !== 'transient' || pause === undefined) throw failure;
          await wait(pause);
        }
      }
    },
  ]);
  return Object.fromEntries(wrapped) as S;
}
