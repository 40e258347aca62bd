import { rmSync } from 'node:fs';
import { eventExport } from '../data/event-export.js';
import type { Databases } from './databases.js';
import { inProcess } from './processes.js';
import type { EngineReply } from './task.js';

/** What a load may take beyond what its process has idle. */
export const EXTRA_LIMIT_BYTES = 60e6;

export interface MemoryUse {
  readonly rows: number;
  readonly idleBytes: number;
  readonly peakBytes: number;
  readonly rowsPerSecond: number;
}

/** Loads a file that is made for it and removed at once, since ten million rows are 2.4 GB. */
export async function memoryOf(rows: number, databases: Databases): Promise<MemoryUse> {
  const path = eventExport({ folder: databases.folder, rows });
  try {
    const url = await databases.fresh('engine_nothing', async () => undefined);
    const { idleBytes, peakBytes, seconds } = await inProcess<EngineReply>('engine-side', {
      url,
      format: 'csv',
      input: path,
      stopsAfterStaging: false,
    });
    return { rows, idleBytes, peakBytes, rowsPerSecond: rows / seconds };
  } finally {
    rmSync(path);
  }
}
