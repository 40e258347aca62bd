import type { DataSource } from 'typeorm';
import type { LockStore } from './lock-store.js';

/** "once": the advisory locks of what one process at a time does. */
const ONCE = 0x6f6e_6365;

/** An open transaction holds it, and not a session: so it holds behind a pooler of transactions too. */
export function lockStore(source: DataSource): LockStore {
  return {
    async take(name) {
      const runner = source.createQueryRunner();
      const release = async () => {
        if (runner.isReleased) return;
        await runner.rollbackTransaction().catch(() => undefined);
        await runner.release();
      };
      try {
        await runner.startTransaction();
        await runner.query('SET LOCAL idle_in_transaction_session_timeout = 0');
        const [row] = (await runner.query('SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS taken', [
          ONCE,
          name,
        ])) as { taken: boolean }[];
        if (row?.taken === true) return release;
      } catch (error) {
        await release();
        throw error;
      }
      await release();
      return undefined;
    },
  };
}
