import { randomUUID } from 'node:crypto';
import { destinations } from '../../../destinations/index.js';
import { sources } from '../../../connectors/index.js';
import { runConnection } from '../../../core/engine/index.js';
import { planColumns } from '../../../core/middleware/index.js';
import { createRegistry } from '../../../core/plugins/index.js';
import { toConnectorError } from '../../../core/sdk/index.js';

/** What the parent asks for, as JSON in the first argument. */
export interface StrangerRequest {
  readonly connector: string;
  /** More of them to load, one after the other, in the same process. */
  readonly others?: readonly string[];
  readonly baseFolder: string;
  /** Absent: the plugin is only loaded. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly streams?: readonly string[];
  readonly database?: string;
}

const { signal } = new AbortController();

/** Loads a plugin as the host does and uses it; gives what is to be printed. */
async function use(request: StrangerRequest): Promise<Readonly<Record<string, unknown>>> {
  const registry = createRegistry([...sources, ...destinations]);
  const plugin = await registry.source(request.connector, request.baseFolder);
  if (request.config === undefined) return { name: plugin.name };
  const source = await plugin.open(plugin.config.parse(request.config), { signal, baseFolder: request.baseFolder });
  try {
    await source.check();
    const streams = await source.streams(() => undefined);
    const catalog = Object.values(streams).map((stream) => stream.catalog);
    if (request.database === undefined) return { name: plugin.name, catalog };
    const postgres = await registry.destination('postgres', request.baseFolder);
    const config = postgres.config.parse({ url: request.database });
    const destination = await postgres.connect(config, { signal, baseFolder: request.baseFolder });
    try {
      const outcome = await runConnection({
        run: { id: randomUUID(), connection: 'stranger' },
        source,
        destination,
        schema: 'raw_stranger',
        streams: (request.streams ?? Object.keys(streams)).map((name) => ({
          name,
          sync: undefined,
          write: undefined,
          lookback: undefined,
          onSchemaChange: 'evolve',
          planColumns: (fields, key) => planColumns(fields, { stream: name, map: [], expect: [], protect: {} }, key),
          marks: [],
        })),
        errorBudget: { share: 0, records: 0 },
        unstorableText: 'replace',
        startedAt: new Date('2025-03-16T12:00:00Z'),
        fullRefresh: false,
        signal,
        clock: { now: () => new Date(), sleep: async () => undefined, id: randomUUID, random: Math.random },
        on: () => undefined,
        probe: () => undefined,
      });
      return { name: plugin.name, catalog, outcome };
    } finally {
      await destination.close();
    }
  } finally {
    await source.close();
  }
}

const request = JSON.parse(process.argv[2] ?? '{}') as StrangerRequest;
for (const connector of [request.connector, ...(request.others ?? [])]) {
  const told = await use({ ...request, connector }).catch((error: unknown) => {
    const { kind, message, details } = toConnectorError(error);
    return { error: { kind, message, hint: details.hint } };
  });
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
