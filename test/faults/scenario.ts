import { inconsistencies } from './audit.js';
import type { ConnectionName, Expected } from './truth.js';
import { mustSucceed, type Ended, type RunOptions, type Site, type Warehouse } from './site.js';
import type { Version } from './world/rows.js';

/** A connection that is brought to a version: 1 from nothing, 2 from version 1. */
export interface Scenario {
  readonly connection: ConnectionName;
  readonly version: Version;
}

export interface Point {
  readonly point: string;
  readonly nth: number;
}

/** What the warehouse must hold once the connection is at its version. */
const expectedAfter = ({ connection, version }: Scenario): Expected =>
  version === 1 ? { [connection]: 1 } : { exports: 1, events: 1, [connection]: 2 };

/** Fails unless the process died at that very point by `kill -9`; one that was never reached proves nothing. */
export function mustHaveDied(end: Ended, { point, nth }: Point): void {
  const last = end.trace.at(-1);
  if (end.signal === 'SIGKILL' && last === `kill at ${point} ${nth}`) return;
  throw new Error(
    `It should have died at ${point} ${nth}; it ended with ${end.code ?? end.signal} after ${last}.\n${end.stderr}`,
  );
}

/**
 * Kills a run at the first point, the next one, which recovers, at the second and so on, and then lets one come to its end.
 * Gives everything that is wrong afterwards.
 */
export async function killAndRecover(
  site: Site,
  scenario: Scenario,
  points: readonly Point[],
  options: RunOptions = {},
): Promise<readonly string[]> {
  const { connection, version } = scenario;
  const warehouse = await site.warehouse(version === 1 ? 0 : 1);
  try {
    for (const at of points)
      mustHaveDied(await warehouse.sync(connection, version, { ...options, ...at, action: 'kill' }), at);
    const end = await warehouse.sync(connection, version, options);
    const faults = await faultsOf(warehouse, scenario, points.length);
    return end.code === 0 ? faults : [`the rerun ended with ${end.code ?? end.signal}: ${end.stderr}`, ...faults];
  } finally {
    await warehouse.close();
  }
}

/** Everything that is wrong with a warehouse in which the connection should have come to its version. */
export async function faultsOf(
  warehouse: Warehouse,
  scenario: Scenario,
  died: number,
  succeeded = scenario.version === 1 ? 1 : 2,
): Promise<readonly string[]> {
  const expected = expectedAfter(scenario);
  return [
    ...(await warehouse.differences(expected)),
    ...(await inconsistencies(warehouse.client, expected, { connection: scenario.connection, died, succeeded })),
  ];
}

/** Every point that a run without a fault reaches, in its order. */
export async function pointsOf(site: Site, { connection, version }: Scenario): Promise<readonly Point[]> {
  const warehouse = await site.warehouse(version === 1 ? 0 : 1);
  try {
    const { trace } = mustSucceed(await warehouse.sync(connection, version));
    return trace.map((point, index) => ({
      point,
      nth: trace.slice(0, index + 1).filter((each) => each === point).length,
    }));
  } finally {
    await warehouse.close();
  }
}
