import { parentPort, workerData } from 'node:worker_threads';
import { destinations } from '../../destinations/index.js';
import { publishMonth } from '../../report/index.js';
import { createRegistry } from '../plugins/index.js';
import { ConnectorError, toConnectorError } from '../sdk/index.js';
import { probe } from './installation.js';
import type { Answer, Assignment } from './publishing-thread.js';

/** The thread: publishes one month in a session of its own, and ends. */
parentPort!.postMessage(await answer(workerData as Assignment), []);

async function answer({ reach, options }: Assignment): Promise<Answer> {
  try {
    const { connector, config, baseFolder } = reach;
    const plugin = await createRegistry(destinations).destination(connector, baseFolder);
    if (plugin.sql === undefined) throw new ConnectorError('config', `${plugin.name} speaks no SQL.`);
    // Whoever asked for it ends the thread when it is not wanted any more.
    const { signal } = new AbortController();
    const sql = await plugin.sql(config, { signal, baseFolder, readOnly: false });
    try {
      return { publication: await publishMonth(sql, { ...options, probe }) };
    } finally {
      await sql.close();
    }
  } catch (error) {
    const { kind, message, details } = toConnectorError(error);
    // A cause may hold what cannot be sent.
    return { fault: { kind, message, details: { ...details, cause: undefined } } };
  }
}
