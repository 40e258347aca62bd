import type { RecordData } from '../../../../core/protocol/index.js';
import type { CanvasTruth, StepCell, VariantCell } from '../../../simulators/braze/canvas-truth.js';
import { mayBeMissing } from '../../../simulators/braze/truth.js';
import { now, read, withSimulator } from './reading.js';

const CANVASES = 9;

/** The documented names of a cell: variants have no step, and a message that stands alone has no name. */
const cellKey = (cell: VariantCell | StepCell): string =>
  'variant_id' in cell
    ? [cell.canvas_id, cell.date, cell.variant_id, '', '', ''].join()
    : [
        cell.canvas_id,
        cell.date,
        '',
        cell.step_id,
        cell.channel,
        cell.messages > 1 ? `#${cell.message + 1}` : '',
      ].join();
const rowKey = (row: RecordData): string =>
  ['canvas_id', 'time', 'variant_id', 'step_id', 'channel', 'variation_id'].map((name) => row[name]).join();

// A step has no control group; its message has a place instead of an id.
const NAMES = new Set(['date', 'message', 'messages', 'enrolled']);

/** What differs between rows and truth. Rows of a step's own numbers have no cells, and no counts. */
export function canvasDifferences(rows: readonly RecordData[], { variants, steps }: CanvasTruth): string[] {
  const found: string[] = [];
  const table = new Map(rows.map((row) => [rowKey(row), row]));
  if (table.size !== rows.length) found.push(`${rows.length} rows have ${table.size} keys`);
  const cells = [...variants, ...steps];
  const isDispensable = mayBeMissing<VariantCell | StepCell>(cells);
  for (const cell of cells) {
    const key = cellKey(cell);
    const row = table.get(key);
    table.delete(key);
    if (row === undefined) {
      if (!isDispensable(cell)) found.push(`missing: ${key}`);
    } else
      for (const [name, value] of Object.entries(cell))
        if (!NAMES.has(name) && row[name] !== value) found.push(`${key}: ${name} is ${row[name]} instead of ${value}`);
  }
  for (const [key, row] of table)
    if (row['step_id'] === '' || row['channel'] !== '') found.push(`not in the truth: ${key}`);
    else
      for (const [name, value] of Object.entries(row))
        if (typeof value === 'number' && value !== 0)
          found.push(`${key}: ${name} of a step would be added to the rest`);
  return found.slice(0, 5);
}

test.each([{}, { endingDay: 'left_out' as const }])(
  'the series of canvases equal the truth, cell by cell (%j)',
  (quirks) =>
    withSimulator({ campaigns: 0, canvases: CANVASES, quirks }, async (simulator) => {
      const { rows, warnings } = await read(simulator, 'canvas_data_series');
      const truth = simulator.world.canvasTruth(now);
      expect(canvasDifferences(rows, truth)).toEqual([]);
      // Removed steps, messages that share a step, control groups and archived canvases are among them.
      const kept = new Set(
        (await read(simulator, 'canvas_details')).rows.flatMap(({ steps }) =>
          (steps as { id: string }[]).map(({ id }) => id),
        ),
      );
      expect(rows.some(({ step_id, sent }) => step_id !== '' && !kept.has(String(step_id)) && Number(sent) > 0)).toBe(
        true,
      );
      expect(rows.some(({ variation_id }) => variation_id === '#2')).toBe(true);
      expect(rows.some(({ is_control, entries }) => is_control === true && Number(entries) > 0)).toBe(true);
      expect(warnings).toEqual([
        expect.stringMatching(/^Canvas \S+ is listed, but \/canvas\/details does not know it/),
      ]);
      const asked = simulator.requests.list().filter(({ path }) => path === '/canvas/data_series');
      expect(asked.every(({ status, query }) => status === 200 && Number(query['length']) <= 14)).toBe(true);
    }),
);

test('canvases and their details come with the archived ones, and without a word of a message', () =>
  withSimulator({ campaigns: 0, canvases: CANVASES }, async (simulator) => {
    const { rows } = await read(simulator, 'canvases');
    const truth = simulator.world.canvasesAt(Date.parse(now));
    expect(rows.map(({ id, name, tags }) => ({ id, name, tags }))).toEqual(
      truth.map(({ id, name, entry }) => ({ id, name, tags: entry.tags })),
    );
    const details = (await read(simulator, 'canvas_details')).rows;
    expect(details.map(({ canvas_id }) => canvas_id)).toEqual(
      truth.flatMap(({ id, entry }) => (entry.isDeleted ? [] : [id])),
    );
    expect(details.filter(({ archived }) => archived === true).length).toBeGreaterThan(0);
    expect(JSON.stringify(details)).not.toContain('Hello from');
  }));

test('the variants of each Canvas are rows too, by which events find their names and the control group', () =>
  withSimulator({ campaigns: 0, canvases: CANVASES }, async (simulator) => {
    const { rows } = await read(simulator, 'canvas_variants');
    const found = new Map(rows.map((row) => [`${row['canvas_id']} ${row['variant_id']}`, row]));
    expect(found.size).toBe(rows.length);
    const { variants } = simulator.world.canvasTruth(now);
    expect(variants.some(({ is_control }) => is_control)).toBe(true);
    for (const { canvas_id, variant_id, variant_name, is_control } of variants)
      expect(found.get(`${canvas_id} ${variant_id}`)).toMatchObject({ name: variant_name, is_control });
  }));

test('the summary adds up the last 14 days of what was active', () =>
  withSimulator({ campaigns: 0, canvases: CANVASES }, async (simulator) => {
    const clock = { now: () => new Date(simulator.now()), sleep: () => Promise.resolve() };
    const { rows } = await read(simulator, 'canvas_data_summary', { http: { clock } });
    expect(new Set(rows.map(({ from_day, to_day }) => `${from_day} ${to_day}`))).toEqual(
      new Set(['2026-11-11 2026-11-24']),
    );
    const { steps, variants } = simulator.world.canvasTruth(now, { from: '2026-11-11', to: '2026-11-24' });
    const total = (list: readonly object[], name: string): number =>
      list.reduce((sum, each) => sum + Number((each as Record<string, unknown>)[name] ?? 0), 0);
    for (const name of ['sent', 'delivered', 'opens', 'direct_opens', 'clicks', 'bounces'])
      expect([name, total(rows, name)]).toEqual([name, total(steps, name)]);
    for (const name of ['entries', 'conversions', 'conversions1', 'conversions_by_entry_time'])
      expect([name, total(rows, name)]).toEqual([name, total(variants, name)]);
  }));
