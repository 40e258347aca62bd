import { mustSucceed, type Ended, type Site } from './site.js';
import type { Point } from './scenario.js';

export interface Outlived {
  readonly zombie: Ended;
  /** What differs from the truth of the run that took over, once the zombie has ended too. */
  readonly found: readonly string[];
  /** Checkpoints in the ledger before and after the zombie was woken. */
  readonly checkpoints: readonly [before: number, after: number];
}

/**
 * A first run of the files freezes at a point; another host, which shares only the warehouse, brings the connection to the
 * second version; then the first one goes on as if nothing had happened.
 */
export async function outliveTakeover(site: Site, at: Point, mutations: readonly string[] = []): Promise<Outlived> {
  const warehouse = await site.warehouse(0);
  const checkpoints = async () => {
    const { rows } = await warehouse.client.query<{ n: string }>('SELECT count(*) AS n FROM tributary.ledger');
    return Number(rows[0]!.n);
  };
  try {
    const frozen = warehouse.start('exports', 1, { ...at, action: 'stop', mutations });
    await frozen.reached(`stop at ${at.point} ${at.nth}`);
    try {
      mustSucceed(await warehouse.sync('exports', 2, { storeUrl: await site.emptyStore(), mutations }));
      const before = await checkpoints();
      process.kill(frozen.pid, 'SIGCONT');
      const zombie = await frozen.ended;
      const found = await warehouse.differences({ exports: 2 });
      return { zombie, found, checkpoints: [before, await checkpoints()] };
    } finally {
      frozen.kill();
    }
  } finally {
    await warehouse.close();
  }
}
