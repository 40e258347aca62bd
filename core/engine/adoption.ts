import type { Adoption, PlannedColumn, TableSpec, TableState } from '../protocol/index.js';
import { tokenVersion } from '../program/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { addedTo } from './reconcile.js';
import type { RunRequest } from './request.js';
import { frozenFields, planStream, type StreamPlan } from './stream-plan.js';

/** Refuses a table that the stream may not write as it is set up: `adopt` needs one that is there, and keeps its rows. */
export function checkOrigin({ destination }: RunRequest, plan: StreamPlan, state: TableState | undefined): void {
  const { name, adopt } = plan.request;
  const { schema, name: table } = plan.table;
  const refuse = (message: string, hint: string): never => {
    throw new ConnectorError('config', `Stream "${name}": ${message}`, { stream: name, hint });
  };
  if (adopt === true && destination.adopt === undefined)
    refuse('the destination has no tables to adopt.', 'Take `adopt` away.');
  if (adopt === true && state === undefined)
    refuse(
      `it is to adopt table ${schema}.${table}, and there is none.`,
      `Correct \`schema\`, or rename the table to "${table}"; without \`adopt\` a new one is made.`,
    );
  if (state?.origin !== undefined && plan.write === 'overwrite')
    refuse(
      `overwriting table ${schema}.${table} would delete the rows that were in it before Tributary.`,
      'Use `write: merge` or `write: append`, or load into a table of its own (another `schema`).',
    );
}

/** Adopts the table by the columns that come, after a look at what lies in those that are protected; tells it once. */
export async function adoptTable(
  run: RunRequest,
  plan: StreamPlan,
  columns: readonly PlannedColumn[],
  table: TableSpec,
  state: TableState,
): Promise<void> {
  const adoption = await lookAndAdopt(run, plan, columns, table, state, { isDry: false });
  run.on({ type: 'table_adopted', stream: plan.request.name, ...adoption });
}

async function lookAndAdopt(
  run: RunRequest,
  plan: StreamPlan,
  columns: readonly PlannedColumn[],
  table: TableSpec,
  state: TableState,
  options: { readonly isDry: boolean },
): Promise<Adoption> {
  checkOrigin(run, plan, state);
  await refuseClearValues(run, columns, table, state);
  return run.destination.adopt!(table, addedTo(plan, columns, state), options);
}

/**
 * Values in the clear beside tokens would make two members of one, and stay where a rule says that they must not. One value tells,
 * since a column that somebody else has filled holds no tokens at all, or those of a table of Tributary's.
 */
async function refuseClearValues(
  { destination }: RunRequest,
  columns: readonly PlannedColumn[],
  table: TableSpec,
  { fields }: TableState,
): Promise<void> {
  const there = new Set(fields.map(({ name }) => name));
  const clear: string[] = [];
  for (const { tokenize, seal, target } of columns) {
    const isProtected = tokenize === undefined ? seal && PROTECTED[seal.kind] : isToken;
    if (isProtected === undefined || !there.has(target.name)) continue;
    const value = await destination.anyValue?.(table, target.name);
    if (value !== undefined && value !== null && !isProtected(String(value))) clear.push(target.name);
  }
  if (clear.length === 0) return;
  const names = clear.map((name) => `"${name}"`).join(', ');
  const set = clear.map((name) => `${name} = NULL`).join(', ');
  throw new ConnectorError(
    'config',
    `Table ${table.schema}.${table.name} holds values in the clear in ${names}, which \`protect\` keeps out of it.`,
    {
      stream: table.stream,
      hint: `Nothing was changed. Take them out of the rows that are there (\`UPDATE ${table.schema}.${table.name} SET ${set}\`), or let the stream's column land under another name by \`map: [{ rename: … }]\`.`,
    },
  );
}

const isToken = (text: string) => tokenVersion(text) !== undefined;

/** What a value looks like that a rule has made; a mask, or a coarser value, looks like others. */
const PROTECTED: Readonly<Record<string, ((text: string) => boolean) | undefined>> = {
  encrypt: (text) => /^enc_\d+_/.test(text),
  hash: (text) => /^[0-9a-f]{64}$/.test(text),
};

/** What a sync would do to the tables that are to be adopted and are not yet; nothing is changed. */
export interface AdoptionPreview {
  readonly stream: string;
  /** Absent: it was adopted before, so there is nothing to do. */
  readonly adoption?: Adoption;
}

/** Of each stream with `adopt`. Throws what the sync would fail with. */
export async function previewAdoption(run: RunRequest, stream: string): Promise<AdoptionPreview> {
  const { destination } = run;
  const request = run.streams.find(({ name }) => name === stream)!;
  const bookmarks = await destination.bookmarks(run.run.connection);
  const offered = await run.source.streams((name) => frozenFields(bookmarks, name), stream);
  if (offered[stream] === undefined)
    throw new ConnectorError('config', `The source has no stream "${stream}".`, {
      stream,
      hint: 'See `tributary discover`.',
    });
  const plan = planStream(run, request, offered[stream], bookmarks);
  const state = await destination.describe(plan.table);
  checkOrigin(run, plan, state);
  if (state?.origin !== 'foreign') return { stream };
  return { stream, adoption: await lookAndAdopt(run, plan, plan.columns, plan.table, state, { isDry: true }) };
}
